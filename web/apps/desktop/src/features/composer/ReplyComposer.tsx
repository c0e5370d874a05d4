import { Button } from "@mantine/core";
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import type { StyleKind, Task } from "@rapport/api-client";
import { carried, fromWire, only, toWire, trimmed, type Rich } from "@rapport/rich-text";
import { SendHorizontal } from "lucide-react";
import { useEffect, useId, useMemo, useRef, useState, type ClipboardEvent, type KeyboardEvent } from "react";
import { useDesk, useDeskState } from "../../shared/desk.ts";
import { capabilitiesOf } from "../../shared/people.ts";
import { useStore } from "../../shared/store.ts";
import { timeOfDay } from "../../shared/time.ts";
import { Suggestions } from "../emoji/Suggestions.tsx";
import { useCompletion } from "../emoji/useCompletion.ts";
import { TemplateBar } from "../templates/TemplateBar.tsx";
import { templatesOfTask } from "../templates/source.ts";
import { TemplateSuggestions } from "../templates/TemplateSuggestions.tsx";
import { useTemplateCompletion } from "../templates/useTemplateCompletion.ts";
import { useTemplates } from "../templates/useTemplates.ts";
import { useWorkflowText } from "../workflows/useWorkflowText.ts";
import { BarrierBanner } from "./BarrierBanner.tsx";
import { checkSend, countCharacters, type SendProblem } from "./check.ts";
import type { FieldHandle } from "./field.ts";
import { FormatBar } from "./FormatBar.tsx";
import { PlainField } from "./PlainField.tsx";
import { ReplyBar } from "./ReplyBar.tsx";
import { RichField } from "./RichField.tsx";
import { SegmentCount, SegmentWarning } from "./SegmentCount.tsx";
import { Tools } from "./Tools.tsx";
import { UploadList } from "./UploadList.tsx";
import type { Attachments } from "./useAttachments.ts";
import { useDraft } from "./useDraft.ts";
import { useReach } from "./useReach.ts";
import { useTyping } from "./useTyping.ts";
import classes from "./Composer.module.css";

