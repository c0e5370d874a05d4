import { ActionIcon } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import type { ComposerMode, DraftFields, StyleKind, Task } from "@rapport/api-client";
import { mailStyles, only, toWire, trimmed, type Rich } from "@rapport/rich-text";
import { X } from "lucide-react";
import { useEffect, useId, useMemo, useRef, useState, type ClipboardEvent, type KeyboardEvent } from "react";
import { useDesk, useDeskState } from "../../shared/desk.ts";
import { capabilitiesOf } from "../../shared/people.ts";
import { Tip } from "../../shared/Tip.tsx";
import { checkSend } from "../composer/check.ts";
import type { FieldHandle } from "../composer/field.ts";
import { FormatBar } from "../composer/FormatBar.tsx";
import { PlainField } from "../composer/PlainField.tsx";
import { RichField } from "../composer/RichField.tsx";
import { Tools } from "../composer/Tools.tsx";
import { UploadList } from "../composer/UploadList.tsx";
import type { Attachments } from "../composer/useAttachments.ts";
import { useDraft } from "../composer/useDraft.ts";
import { TemplateBar } from "../templates/TemplateBar.tsx";
import { templatesOfTask } from "../templates/source.ts";
import { TemplateSuggestions } from "../templates/TemplateSuggestions.tsx";
import { useTemplateCompletion } from "../templates/useTemplateCompletion.ts";
import { useTemplates } from "../templates/useTemplates.ts";
import { useWorkflowText } from "../workflows/useWorkflowText.ts";
import { clearCopies } from "./copies.ts";
import type { Start } from "./MailComposer.tsx";
import { endAfter } from "./ending.ts";
import { isPicture, placeOf } from "./inline-images.ts";
import { MailFields } from "./MailFields.tsx";
import { ModeButtons } from "./ModeButtons.tsx";
import { Quote } from "./Quote.tsx";
import { SendButtons } from "./SendButtons.tsx";
import { useForwardedFiles } from "./useForwardedFiles.ts";
import type { LatestMail } from "./useLatestMail.ts";
import { WindowButtons, type Size } from "./WindowButtons.tsx";
import { useRecipients, type Recipients } from "./useRecipients.ts";
import composer from "../composer/Composer.module.css";
import classes from "./Mail.module.css";

interface Props {
  task: Task;
  attachments: Attachments;
  mode: ComposerMode;
  start: Start | null;
  label: string;
  latest: LatestMail;
  onMode: (mode: ComposerMode, start: Start | null) => void;
  onTyped: (typed: boolean) => void;
}

