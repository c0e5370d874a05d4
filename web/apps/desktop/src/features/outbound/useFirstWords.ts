import type { Account, FirstWords, StyleKind } from "@rapport/api-client";
import { carried, fromWire, mailStyles, only, toWire, trimmed, type Rich } from "@rapport/rich-text";
import { useCallback, useMemo, useRef, useState, type RefObject } from "react";
import { useDesk } from "../../shared/desk.ts";
import { checkSend, countCharacters } from "../composer/check.ts";
import type { FieldHandle } from "../composer/field.ts";
import { useUploads, type Attachments } from "../composer/useAttachments.ts";
import { mailHtml } from "../mail/mail-html.ts";
import { templatesToStart, type TemplateSource } from "../templates/source.ts";
import { useTemplates, type Templates } from "../templates/useTemplates.ts";

export interface FirstText {
  field: RefObject<FieldHandle | null>;
  rich: Rich;
  change: (rich: Rich) => void;
  allowed: ReadonlySet<StyleKind>;
  source: TemplateSource;
  templates: Templates;
  attachments: Attachments;
  count: number;
  over: number;
  /** What would be sent; null while nothing can be. */
  words: FirstWords | null;
  /** The template's field that is still to be filled in. */
  open: string | null;
}

/** The text of a first message with all that goes with it, as far as the account's channel carries it. */
export function useFirstWords(account: Account | undefined, to: { contactId?: number | undefined; conversationId?: number | undefined }): FirstText {
  const desk = useDesk();
  const field = useRef<FieldHandle>(null);
  const [rich, change] = useState<Rich>({ text: "", marks: [] });
  const accountId = account?.id ?? 0;
  const mail = account?.channel === "email";
  const richText = account?.capabilities.rich_text ?? "none";
  const limit = account?.capabilities.composer_limit ?? null;
  const allowed = useMemo(() => (mail ? mailStyles() : carried(richText)), [mail, richText]);
  const { contactId, conversationId } = to;
  const source = useMemo(
    () => templatesToStart(desk, accountId, { ...(contactId === undefined ? {} : { contact_id: contactId }), ...(conversationId === undefined ? {} : { conversation_id: conversationId }) }),
    [desk, accountId, contactId, conversationId],
  );
  const attachments = useUploads(
    useCallback((file: File, onProgress: (share: number) => void, signal: AbortSignal) => desk.api.uploadFirst(accountId, file, onProgress, signal), [desk, accountId]),
  );
  // The chords of the composer behind the dialog stay its own.
  const templates = useTemplates({ source, field, rich, attachments, plain: richText === "none", replaces: mail, enabled: false });
  const { uploads } = attachments;
  const problem = checkSend({
    text: rich.text,
    limit,
    customerLeft: false,
    barrier: null,
    parked: false,
    uploading: uploads.some((upload) => upload.attachment === null && upload.problem === null),
    refusedFiles: uploads.some((upload) => upload.problem !== null),
    readyFiles: uploads.filter((upload) => upload.attachment !== null).length,
    unresolved: templates.open.length > 0,
  });
  const { text, styles, made } = toWire(trimmed(only(rich, allowed)));
  const files = uploads.flatMap(({ attachment }) => (attachment === null ? [] : [attachment.id]));
  const words: FirstWords = {
    text,
    ...(styles.length === 0 ? {} : mail ? { html: mailHtml(fromWire(text, styles)) } : { styles }),
    ...(files.length === 0 ? {} : { attachment_ids: files }),
    ...(made === undefined ? {} : { from_template: made }),
  };
  const count = countCharacters(rich.text);
  return {
    field,
    rich,
    change,
    allowed,
    source,
    templates,
    attachments,
    count,
    over: limit === null ? 0 : Math.max(0, count - limit),
    words: problem === null || problem === "unresolved" ? words : null,
    open: problem === "unresolved" ? (templates.open[0]?.name ?? "") : null,
  };
}
