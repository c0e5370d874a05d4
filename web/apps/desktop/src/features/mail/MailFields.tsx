import { useLingui } from "@lingui/react/macro";
import type { MailMode } from "@rapport/api-client";
import { PeopleField } from "./PeopleField.tsx";
import type { Recipients } from "./useRecipients.ts";
import classes from "./Mail.module.css";

/** To, Cc and Subject: To can be written in a forward only, the Subject never. */
export function MailFields({ mode, recipients }: { mode: MailMode; recipients: Recipients }) {
  const { t } = useLingui();
  const { to, cc, fields, choose } = recipients;
  return (
    <>
      <PeopleField label={t`To`} people={to} {...(mode === "forward" ? { onChange: (people) => choose({ to: people }) } : {})} />
      <PeopleField label={t`Cc`} people={cc} onChange={(people) => choose({ cc: people })} />
      <div className={classes.line} role="group" aria-label={t`Subject`}>
        <span className={classes.label} aria-hidden>{t`Subject`}</span>
        <span className={classes.subject}>{fields?.subject ?? ""}</span>
      </div>
    </>
  );
}
