import { Button, PasswordInput } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { useState, type SubmitEvent } from "react";
import { useDesk } from "../../shared/desk.ts";
import { errorText } from "../../shared/error-text.ts";
import { Logo } from "../../shared/Logo.tsx";
import { enter } from "./key.ts";
import classes from "./SignInPage.module.css";

/** Where an invited person gives themselves a password. */
export default function InvitationPage({ token }: { token: string }) {
  const { t } = useLingui();
  const desk = useDesk();
  const [password, setPassword] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [waiting, setWaiting] = useState(false);
  const who = useQuery({
    queryKey: ["invitation", token],
    queryFn: () => desk.api.http.post<{ name: string; login: string }>("/invitation/look", { token }),
  });

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setWaiting(true);
    setError(null);
    try {
      await desk.api.http.post("/invitation", { token, password });
      enter("/");
    } catch (failure) {
      setError(failure);
      setWaiting(false);
    }
  };

  if (who.isPending) return null;
  const name = who.data?.name ?? "";
  return (
    <main className={classes.page}>
      <form className={classes.card} onSubmit={(event) => void submit(event)}>
        <Logo size={40} />
        <h1>{who.isError ? <Trans>This link is not good any more</Trans> : <Trans>Welcome, {name}</Trans>}</h1>
        {who.isError ? (
          <>
            <p role="alert">{errorText(who.error)}</p>
            <Button variant="default" onClick={() => enter("/")}>
              <Trans>To the sign-in page</Trans>
            </Button>
          </>
        ) : (
          <>
            <p className={classes.lead}>
              <Trans>Choose a password. You sign in with it and the name</Trans> <b>{who.data.login}</b>.
            </p>
            <input type="hidden" name="username" autoComplete="username" value={who.data.login} readOnly />
            <PasswordInput
              label={t`Password`}
              description={t`At least 10 characters; several words are easy to remember.`}
              autoComplete="new-password"
              autoFocus
              required
              withAsterisk={false}
              size="md"
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
              visibilityToggleButtonProps={{ "aria-label": t`Show the password` }}
            />
            <div role="alert" className={classes.error}>
              {error !== null && errorText(error)}
            </div>
            <Button type="submit" size="md" fullWidth loading={waiting} disabled={password.length < 10}>
              <Trans>Save and sign in</Trans>
            </Button>
          </>
        )}
      </form>
    </main>
  );
}