/** A message to the customer; Send says why when it can't. */
export function ReplyComposer({ task, attachments }: { task: Task; attachments: Attachments }) {
  const { t, i18n } = useLingui();
  const desk = useDesk();
  const field = useRef<FieldHandle>(null);
  const noteId = useId();
  const capabilities = useDeskState((state) => capabilitiesOf(state.catalog, task));
  const offline = useStore(desk.connection.state, (state) => state === "offline");
  const replySeq = useStore(desk.ui.replying, (map) => map.get(task.conversation_id) ?? null);
  const { rich, change, other, takeOther, dismissOther } = useDraft(task.conversation_id);
  const { typed, stopped } = useTyping(task.conversation_id);
  const { barrier, closesAt } = useReach(task);
  const [styled, setStyled] = useState<ReadonlySet<StyleKind>>(new Set());
  const richText = capabilities?.rich_text ?? "none";
  const allowed = useMemo(() => carried(richText), [richText]);
  const completion = useCompletion(field, capabilities?.emojis === true);
  const closed = barrier !== null;
  const plain = richText === "none";
  const source = useMemo(() => templatesOfTask(desk, task.id), [desk, task.id]);
  const templates = useTemplates({ source, field, rich, attachments, plain, replaces: false, enabled: !closed && task.parked_until === null });
  useWorkflowText(task, field, !closed);
  const named = useTemplateCompletion(field, source, !closed, templates.load);
  const { uploads } = attachments;
  const { text } = rich;
  const limit = capabilities?.composer_limit ?? null;
  const count = countCharacters(text);
  const over = limit === null ? 0 : Math.max(0, count - limit);
  const problem = checkSend({
    text,
    limit,
    customerLeft: task.customer_left_at !== null,
    barrier,
    parked: task.parked_until !== null,
    uploading: uploads.some((upload) => upload.attachment === null && upload.problem === null),
    refusedFiles: uploads.some((upload) => upload.problem !== null),
    readyFiles: uploads.filter((upload) => upload.attachment !== null).length,
    unresolved: templates.open.length > 0,
  });
  const reason = useReason(problem, offline, templates.open[0]?.name ?? "");

  useEffect(() => field.current?.focus(), []);
  useComposerHandle(field, richText !== "none" && !closed);

  // A refused message comes back in front of what has been typed since.
  const returned = useStore(desk.ui.returned, (value) => value);
  useEffect(() => {
    if (returned === null || returned.conversationId !== task.conversation_id || returned.note === true) return;
    desk.ui.returned.set(null);
    const back = fromWire(returned.text, returned.styles ?? []);
    change(text === "" ? back : { text: `${back.text}\n${text}`, marks: [...back.marks, ...moved(rich, back.text.length + 1).marks] });
    field.current?.focus();
  }, [desk, returned, task.conversation_id, change, rich, text]);

  const send = () => {
    if (problem === "unresolved") return templates.show();
    if (problem !== null) return;
    const files = attachments.takeReady();
    const { text: words, styles, made } = toWire(trimmed(only(rich, allowed)));
    desk.outbox.add({ taskId: task.id, conversationId: task.conversation_id, text: words, styles, replyToSeq: replySeq, attachments: files, ...(made === undefined ? {} : { made }) });
    change({ text: "", marks: [] });
    desk.ui.reply(task.conversation_id, null);
    stopped();
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (completion.onKeyDown(event) || named.onKeyDown(event) || templates.onKeyDown(event)) return;
    if (event.key === "Escape" && replySeq !== null) desk.ui.reply(task.conversation_id, null);
    if (event.key !== "Enter" || event.shiftKey || event.altKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  const onChange = (value: Rich) => {
    change(value);
    typed();
    completion.typed();
    named.typed();
  };
  const onPaste = (event: ClipboardEvent) => {
    const files = [...event.clipboardData.files];
    // Office programs put a picture of the text beside the text: the text is meant.
    if (files.length === 0 || capabilities?.attachments !== true || event.clipboardData.types.includes("text/html")) return;
    event.preventDefault();
    event.stopPropagation();
    attachments.add(files);
  };
  const common = { ref: field, label: t`Message`, placeholder: t`Write a message…`, describedBy: noteId, invalid: over > 0, disabled: closed, onKeyDown, onPaste };
  return (
    <>
      {other !== null && (
        <div className={classes.other} role="status">
          <Trans>There is another draft, written in a different window.</Trans>
          <button type="button" onClick={takeOther}>{t`Use it`}</button>
          <button type="button" onClick={dismissOther}>{t`Keep this one`}</button>
        </div>
      )}
      <BarrierBanner task={task} barrier={barrier} closesAt={closesAt} templates={capabilities?.approved_templates === true} />
      <div className={classes.box} data-over={over > 0} data-closed={closed}>
        <Suggestions completion={completion} />
        <TemplateSuggestions completion={named} />
        <TemplateBar templates={templates} template={rich.template} onRemove={() => (change({ text: "", marks: [] }), field.current?.focus())} />
        {replySeq !== null && <ReplyBar conversationId={task.conversation_id} seq={replySeq} onCancel={() => desk.ui.reply(task.conversation_id, null)} />}
        {uploads.length > 0 && <UploadList uploads={uploads} onRemove={attachments.remove} />}
        {!templates.needed ? (
          <PlainField {...common} value={text} onChange={(value) => onChange({ text: value, marks: [] })} />
        ) : (
          <RichField {...common} allowed={allowed} value={rich} onChange={onChange} onStyled={setStyled} onLocked={templates.onLocked} />
        )}
        <div className={classes.tools}>
          {richText !== "none" && !closed && <FormatBar allowed={allowed} active={styled} onToggle={(kind) => field.current?.toggle(kind)} />}
          <Tools task={task} capabilities={capabilities} closed={closed} attachments={attachments} onEmoji={(emoji) => field.current?.insert(emoji)} onEmojisClosed={() => field.current?.focus()} />
          <span className={classes.reason}>{reason}</span>
          {task.channel === "sms" && <SegmentCount text={text} />}
          {limit !== null && (
            <span className={classes.counter} data-over={over > 0}>
              <span aria-hidden>
                {count}/{limit}
              </span>
              <span className="visually-hidden">{t`${count} of ${limit} characters`}</span>
            </span>
          )}
          <Button size="sm" disabled={problem !== null && problem !== "unresolved"} {...(problem === "unresolved" ? { "data-disabled": true, "aria-disabled": true } : {})} rightSection={<SendHorizontal size={15} aria-hidden />} onClick={send}>
            <Trans>Send</Trans>
          </Button>
        </div>
      </div>
      <p id={noteId} className={classes.note} data-over={over > 0} role={over > 0 ? "alert" : undefined}>
        {over > 0 ? (
          <Plural
            value={over}
            one="The message is too long: delete # character to send it."
            other="The message is too long: delete # characters to send it."
          />
        ) : task.channel === "sms" && text !== "" ? (
          <SegmentWarning text={text} />
        ) : closesAt !== null && !closed ? (
          <Trans>Free messages are possible until {timeOfDay(closesAt, i18n.locale)}.</Trans>
        ) : closed ? null : (
          <Trans>Enter sends, Shift+Enter starts a new line.</Trans>
        )}
      </p>
    </>
  );
}

function moved(rich: Rich, by: number): Rich {
  return { text: rich.text, marks: rich.marks.map((mark) => ({ ...mark, start: mark.start + by, end: mark.end + by })) };
}

function useReason(problem: SendProblem, offline: boolean, open: string): string | null {
  const { t } = useLingui();
  switch (problem) {
    case "customer_left":
      return t`The customer has left`;
    case "opted_out":
      return t`The customer has opted out`;
    case "window_closed":
      return t`The window is closed`;
    case "parked":
      return t`The conversation is parked`;
    case "uploading":
      return t`Waiting for the upload`;
    case "file_problem":
      return t`Remove the refused file first`;
    case "unresolved":
      return t`Fill in: ${open}`;
    default:
      return offline ? t`Offline: sent once you are back` : null;
  }
}

/** Lets shortcuts and the palette reach the field that is open. */
function useComposerHandle(field: { current: FieldHandle | null }, rich: boolean): void {
  const desk = useDesk();
  useEffect(() => {
    desk.ui.formatter = rich ? (kind) => field.current?.toggle(kind) : null;
    return () => void (desk.ui.formatter = null);
  }, [desk, field, rich]);
}
