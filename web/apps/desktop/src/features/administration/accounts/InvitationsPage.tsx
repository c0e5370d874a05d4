import { Button, NativeSelect } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Avatar } from "../../../shared/Avatar.tsx";
import { useDesk, useUser } from "../../../shared/desk.ts";
import { mayLook } from "../../../shared/rights.ts";
import { CopyField } from "../Copy.tsx";
import { refusalText } from "../forms/errors.ts";
import { useWhen } from "../when.ts";
import { invitationFailure } from "./failure.ts";
import { type InvitationMail, LOOK_AGAIN_MS, mailText } from "./mail-state.ts";
import admin from "../Admin.module.css";
import classes from "./Accounts.module.css";

interface Invitation {
  user: { id: number; name: string; email: string; active: boolean };
  created_at: string;
  created_by: string | null;
  expires_at: string;
  good: boolean;
  mail: InvitationMail | null;
}
interface List {
  items: Invitation[];
  mailboxes: { id: number; name: string }[];
}
interface Done {
  text: string;
  link?: string;
  name: string;
}

/** Invitations that nobody has used: withdrawn, renewed as a link, or sent again by e-mail. */
export function InvitationsPage() {
  const { t, i18n } = useLingui();
  const desk = useDesk();
  const user = useUser();
  const [mailbox, setMailbox] = useState("");
  const [done, setDone] = useState<Done | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [waiting, setWaiting] = useState<string | null>(null);
  const list = useQuery({
    queryKey: ["admin", "invitations"],
    queryFn: () => desk.api.http.get<List>("/invitations"),
    refetchOnMount: "always",
    refetchInterval: ({ state }) => (state.data?.items.some(({ mail }) => mail?.state === "pending") === true && LOOK_AGAIN_MS),
  });
  const items = list.data?.items ?? [];
  const mailboxes = list.data?.mailboxes ?? [];
  const from = mailbox === "" ? mailboxes[0]?.id : Number(mailbox);
  const changes = user?.rights.includes("accounts") === true;

  const run = async (what: string, work: () => Promise<Done>) => {
    if (waiting !== null) return;
    setWaiting(what);
    setFailure(null);
    setDone(null);
    try {
      setDone(await work());
    } catch (error) {
      setFailure(error);
    }
    await list.refetch();
    setWaiting(null);
  };
  const withdraw = ({ user: { id, name } }: Invitation) =>
    run(`withdraw-${id}`, async () => {
      await desk.api.http.call("DELETE", `/users/${id}/invitation`);
      return { name, text: t`The invitation of ${name} is withdrawn.` };
    });
  const renew = ({ user: { id, name } }: Invitation) =>
    run(`renew-${id}`, async () => {
      const { token } = await desk.api.http.post<{ token: string }>(`/users/${id}/invitation`);
      return { name, text: t`${name} has a new link; the earlier one is no longer good.`, link: `${location.origin}/#invitation=${token}` };
    });
  const mail = ({ user: { id, name } }: Invitation) =>
    run(`mail-${id}`, async () => {
      const language = i18n.locale === "de" ? "de" : "en";
      const { to } = await desk.api.http.post<{ to: string }>(`/users/${id}/invitation/mail`, { account_id: from, language });
      return { name, text: t`A new link is on its way to ${to}; the earlier one is no longer good.` };
    });
  const name = done?.name ?? "";
  return (
    <div className={admin.page}>
      <header className={admin.head}>
        <div>
          <h2>
            <Trans>Invitations</Trans>
          </h2>
          <p>
            <Trans>Links for a password that nobody has used yet. New ones are made on the person’s own page.</Trans>
          </p>
        </div>
      </header>
      {changes && mailboxes.length > 1 && (
        <div className={classes.filters}>
          <NativeSelect label={t`Send from`} value={mailbox} onChange={(event) => setMailbox(event.currentTarget.value)} data={mailboxes.map((each) => ({ value: String(each.id), label: each.name }))} />
        </div>
      )}
      {list.data !== undefined && changes && items.length > 0 && mailboxes.length === 0 && (
        <p className={`${admin.hint} ${classes.note}`}>
          <Trans>There is no mailbox to send from. Connect one, or hand a new link over yourself.</Trans>
        </p>
      )}
      {list.isError && <p role="alert">{refusalText(list.error)}</p>}
      {failure !== null && (
        <p role="alert" className={admin.problem}>
          {invitationFailure(failure)}
        </p>
      )}
      <p role="status" className={done === null ? "visually-hidden" : `${admin.good} ${classes.note}`}>
        {done === null ? list.isSuccess && t`Open invitations: ${items.length}` : done.text}
      </p>
      {done?.link !== undefined && (
        <div className={classes.note}>
          <CopyField label={t`Link for ${name}`} value={done.link} help={t`Good once and for seven days. It is shown only now; hand it over by a way that you trust.`} />
        </div>
      )}
      {list.isSuccess && items.length === 0 && (
        <p className={admin.empty}>
          <Trans>No invitation is open.</Trans>
        </p>
      )}
      <ul className={admin.list} aria-label={t`Invitations`}>
        {items.map((each) => (
          <Row key={each.user.id} invitation={each}>
            {changes && (
              <span className={classes.buttons}>
                {from !== undefined && each.user.email !== "" && each.user.active && (
                  <Button size="xs" variant="default" loading={waiting === `mail-${each.user.id}`} aria-label={t`Send again: ${each.user.name}`} onClick={() => void mail(each)}>
                    <Trans>Send again</Trans>
                  </Button>
                )}
                {each.user.active && (
                  <Button size="xs" variant="default" loading={waiting === `renew-${each.user.id}`} aria-label={t`New link: ${each.user.name}`} onClick={() => void renew(each)}>
                    <Trans>New link</Trans>
                  </Button>
                )}
                <Button size="xs" variant="default" loading={waiting === `withdraw-${each.user.id}`} aria-label={t`Withdraw: ${each.user.name}`} onClick={() => void withdraw(each)}>
                  <Trans>Withdraw</Trans>
                </Button>
              </span>
            )}
          </Row>
        ))}
      </ul>
    </div>
  );
}

function Row({ invitation, children }: { invitation: Invitation; children: React.ReactNode }) {
  const { t } = useLingui();
  const when = useWhen();
  const viewer = useUser();
  const { user, good, mail } = invitation;
  const created = when(invitation.created_at);
  const by = invitation.created_by ?? "?";
  const until = when(invitation.expires_at);
  const state = !user.active ? t`may not sign in` : good ? t`good until ${until}` : t`expired ${until}`;
  return (
    <li className={classes.row} data-off={!good}>
      <Avatar name={user.name} size={32} />
      <span className={classes.what}>
        <b>
          {mayLook(viewer, "configuration") ? (
            <Link to="/admin/$area/$item" params={{ area: "users", item: String(user.id) }}>
              {user.name}
            </Link>
          ) : (
            user.name
          )}
        </b>
        <span>{user.email === "" ? t`no e-mail address` : user.email}</span>
        <span>{[t`invited by ${by} on ${created}`, state].join(" · ")}</span>
        {mail !== null && <span className={mail.state === "failed" ? admin.problem : undefined}>{mailText(mail, when)}</span>}
      </span>
      {children}
    </li>
  );
}
