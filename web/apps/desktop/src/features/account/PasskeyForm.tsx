import { Button, PasswordInput, TextInput } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { useState, type SubmitEvent } from "react";
import { useDesk } from "../../shared/desk.ts";
import { errorText } from "../../shared/error-text.ts";
import { fieldFault } from "./faults.ts";
import { addPasskey } from "./passkeys.ts";
import classes from "./Account.module.css";

/** Adds a passkey: its name, the present password, and then the browser asks by itself. */
export function PasskeyForm({ onAdded, onCancel }: { onAdded: () => void; onCancel: () => void }) {
  const { t } = useLingui();
  const desk = useDesk();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [failure, setFailure] = useState<unknown>(null);
  const [waiting, setWaiting] = useState(false);
  const faults = { name: fieldFault(failure, "name"), password: fieldFault(failure, "password") };

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setWaiting(true);
    setFailure(null);
    try {
      await addPasskey(desk, name, password);
      onAdded();
    } catch (error) {
      setFailure(error);
      setWaiting(false);
    }
  };

  return (
    <form className={classes.fields} aria-label={t`Add a passkey`} onSubmit={(event) => void submit(event)}>
      <TextInput label={t`Name`} description={t`Such as the device's.`} autoComplete="off" autoFocus maxLength={100} value={name} error={faults.name} onChange={(event) => setName(event.currentTarget.value)} />
      <PasswordInput
        label={t`Present password`}
        autoComplete="current-password"
        value={password}
        error={faults.password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        visibilityToggleButtonProps={{ "aria-label": t`Show the password` }}
      />
      {failure !== null && faults.name === undefined && faults.password === undefined && (
        <p role="alert" className={classes.problem}>
          {errorText(failure)}
        </p>
      )}
      <div className={classes.buttons}>
        <Button type="submit" loading={waiting} disabled={name.trim() === "" || password === ""}>
          <Trans>Add</Trans>
        </Button>
        <Button variant="default" onClick={onCancel}>
          <Trans>Cancel</Trans>
        </Button>
      </div>
    </form>
  );
}
