import { useLingui } from "@lingui/react/macro";
import type { Message, Task } from "@rapport/api-client";
import { useDesk, useDeskState } from "../../shared/desk.ts";
import { codeText } from "../../shared/error-text.ts";
import { capabilitiesOf, customerName, initials } from "../../shared/people.ts";
import { useStore } from "../../shared/store.ts";
import { timeOfDay } from "../../shared/time.ts";
import { useAuthorName } from "./author.ts";
import { MessageBody } from "./MessageBody.tsx";
import { MessageMenu } from "./MessageMenu.tsx";
import { Receipt } from "./Receipt.tsx";
import classes from "./MessageBubble.module.css";

/** One message: grey with the customer's initials, or solid blue with author, time and receipt. */
export function MessageBubble({ message, task, last }: { message: Message; task: Task; last: boolean }) {
  const { t, i18n } = useLingui();
  const inbound = message.direction === "inbound";
  const note = message.direction === "note";
  const name = useAuthorName(message);
  const capabilities = useDeskState((state) => capabilitiesOf(state.catalog, task));
  const failed = message.status === "failed" || message.status === "unknown";
  const waiting = message.status === "queued" && message.error !== null;
  const meta = last || failed || waiting;
  const showReceipt = message.direction === "outbound" && (failed || waiting || (capabilities?.receipts === true && last));
  const { content } = message;
  return (
    <div className={classes.line} data-seq={message.seq} data-in={inbound} data-note={note} data-last={meta}>
      <div className={classes.bubble} data-reacted={Boolean(content?.reaction) || undefined}>
        {inbound && <Initials task={task} letterC={capabilities?.customer_bubble === "letter_c"} />}
        <div className={classes.content}>
          <span className="visually-hidden">{message.purpose === "whisper" ? t`Whisper by ${name}` : note ? t`Note by ${name}` : name}: </span>
          <MessageBody conversationId={message.conversation_id} text={message.text} attachments={message.attachments} content={content} />
        </div>
        {content?.reaction ? (
          <span className={classes.reaction} role="img" aria-label={t`Reaction ${content.reaction}`}>
            {content.reaction}
          </span>
        ) : null}
      </div>
      <MessageMenu message={message} canReply={capabilities?.replies === true && !note} />
      {meta && (
        <div className={classes.meta}>
          <span aria-hidden>{name}</span>
          {note && <span>{message.purpose === "whisper" ? t`Whisper of a supervisor` : t`Internal note`}</span>}
          <time dateTime={message.created_at}>{timeOfDay(message.created_at, i18n.locale)}</time>
          {content !== null && content.edited_at !== null && <span>{t`edited`}</span>}
          {showReceipt && message.status !== null && <Receipt status={message.status} message={message} />}
        </div>
      )}
      {!meta && content !== null && content.edited_at !== null && <div className={classes.meta}>{t`edited`}</div>}
      {failed && <Failure message={message} task={task} />}
      {waiting && <Waiting message={message} task={task} />}
    </div>
  );
}

function Initials({ task, letterC }: { task: Task; letterC: boolean }) {
  const customer = useDeskState((state) => customerName(state.contacts.get(task.contact_id))) ?? "";
  return (
    <span className={classes.initials} aria-hidden>
      {letterC ? "C" : initials(customer)}
    </span>
  );
}

/** Why it did not arrive, and another try. */
export function Failure({ message, task }: { message: Message; task: Task }) {
  const { t } = useLingui();
  const desk = useDesk();
  return (
    <div className={classes.failure} role="note">
      {message.status === "unknown"
        ? t`It is not known whether this message arrived.`
        : codeText(message.error?.code ?? "", message.error?.message ?? t`Not delivered`)}
      <button type="button" onClick={() => void desk.sendAgain(task, message)}>
        {t`Send again`}
      </button>
    </div>
  );
}

/** Why it is not on its way yet: it goes by itself later, at once, or not at all. */
export function Waiting({ message, task }: { message: Message; task: Task }) {
  const { t } = useLingui();
  const desk = useDesk();
  const busy = useStore(desk.busy, (set) => set.has(task.id));
  const why = codeText(message.error?.code ?? "", message.error?.message ?? "");
  return (
    <div className={classes.failure} data-waiting="true" role="note">
      {t`Waits: ${why}`}
      <button type="button" disabled={busy} onClick={() => void desk.sendNow(task)}>
        {t`Send now`}
      </button>
      <button type="button" disabled={busy} onClick={() => void desk.cancelMessage(task, message)}>
        {t`Cancel`}
      </button>
    </div>
  );
}
