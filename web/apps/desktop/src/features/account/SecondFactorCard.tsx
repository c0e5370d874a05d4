import { Button, PasswordInput } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { ShieldCheck } from "lucide-react";
import { useState } from "react";
import { useDesk } from "../../shared/desk.ts";
import { errorText } from "../../shared/error-text.ts";
import { shortDate } from "../../shared/time.ts";
import { fieldFault } from "./faults.ts";
import { RecoveryCodes } from "./RecoveryCodes.tsx";
import { SecondFactorSetUp } from "./SecondFactorSetUp.tsx";
import classes from "./Account.module.css";

export interface SecondFactorState {
  on: boolean;
  since: string | null;
  recovery_codes_left: number;
  required: boolean;
  passkeys: number;
}

/** One's own second factor. */
export function SecondFactorCard() {
  const { t } = useLingui();
  const desk = useDesk();
  const state = useQuery({
    queryKey: ["second-factor"],
    queryFn: () => desk.api.http.get<SecondFactorState>("/me/second-factor"),
    refetchOnMount: "always",
  });
  return (
    <section className={classes.card} aria-labelledby="account-second-factor">
      <h3 id="account-second-factor">
        <Trans>Second factor</Trans>
      </h3>
      <p className={classes.lead}>
        <Trans>Besides the password, a code that only your phone knows. With it a stolen password opens nothing.</Trans>
      </p>
      {state.isError && <p role="alert">{errorText(state.error)}</p>}
      {state.data?.on === false && <SecondFactorSetUp done={t`Done`} onDone={() => void state.refetch()} />}
      {state.data?.on === true && <TurnedOn state={state.data} onChanged={() => void state.refetch()} />}
    </section>
  );
}

function TurnedOn({ state, onChanged }: { state: SecondFactorState; onChanged: () => void }) {
  const { t, i18n } = useLingui();
  const desk = useDesk();
  const [asking, setAsking] = useState<"renew" | "off" | null>(null);
  const [password, setPassword] = useState("");
  const [codes, setCodes] = useState<string[] | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [waiting, setWaiting] = useState(false);
  const since = state.since === null ? "" : shortDate(state.since, i18n.locale);
  const left = state.recovery_codes_left;

  const close = () => {
    setAsking(null);
    setPassword("");
    setFailure(null);
    setCodes(null);
    onChanged();
  };
  const submit = async () => {
    setWaiting(true);
    setFailure(null);
    try {
      if (asking === "off") {
        await desk.api.http.post("/me/second-factor/off", { password });
        close();
      } else {
        setCodes((await desk.api.http.post<{ recovery_codes: string[] }>("/me/second-factor/recovery-codes", { password })).recovery_codes);
      }
    } catch (error) {
      setFailure(error);
    }
    setWaiting(false);
  };

  if (codes !== null) return <RecoveryCodes codes={codes} done={t`Done`} onDone={close} />;
  const fault = fieldFault(failure, "password");
  return (
    <>
      <p className={classes.turnedOn}>
        <ShieldCheck size={18} aria-hidden />
        <span>
          {t`On since ${since}.`} {t`Recovery codes left: ${left}.`}
        </span>
      </p>
      {asking === null ? (
        <div className={classes.buttons}>
          <Button variant="default" onClick={() => setAsking("renew")}>
            <Trans>New recovery codes</Trans>
          </Button>
          {(!state.required || state.passkeys > 0) && (
            <Button variant="default" onClick={() => setAsking("off")}>
              <Trans>Turn it off</Trans>
            </Button>
          )}
        </div>
      ) : (
        <div className={classes.fields} role="group" aria-label={asking === "off" ? t`Turn it off` : t`New recovery codes`}>
          <PasswordInput
            label={t`Present password`}
            autoComplete="current-password"
            autoFocus
            value={password}
            error={fault}
            onChange={(event) => setPassword(event.currentTarget.value)}
            onKeyDown={(event) => event.key === "Enter" && password !== "" && void submit()}
            visibilityToggleButtonProps={{ "aria-label": t`Show the password` }}
          />
          {failure !== null && fault === undefined && (
            <p role="alert" className={classes.problem}>
              {errorText(failure)}
            </p>
          )}
          <div className={classes.buttons}>
            <Button loading={waiting} disabled={password === ""} onClick={() => void submit()}>
              {asking === "off" ? t`Turn it off` : t`New recovery codes`}
            </Button>
            <Button variant="default" onClick={close}>
              <Trans>Cancel</Trans>
            </Button>
          </div>
        </div>
      )}
    </>
  );
}
