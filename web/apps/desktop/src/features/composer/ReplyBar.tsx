import { useLingui } from "@lingui/react/macro";
import { CornerUpLeft, X } from "lucide-react";
import { useDesk } from "../../shared/desk.ts";
import { useAuthorName } from "../conversation/author.ts";
import { excerpt, useMessageAt } from "../conversation/message-at.ts";
import classes from "./Composer.module.css";

/** The message that the next one answers. */
export function ReplyBar({ conversationId, seq, onCancel }: { conversationId: number; seq: number; onCancel: () => void }) {
  const { t } = useLingui();
  const desk = useDesk();
  const message = useMessageAt(conversationId, seq);
  const name = useAuthorName(message);
  return (
    <div className={classes.reply}>
      <CornerUpLeft size={16} aria-hidden />
      <button type="button" className={classes.replied} onClick={() => desk.ui.jump.set({ conversationId, seq })}>
        <span className="visually-hidden">{t`Answers:`} </span>
        {name !== "" && <b>{name}</b>}
        <span>{message === undefined ? t`An earlier message` : excerpt(message) || t`A file`}</span>
      </button>
      <button type="button" className={classes.replyOff} aria-label={t`Do not answer this message`} onClick={onCancel}>
        <X size={15} />
      </button>
    </div>
  );
}
