import { useLingui } from "@lingui/react/macro";
import type { Message, Task } from "@rapport/api-client";
import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { useDesk, useDeskState } from "../../shared/desk.ts";
import { codeText } from "../../shared/error-text.ts";
import { agentName, capabilitiesOf, customerName, initials } from "../../shared/people.ts";
import { timeOfDay } from "../../shared/time.ts";
import { AttachmentList } from "./AttachmentList.tsx";
import { LinkedText } from "./LinkedText.tsx";
import { Receipt } from "./Receipt.tsx";
import classes from "./MessageBubble.module.css";

/** One message: grey with the customer's initials, or solid blue with author, time and receipt. */
export function MessageBubble({ message, task, last }: { message: Message; task: Task; last: boolean }) {
  const { t, i18n } = useLingui();
  const desk = useDesk();
  const inbound = message.direction === "inbound";
  const customer = useDeskState((state) => customerName(state.contacts.get(task.contact_id))) ?? "";
  const capabilities = useDeskState((state) => capabilitiesOf(state.catalog, task));
  const author = useDeskState((state) =>
    message.author.id === state.me.id ? t`You` : agentName(state.catalog, message.author.id),
  );
  const name = inbound ? customer : message.author.kind === "system" ? t`Automatic message` : author;
  const letter = capabilities?.customer_bubble === "letter_c" ? "C" : initials(customer);
  const failed = message.status === "failed" || message.status === "unknown";
  const showReceipt = message.direction === "outbound" && (failed || (capabilities?.receipts === true && last));
  return (
    <div className={classes.line} data-in={inbound} data-note={message.direction === "note"} data-last={last || failed}>
      <div className={classes.bubble}>
        {inbound && (
          <span className={classes.initials} aria-hidden>
            {letter}
          </span>
        )}
        <div className={classes.content}>
          <span className="visually-hidden">{name}: </span>
          {message.text !== "" && <LinkedText text={message.text} />}
          {message.attachments.length > 0 && <AttachmentList attachments={message.attachments} />}
        </div>
      </div>
      <CopyButton text={message.text} />
      {(last || failed) && (
        <div className={classes.meta}>
          <span aria-hidden>{name}</span>
          <time dateTime={message.created_at}>{timeOfDay(message.created_at, i18n.locale)}</time>
          {showReceipt && message.status !== null && <Receipt status={message.status} />}
        </div>
      )}
      {failed && (
        <div className={classes.failure} role="note">
          {message.status === "unknown"
            ? t`It is not known whether this message arrived.`
            : codeText(message.error?.code ?? "", message.error?.message ?? t`Not delivered`)}
          <button type="button" onClick={() => void desk.sendAgain(task, message)}>
            {t`Send again`}
          </button>
        </div>
      )}
    </div>
  );
}

function CopyButton({ text }: { text: string }) {
  const { t } = useLingui();
  const [done, setDone] = useState(false);
  if (text === "") return null;
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setDone(true);
    setTimeout(() => setDone(false), 1500);
  };
  return (
    <button type="button" className={classes.copy} aria-label={done ? t`Copied` : t`Copy message`} title={t`Copy message`} onClick={() => void copy()}>
      {done ? <Check size={14} /> : <Copy size={14} />}
    </button>
  );
}