/** One mode of the composer, with a draft of its own. */
export function MailForm({ task, attachments, mode, start, label, latest, onMode, onTyped }: Props) {
  const { t } = useLingui();
  const desk = useDesk();
  const noteId = useId();
  const field = useRef<FieldHandle>(null);
  const paper = useRef<HTMLDivElement>(null);
  const capabilities = useDeskState((state) => capabilitiesOf(state.catalog, task));
  const [styled, setStyled] = useState<ReadonlySet<StyleKind>>(new Set());
  const allowed = useMemo(() => mailStyles(), []);
  const recipients = useRecipients(task, mode, latest);
  const warns = useDeskState((state) => state.catalog.accounts.find(({ id }) => id === task.account_id)?.latest_only === "warn");
  const { rich, change, loaded, other, takeOther, dismissOther } = useDraft(task.conversation_id, mode, draftFields(recipients, latest));
  const quick = mode === "quick";
  const { text } = rich;
  useStart({ loaded: loaded?.fields ?? (loaded === null ? null : {}), rich, start, change, recipients, latest, attachments });
  useForwardedFiles(task.conversation_id, mode === "forward" ? latest.answered : 0, attachments);

  const typed = text !== "";
  useEffect(() => onTyped(typed), [onTyped, typed]);
  useEffect(() => field.current?.focus(), []);
  useEffect(() => {
    desk.ui.formatter = quick ? null : (kind) => field.current?.toggle(kind);
    return () => void (desk.ui.formatter = null);
  }, [desk, quick]);

  const source = useMemo(() => templatesOfTask(desk, task.id), [desk, task.id]);
  const templates = useTemplates({ source, field, rich, attachments, plain: quick, replaces: true, enabled: !quick && task.parked_until === null });
  useWorkflowText(task, field, true);
  const named = useTemplateCompletion(field, source, !quick, templates.load);
  const [size, setSize] = useState<Size>("docked");
  const [dark, setDark] = useState(false);
  const discard = () => {
    change({ text: "", marks: [] });
    recipients.choose({ to: null, cc: null });
    for (const { id } of attachments.uploads) attachments.remove(id);
    onMode("quick", null);
  };
  const { uploads } = attachments;
  const written = checkSend({
    text: mode === "forward" ? text || (recipients.fields?.quote_text ?? "") : text,
    limit: capabilities?.composer_limit ?? null,
    customerLeft: false,
    barrier: null,
    parked: task.parked_until !== null,
    uploading: uploads.some((upload) => upload.attachment === null && upload.problem === null),
    refusedFiles: uploads.some((upload) => upload.problem !== null),
    readyFiles: uploads.filter((upload) => upload.attachment !== null).length,
    unresolved: templates.open.length > 0,
  });
  const loading = latest.answered === 0 || (!quick && recipients.fields === undefined);
  const problem = latest.guarded && !warns ? "not_latest" : (recipients.problem ?? (loading ? "loading" : written));

  const send = async (end: boolean) => {
    if (problem === "unresolved") return templates.show();
    if (problem !== null) return;
    const body = toWire(trimmed(only(rich, allowed)));
    const { chosen, fields } = recipients;
    const key = desk.outbox.add({
      taskId: task.id,
      conversationId: task.conversation_id,
      ...body,
      attachments: attachments.takeReady(),
      mail: {
        composer: mode,
        latestSeq: latest.answered,
        holdS: desk.preferences.values.get().undo_send_s,
        ...(mode === "forward" ? { to: [...recipients.to] } : {}),
        ...(chosen.cc === null ? {} : { cc: chosen.cc }),
        ...(mode === "forward" && fields !== undefined ? { quote: { text: fields.quote_text, html: fields.quote_html } } : {}),
      },
    });
    change({ text: "", marks: [] });
    recipients.choose({ to: null, cc: null });
    if (end) void endAfter(desk, task.id, key);
    await clearCopies(desk.api, task.conversation_id, body.text, mode);
    if (!quick) onMode("quick", null);
    else field.current?.focus();
  };
  const choose = (next: ComposerMode) => {
    if (next !== mode) onMode(next, { rich, to: null, cc: null, files: [], back: false });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // In a row of a table the Tab key goes to the next cell; Shift+Tab leaves as ever.
    if (event.key === "Tab" && !event.shiftKey && styled.has("table") && event.target === document.getElementById("composer")) {
      event.preventDefault();
      field.current?.insert("\t");
      return;
    }
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void send(false);
  };
  const onPaste = (event: ClipboardEvent) => {
    const files = [...event.clipboardData.files];
    if (files.length === 0 || event.clipboardData.types.includes("text/html")) return;
    event.preventDefault();
    event.stopPropagation();
    take(files);
  };
  // Pictures go into the text where the caret is, other files beside it.
  const take = (files: readonly File[]) => {
    attachments.add(files);
    if (quick) return;
    field.current?.focus();
    for (const file of files) if (isPicture(file)) field.current?.insert(placeOf(file.name === "" ? "image.png" : file.name));
  };
  const dropped = useRef(take);
  dropped.current = take;
  useEffect(() => {
    const element = paper.current;
    if (element === null || quick) return;
    const drop = (event: DragEvent) => {
      const files = [...(event.dataTransfer?.files ?? [])];
      if (!files.some(isPicture)) return;
      event.preventDefault();
      dropped.current(files);
    };
    element.addEventListener("drop", drop);
    return () => element.removeEventListener("drop", drop);
  }, [quick]);
  const common = { ref: field, label, describedBy: noteId, invalid: false, onKeyDown: (event: KeyboardEvent) => void (named.onKeyDown(event) || templates.onKeyDown(event)), onPaste };
  return (
    <>
      {other !== null && (
        <div className={composer.other} role="status">
          <Trans>There is another draft, written in a different window.</Trans>
          <button type="button" onClick={takeOther}>{t`Use it`}</button>
          <button type="button" onClick={dismissOther}>{t`Keep this one`}</button>
        </div>
      )}
      <div className={composer.box} data-size={quick ? "docked" : size} onKeyDown={onKeyDown}>
        {!quick && (
          <div className={classes.bar}>
            <ModeButtons mode={mode} onChoose={choose} />
            {size === "minimised" && <span className={classes.folded}>{text.replace(/\s+/g, " ").slice(0, 80)}</span>}
            <span className={classes.spacer} />
            <WindowButtons size={size} onSize={setSize} dark={dark} onDark={setDark} onDiscard={discard} />
            <Tip label={t`Back to the quick reply`}>
              <ActionIcon variant="subtle" color="gray" size={28} aria-label={t`Back to the quick reply`} onClick={() => choose("quick")}>
                <X size={16} />
              </ActionIcon>
            </Tip>
          </div>
        )}
        <div className={classes.paper} data-dark={dark} ref={paper}>
          {!quick && <MailFields mode={mode} recipients={recipients} />}
          {uploads.length > 0 && <UploadList uploads={uploads} onRemove={attachments.remove} />}
          <TemplateSuggestions completion={named} />
          <TemplateBar templates={templates} template={rich.template} onRemove={() => (change({ text: "", marks: [] }), field.current?.focus())} />
          {quick ? (
            <PlainField {...common} placeholder={t`Quick reply here`} value={text} onChange={(value) => change({ text: value, marks: [] })} />
          ) : (
            <RichField {...common} placeholder={t`Write a message…`} allowed={allowed} value={rich} onChange={(value) => (change(value), named.typed())} onStyled={setStyled} onLocked={templates.onLocked} />
          )}
          {!quick && recipients.fields !== undefined && <Quote forward={mode === "forward"} text={recipients.fields.quote_text} />}
        </div>
        <div className={composer.tools}>
          {quick ? <ModeButtons mode={mode} onChoose={choose} /> : <FormatBar allowed={allowed} active={styled} onToggle={(kind) => field.current?.toggle(kind)} onLink={(url) => field.current?.link?.(url)} />}
          <Tools task={task} capabilities={capabilities} closed={false} attachments={attachments} onEmoji={(emoji) => field.current?.insert(emoji)} onEmojisClosed={() => field.current?.focus()} templates={!quick} />
          <SendButtons problem={problem} open={templates.open[0]?.name ?? ""} error={recipients.error} onSend={(end) => void send(end)} />
        </div>
      </div>
      <p id={noteId} className={composer.note}>
        <Trans>No card or health data in mails. Ctrl+Enter sends, Enter starts a new line.</Trans>
      </p>
    </>
  );
}

