import type { ComposerMode, MailAnswer, MailMode, Message, Person } from "@rapport/api-client";
import { fromWire } from "@rapport/rich-text";
import type { Outgoing } from "../connection/outbox.ts";
import { placeOf, withPictures } from "./inline-images.ts";
import { mailHtml } from "./mail-html.ts";
import { readPeople } from "./people.ts";

/** What an answer by mail is besides its text and files. */
export interface OutgoingMail {
  composer: ComposerMode;
  /** The customer's mail that the agent has read and answers. */
  latestSeq: number;
  /** Where the agent chose them; else the mode's own. */
  to?: Person[];
  cc?: Person[];
  /** Seconds for which it can still be taken back. */
  holdS?: number;
  /** The mail that is forwarded; it goes below the text. */
  quote?: { text: string; html: string };
}

/** What a stored answer was, for whom writes it again. */
export function mailOf({ content }: Message): OutgoingMail {
  const details = content?.details ?? {};
  const mode = details["mode"] === "reply_all" || details["mode"] === "forward" ? details["mode"] : "reply";
  return {
    composer: mode,
    latestSeq: content?.reply_to_seq ?? 0,
    ...(mode === "forward" ? { to: readPeople(details["to"]) } : {}),
    cc: readPeople(details["cc"]),
  };
}

export function modeOf(composer: ComposerMode): MailMode {
  return composer === "quick" ? "reply" : composer;
}

/** What the server is asked to send. */
export function newMail(item: Outgoing, mail: OutgoingMail): MailAnswer & { text: string; attachment_ids: number[] } {
  const { quote, to, cc, holdS } = mail;
  const styled = (item.styles ?? []).length > 0;
  const pictured = item.attachments.some(({ filename }) => item.text.includes(placeOf(filename)));
  const own = styled || pictured || quote !== undefined ? withPictures(mailHtml(fromWire(item.text, item.styles ?? [])), item.attachments) : undefined;
  return {
    mode: modeOf(mail.composer),
    latest_seq: mail.latestSeq,
    text: quote === undefined ? item.text : `${item.text}\n\n${quote.text}`.trim(),
    attachment_ids: item.attachments.map((attachment) => attachment.id),
    ...(own === undefined ? {} : { html: quote === undefined ? own : `${own}<br>${quote.html}` }),
    ...(item.made === undefined ? {} : { from_template: item.made }),
    ...(holdS === undefined || holdS === 0 ? {} : { hold_s: holdS }),
    ...(to === undefined ? {} : { to }),
    ...(cc === undefined ? {} : { cc }),
  };
}
