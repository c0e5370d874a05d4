import { Button, PasswordInput, TextInput } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { ApiError } from "@rapport/api-client";
import { useState, type SubmitEvent } from "react";
import { useDesk } from "../../shared/desk.ts";
import { errorText } from "../../shared/error-text.ts";
import { canUsePasskeys } from "../account/passkeys.ts";
import { Logo } from "../../shared/Logo.tsx";
import { refusalFromAddress } from "./key.ts";
import { PasskeyButton } from "./PasskeyButton.tsx";
import { Providers } from "./Providers.tsx";
import classes from "./SignInPage.module.css";

export default function SignInPage() {
  const { t } = useLingui();
  const desk = useDesk();
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const [error, setError] = useState<unknown>(refusalFromAddress);
  const [code, setCode] = useState("");
  const [asked, setAsked] = useState(false);
  const [waiting, setWaiting] = useState(false);

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setWaiting(true);
    setError(null);
    try {
      await desk.signIn(login.trim(), password, code);
    } catch (failure) {
      const refusal = failure instanceof ApiError ? failure.code : "";
      const factor = refusal === "second_factor_needed" || refusal === "second_factor_wrong";
      setAsked(factor);
      setCode("");
      // Being asked for the code is no fault.
      setError(refusal === "second_factor_needed" ? null : failure);
      if (!factor) setPassword("");
      setWaiting(false);
    }
  };

  return (
    <main className={classes.page}>
      <form className={classes.card} onSubmit={(event) => void submit(event)}>
        <Logo size={40} />
        <h1>
          <Trans>Sign in to Rapport</Trans>
        </h1>
        <p className={classes.lead}>
          <Trans>Your conversations are waiting for you.</Trans>
        </p>
        <TextInput
          label={t`Name`}
          autoComplete="username"
          autoFocus
          required
          withAsterisk={false}
          size="md"
          value={login}
          onChange={(event) => setLogin(event.currentTarget.value)}
        />
        <PasswordInput
          label={t`Password`}
          autoComplete="current-password"
          required
          withAsterisk={false}
          size="md"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          visibilityToggleButtonProps={{ "aria-label": t`Show the password` }}
        />
        {asked && (
          <TextInput
            label={t`Code`}
            description={t`Of your authenticator, or one of your recovery codes.`}
            autoComplete="one-time-code"
            autoFocus
            required
            withAsterisk={false}
            size="md"
            maxLength={40}
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
          />
        )}
        <div role="alert" className={classes.error}>
          {error !== null && errorText(error)}
        </div>
        <Button type="submit" size="md" fullWidth loading={waiting} disabled={login.trim() === "" || password === "" || (asked && code.trim() === "")}>
          <Trans>Sign in</Trans>
        </Button>
        {canUsePasskeys() && <PasskeyButton onFailure={setError} />}
        <Providers />
      </form>
    </main>
  );
}
