import { Button } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useDesk } from "../../shared/desk.ts";
import { errorText } from "../../shared/error-text.ts";
import { type InvitationMail, LOOK_AGAIN_MS, mailText } from "./accounts/mail-state.ts";
import { MailInvitation } from "./accounts/MailInvitation.tsx";
import { CopyField } from "./Copy.tsx";
import { useWhen } from "./when.ts";
import classes from "./Admin.module.css";

interface State {
  has_password: boolean;
  invitation: { created_at: string; created_by: string | null; expires_at: string; used_at: string | null; good: boolean; mail: InvitationMail | null } | null;
}

/** Invites a person by a link, and lets them choose a new password in the same way. */
export function InvitationPanel({ userId, email, active }: { userId: number; email: string; active: boolean }) {
  const { t } = useLingui();
  const desk = useDesk();
  const when = useWhen();
  const [link, setLink] = useState<string | null>(null);
  const [expired, setExpired] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const state = useQuery({
    queryKey: ["admin", "invitation", userId],
    queryFn: () => desk.api.http.get<State>(`/users/${userId}/invitation`),
    refetchInterval: (query) => query.state.data?.invitation?.mail?.state === "pending" && LOOK_AGAIN_MS,
  });
  const invite = async () => {
    setFailure(null);
    try {
      const { token } = await desk.api.http.post<{ token: string }>(`/users/${userId}/invitation`);
      setLink(`${location.origin}/#invitation=${token}`);
      await state.refetch();
    } catch (error) {
      setFailure(error);
    }
  };
  const expire = async () => {
    setFailure(null);
    try {
      await desk.api.http.post(`/users/${userId}/password/expire`);
      setExpired(true);
    } catch (error) {
      setFailure(error);
    }
  };
  const last = state.data?.invitation;
  const until = when(last?.expires_at);
  const by = last?.created_by ?? "?";
  const at = when(last?.created_at);
  return (
    <section className={classes.card} aria-label={t`Invitation`}>
      <h3>
        <Trans>Signing in</Trans>
      </h3>
      {state.data !== undefined && (
        <p className={classes.dialogText}>
          {state.data.has_password ? t`This person has a password.` : t`This person has no password yet and can't sign in.`}{" "}
          {last?.good === true && t`Invited by ${by} on ${at}; the link is good until ${until}.`}{" "}
          {last?.good === true && last.mail !== null && mailText(last.mail, when)}
          {last?.used_at != null && t`The last link was used on ${when(last.used_at)}.`}
        </p>
      )}
      {link !== null && (
        <CopyField
          label={t`Link for this person`}
          value={link}
          help={t`Good once and for seven days. It is shown only now; hand it over by a way that you trust.`}
        />
      )}
      {failure !== null && (
        <p role="alert" className={classes.problem}>
          {errorText(failure)}
        </p>
      )}
      <Button variant={state.data?.has_password === false && link === null ? "filled" : "default"} className={classes.start!} disabled={!active} onClick={() => void invite()}>
        {state.data?.has_password === true ? t`Create a link for a new password` : t`Create an invitation link`}
      </Button>
      <MailInvitation userId={userId} email={email} active={active} onSent={() => void state.refetch()} />
      {state.data?.has_password === true && (
        <Button variant="default" className={classes.start!} disabled={!active || expired} onClick={() => void expire()}>
          <Trans>Ask for another password at the next step</Trans>
        </Button>
      )}
      <p role="status" className={classes.good} hidden={!expired}>
        {expired && t`Before this person goes on, they choose another password.`}
      </p>
    </section>
  );
}