/** What is kept beside the text of a draft. */
function draftFields({ chosen }: Recipients, { answered }: LatestMail): DraftFields {
  return {
    ...(chosen.to === null ? {} : { to: chosen.to }),
    ...(chosen.cc === null ? {} : { cc: chosen.cc }),
    ...(answered === 0 ? {} : { latest_seq: answered }),
  };
}

interface Beginning {
  /** What the draft says besides its text; null until the server has answered. */
  loaded: DraftFields | null;
  rich: Rich;
  start: Start | null;
  change: (rich: Rich) => void;
  recipients: Recipients;
  latest: LatestMail;
  attachments: Attachments;
}

/** Once a mode's own draft is known: go on with it, or take over what was written before. */
function useStart({ loaded, rich, start, change, recipients, latest, attachments }: Beginning): void {
  const done = useRef(false);
  useEffect(() => {
    if (loaded === null || done.current) return;
    done.current = true;
    if (start === null) {
      if (rich.text === "") return;
      recipients.choose({ to: loaded.to ?? null, cc: loaded.cc ?? null });
      if (loaded.latest_seq !== undefined) latest.answering(loaded.latest_seq);
    } else if (start.back) {
      const { text } = rich;
      const again = rich.text === "" || rich.text === start.rich.text;
      change(again ? start.rich : { text: `${start.rich.text}\n${text}`, marks: start.rich.marks });
      recipients.choose({ to: start.to, cc: start.cc });
      attachments.putBack?.(start.files);
    } else if (rich.text === "" && start.rich.text !== "") {
      change(start.rich);
    }
  });
}
