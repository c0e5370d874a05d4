import { useLingui } from "@lingui/react/macro";
import { useDesk } from "../../shared/desk.ts";
import { codeText } from "../../shared/error-text.ts";
import { useStore } from "../../shared/store.ts";
import { timeOfDay } from "../../shared/time.ts";
import type { Outgoing } from "../connection/outbox.ts";
import { AttachmentList } from "./AttachmentList.tsx";
import { LinkedText } from "./LinkedText.tsx";
import { Receipt } from "./Receipt.tsx";
import classes from "./MessageBubble.module.css";

/** A message on its way; it looks as it will, and says why if the server refuses it. */
export function OutgoingBubble({ item }: { item: Outgoing }) {
  const { t, i18n } = useLingui();
  const desk = useDesk();
  const offline = useStore(desk.connection.state, (state) => state === "offline");
  const edit = () => {
    desk.ui.returned.set({ conversationId: item.conversationId, text: item.text });
    desk.outbox.discard(item.key);
  };
  return (
    <div className={classes.line} data-in="false" data-last="true">
      <div className={classes.bubble}>
        <div className={classes.content}>
          <span className="visually-hidden">{t`You`}: </span>
          {item.text !== "" && <LinkedText text={item.text} />}
          {item.attachments.length > 0 && <AttachmentList attachments={item.attachments} />}
        </div>
      </div>
      <div className={classes.meta}>
        <span aria-hidden>{t`You`}</span>
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
          <button type="button" onClick={edit}>
            {t`Edit`}
          </button>
        </div>
      )}
    </div>
  );
}
