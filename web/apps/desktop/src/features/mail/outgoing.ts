import type { ComposerMode, MailAnswer, MailMode, Person } from "@rapport/api-client";
import { fromWire } from "@rapport/rich-text";
import type { Outgoing } from "../connection/outbox.ts";
import { mailHtml } from "./mail-html.ts";

/** What an answer by mail is besides its text and files. */
export interface OutgoingMail {
  composer: ComposerMode;
  /** The customer's mail that the agent has read and answers. */
  latestSeq: number;
  /** Where the agent chose them; else the mode's own. */
  to?: Person[];
  cc?: Person[];
  /** The mail that is forwarded; it goes below the text. */
  quote?: { text: string; html: string };
}

export function modeOf(composer: ComposerMode): MailMode {
  return composer === "quick" ? "reply" : composer;
}

/** What the server is asked to send. */
export function newMail(item: Outgoing, mail: OutgoingMail): MailAnswer & { text: string; attachment_ids: number[] } {
  const { quote, to, cc } = mail;
  const styled = (item.styles ?? []).length > 0;
  const own = styled || quote !== undefined ? mailHtml(fromWire(item.text, item.styles ?? [])) : undefined;
  return {
    mode: modeOf(mail.composer),
    latest_seq: mail.latestSeq,
    text: quote === undefined ? item.text : `${item.text}\n\n${quote.text}`.trim(),
    attachment_ids: item.attachments.map((attachment) => attachment.id),
    ...(own === undefined ? {} : { html: quote === undefined ? own : `${own}<br>${quote.html}` }),
    ...(to === undefined ? {} : { to }),
    ...(cc === undefined ? {} : { cc }),
  };
}
