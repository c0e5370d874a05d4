import { Button, PasswordInput, TextInput } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { ApiError } from "@rapport/api-client";
import { useState, type SubmitEvent } from "react";
import { useDesk } from "../../shared/desk.ts";
import { errorText } from "../../shared/error-text.ts";
import { Logo } from "../../shared/Logo.tsx";
import { enter } from "./key.ts";
import classes from "./SignInPage.module.css";

/** An installation without anybody: its first administrator, with the code that the server prints. */
export default function SetUpPage({ code: given }: { code: string }) {
  const { t } = useLingui();
  const desk = useDesk();
  const [code, setCode] = useState(given);
  const [company, setCompany] = useState("");
  const [name, setName] = useState("");
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [waiting, setWaiting] = useState(false);
  const fields = error instanceof ApiError ? ((error.details["fields"] ?? []) as { path: string; message: string }[]) : [];
  const fault = (path: string) => fields.find((field) => field.path === path || field.path === `spec.${path}`)?.message;

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setWaiting(true);
    setError(null);
    try {
      await desk.api.http.post("/setup", { code, company, name, login, password });
      enter("/admin");
    } catch (failure) {
      setError(failure);
      setWaiting(false);
    }
  };

  return (
    <main className={classes.page}>
      <form className={classes.card} onSubmit={(event) => void submit(event)} noValidate>
        <Logo size={40} />
        <h1>
          <Trans>Set up Rapport</Trans>
        </h1>
        <p className={classes.lead}>
          <Trans>There is nobody here yet. You become the first administrator.</Trans>
        </p>
        <TextInput
          label={t`Set-up code`}
          description={t`The server printed it when it started.`}
          autoComplete="off"
          autoFocus={given === ""}
          spellCheck={false}
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
        <TextInput label={t`Company`} autoComplete="organization" autoFocus={given !== ""} value={company} onChange={(event) => setCompany(event.currentTarget.value)} />
        <TextInput label={t`Your name`} autoComplete="name" error={fault("name")} value={name} onChange={(event) => setName(event.currentTarget.value)} />
        <TextInput
          label={t`Login`}
          description={t`2 to 100 letters, digits or . _ @ + -`}
          autoComplete="username"
          error={fault("login")}
          value={login}
          onChange={(event) => setLogin(event.currentTarget.value)}
        />
        <PasswordInput
          label={t`Password`}
          description={t`At least 10 characters; several words are easy to remember.`}
          autoComplete="new-password"
          error={fault("password")}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          visibilityToggleButtonProps={{ "aria-label": t`Show the password` }}
        />
        <div role="alert" className={classes.error}>
          {error !== null && fields.length === 0 && errorText(error)}
        </div>
        <Button type="submit" size="md" fullWidth loading={waiting} disabled={[code, name, login].some((text) => text.trim() === "") || password === ""}>
          <Trans>Set up</Trans>
        </Button>
      </form>
    </main>
  );
}
