import { useLingui } from "@lingui/react/macro";
import { CornerUpLeft } from "lucide-react";
import { useDesk } from "../../shared/desk.ts";
import { excerpt, useMessageAt } from "./message-at.ts";
import { useAuthorName } from "./author.ts";
import classes from "./MessageBody.module.css";

/** An excerpt of the message that is answered; choosing it leads there. */
export function Quoted({ conversationId, seq }: { conversationId: number; seq: number }) {
  const { t } = useLingui();
  const desk = useDesk();
  const message = useMessageAt(conversationId, seq);
  const name = useAuthorName(message);
  const text = message === undefined ? t`An earlier message` : excerpt(message) || t`A file`;
  return (
    <button type="button" className={classes.quoted} onClick={() => desk.ui.jump.set({ conversationId, seq })}>
      <CornerUpLeft size={13} aria-hidden />
      <span className="visually-hidden">{t`Answers:`} </span>
      {name !== "" && <b>{name}</b>}
      <span>{text}</span>
    </button>
  );
}
