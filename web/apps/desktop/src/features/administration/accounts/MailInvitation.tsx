import { Button, NativeSelect } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useDesk } from "../../../shared/desk.ts";
import { invitationFailure } from "./failure.ts";
import admin from "../Admin.module.css";
import classes from "./Accounts.module.css";

/** Sends a person the link by e-mail; nothing where there is no mailbox, or no address is stored. */
export function MailInvitation({ userId, email, active, onSent }: { userId: number; email: string; active: boolean; onSent: () => void }) {
  const { t, i18n } = useLingui();
  const desk = useDesk();
  const [mailbox, setMailbox] = useState("");
  const [waiting, setWaiting] = useState(false);
  const [to, setTo] = useState<string | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const found = useQuery({
    queryKey: ["admin", "invitations"],
    queryFn: () => desk.api.http.get<{ mailboxes: { id: number; name: string }[] }>("/invitations"),
  });
  const mailboxes = found.data?.mailboxes ?? [];
  const from = mailbox === "" ? mailboxes[0]?.id : Number(mailbox);
  if (from === undefined || email === "") return null;
  const send = async () => {
    setWaiting(true);
    setFailure(null);
    setTo(null);
    try {
      const language = i18n.locale === "de" ? "de" : "en";
      setTo((await desk.api.http.post<{ to: string }>(`/users/${userId}/invitation/mail`, { account_id: from, language })).to);
    } catch (error) {
      setFailure(error);
    }
    setWaiting(false);
    onSent();
  };
  return (
    <>
      <div className={classes.mail}>
        <Button variant="default" loading={waiting} disabled={!active} onClick={() => void send()}>
          <Trans>Send the link by e-mail</Trans>
        </Button>
        {mailboxes.length > 1 && (
          <NativeSelect aria-label={t`Send from`} value={mailbox} onChange={(event) => setMailbox(event.currentTarget.value)} data={mailboxes.map((each) => ({ value: String(each.id), label: each.name }))} />
        )}
      </div>
      <p role="status" className={to === null ? "visually-hidden" : admin.good}>
        {to !== null && t`A new link is on its way to ${to}; the earlier one is no longer good.`}
      </p>
      {failure !== null && (
        <p role="alert" className={admin.problem}>
          {invitationFailure(failure)}
        </p>
      )}
    </>
  );
}
