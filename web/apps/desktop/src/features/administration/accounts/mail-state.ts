import type { MessageDescriptor } from "@lingui/core";
import { i18n } from "@lingui/core";
import { msg } from "@lingui/core/macro";

/** How far the mail with an invitation's link has come. */
export interface InvitationMail {
  to: string;
  state: "pending" | "sent" | "failed";
  attempts: number;
  next_at: string | null;
  code: string | null;
  reason: string | null;
}

/** How often it is looked whether a mail has gone meanwhile. */
export const LOOK_AGAIN_MS = 3_000;

/** Why it has not gone; a mail server's own words stand where there are none here. */
const reasons: Record<string, MessageDescriptor> = {
  unreachable: msg`The mail server can't be reached.`,
  unanswered: msg`The mail server did not say whether it took the mail.`,
  account_gone: msg`The e-mail account is switched off or deleted.`,
  not_configured: msg`The mailbox has no server to send with.`,
  user_inactive: msg`The person may not sign in.`,
  address_changed: msg`The person's address has changed: send it again.`,
  expired: msg`The link had expired before: send it again.`,
  key_changed: msg`The installation's key has changed: send it again.`,
};

export function mailText({ to, state, attempts, next_at, code, reason }: InvitationMail, when: (at: string | null) => string): string {
  if (state === "sent") return i18n._(msg`The mail to ${to} has been sent.`);
  const why = reasonText(code, reason);
  if (state === "failed") return i18n._(msg`The mail to ${to} was not sent. ${why}`);
  if (attempts === 0) return i18n._(msg`The mail to ${to} is on its way.`);
  const at = when(next_at);
  return i18n._(msg`The mail to ${to} has not been sent yet; next try ${at}. ${why}`);
}

function reasonText(code: string | null, reason: string | null): string {
  if (code === null) return reason ?? "";
  const known = reasons[code];
  if (known !== undefined) return i18n._(known);
  const number = /^smtp_(\d{3})$/.exec(code)?.[1];
  return reason ?? (number === undefined ? code : i18n._(msg`The mail server did not take it (${number}).`));
}
