import { useLingui } from "@lingui/react/macro";
import type { Content } from "@rapport/api-client";
import { useDesk } from "../../shared/desk.ts";
import { codeText } from "../../shared/error-text.ts";
import { useStore } from "../../shared/store.ts";
import { timeOfDay } from "../../shared/time.ts";
import type { Outgoing } from "../connection/outbox.ts";
import { MessageBody } from "./MessageBody.tsx";
import { Receipt } from "./Receipt.tsx";
import classes from "./MessageBubble.module.css";

/** A message on its way; it looks as it will, and says why if the server refuses it. */
export function OutgoingBubble({ item }: { item: Outgoing }) {
  const { t, i18n } = useLingui();
  const desk = useDesk();
  const offline = useStore(desk.connection.state, (state) => state === "offline");
  const edit = () => {
    const { conversationId, text, styles = [], note = false, replyToSeq = null } = item;
    desk.ui.returned.set({ conversationId, text, styles, note });
    if (replyToSeq !== null) desk.ui.reply(conversationId, replyToSeq);
    desk.outbox.discard(item.key);
  };
  return (
    <div className={classes.line} data-in="false" data-note={item.note === true} data-last="true">
      <div className={classes.bubble}>
        <div className={classes.content}>
          <span className="visually-hidden">{t`You`}: </span>
          <MessageBody conversationId={item.conversationId} text={item.text} attachments={item.attachments} content={contentOf(item)} />
        </div>
      </div>
      <div className={classes.meta}>
        <span aria-hidden>{t`You`}</span>
        {item.note === true && <span>{t`Internal note`}</span>}
        <time dateTime={item.createdAt}>{timeOfDay(item.createdAt, i18n.locale)}</time>
        {offline && item.failure === null ? t`Sent when you are back online` : null}
        <Receipt status={item.failure === null ? "queued" : "failed"} />
      </div>
      {item.failure !== null && (
        <div className={classes.failure} role="note">
          {codeText(item.failure.code, item.failure.message)}
          <button type="button" onClick={() => desk.outbox.retry(item.key)}>
            {t`Try again`}
          </button>
          {item.template == null ? (
            <button type="button" onClick={edit}>
              {t`Edit`}
            </button>
          ) : (
            <button type="button" onClick={() => desk.outbox.discard(item.key)}>
              {t`Discard`}
            </button>
          )}
        </div>
      )}
    </div>
  );
}

/** As the server will show it. */
function contentOf({ styles = [], replyToSeq = null, template = null }: Outgoing): Content | null {
  if (styles.length === 0 && replyToSeq === null && template === null) return null;
  return {
    kind: template === null ? "text" : "template",
    styles,
    reply_to_seq: replyToSeq,
    quick_reply: null,
    location: null,
    details: null,
    template,
    buttons: [],
    reaction: null,
    edited_at: null,
    deleted_at: null,
  };
}
