import { Button, TextInput } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { useState, type KeyboardEvent } from "react";
import { useDesk } from "../../shared/desk.ts";
import { errorText } from "../../shared/error-text.ts";
import { fieldFault } from "./faults.ts";
import { RecoveryCodes } from "./RecoveryCodes.tsx";
import classes from "./Account.module.css";

interface Begun {
  secret: string;
  uri: string;
  picture: string;
}

/** The way to a second factor: take the secret into an authenticator, prove it, keep the recovery codes. */
export function SecondFactorSetUp({ onDone, done }: { onDone: () => void; done: string }) {
  const { t } = useLingui();
  const desk = useDesk();
  const [begun, setBegun] = useState<Begun | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const [code, setCode] = useState("");
  const [failure, setFailure] = useState<unknown>(null);
  const [waiting, setWaiting] = useState(false);

  const attempt = async (work: () => Promise<void>) => {
    setWaiting(true);
    setFailure(null);
    try {
      await work();
    } catch (error) {
      setFailure(error);
    }
    setWaiting(false);
  };
  const begin = () => attempt(async () => setBegun(await desk.api.http.post<Begun>("/me/second-factor")));
  const confirm = () =>
    attempt(async () => setCodes((await desk.api.http.post<{ recovery_codes: string[] }>("/me/second-factor/confirm", { code })).recovery_codes));
  const enter = (event: KeyboardEvent) => {
    if (event.key === "Enter" && code.trim() !== "") void confirm();
  };

  if (codes !== null) return <RecoveryCodes codes={codes} done={done} onDone={onDone} />;
  const fault = fieldFault(failure, "code");
  const problem = failure !== null && fault === undefined && (
    <p role="alert" className={classes.problem}>
      {errorText(failure)}
    </p>
  );
  if (begun === null) {
    return (
      <>
        {problem}
        <Button className={classes.start!} loading={waiting} onClick={() => void begin()}>
          <Trans>Set up</Trans>
        </Button>
      </>
    );
  }
  return (
    <div className={classes.factor}>
      <img src={begun.picture} alt={t`QR code for your authenticator`} width={180} height={180} />
      <div className={classes.fields}>
        <p>
          <Trans>Open your authenticator on the phone and scan the picture, or type this secret:</Trans>
        </p>
        <code className={classes.typed}>{begun.secret}</code>
        <TextInput
          label={t`The code that it shows`}
          inputMode="numeric"
          autoComplete="one-time-code"
          autoFocus
          maxLength={10}
          value={code}
          error={fault}
          onChange={(event) => setCode(event.currentTarget.value)}
          onKeyDown={enter}
        />
        {problem}
        <Button className={classes.start!} loading={waiting} disabled={code.trim() === ""} onClick={() => void confirm()}>
          <Trans>Turn it on</Trans>
        </Button>
      </div>
    </div>
  );
}
