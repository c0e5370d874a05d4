import { useLingui } from "@lingui/react/macro";
import type { Attachment, Content } from "@rapport/api-client";
import { fromWire } from "@rapport/rich-text";
import { Ban } from "lucide-react";
import { StyledText } from "../../shared/StyledText.tsx";
import { AttachmentList } from "./AttachmentList.tsx";
import { Kind, ownText } from "./Kind.tsx";
import { Quoted } from "./Quoted.tsx";
import classes from "./MessageBody.module.css";

interface Props {
  conversationId: number;
  text: string;
  attachments: readonly Attachment[];
  content: Content | null;
}

/** What a message says: the one it answers, what kind it is, its text with styles, its files. */
export function MessageBody({ conversationId, text, attachments, content }: Props) {
  const { t } = useLingui();
  if (content !== null && content.deleted_at !== null) {
    return (
      <span className={classes.deleted}>
        <Ban size={14} aria-hidden /> {t`Deleted by the customer`}
      </span>
    );
  }
  const shown = content === null ? text : ownText(text, content);
  return (
    <>
      {content !== null && content.reply_to_seq !== null && <Quoted conversationId={conversationId} seq={content.reply_to_seq} />}
      {content !== null && <Kind content={content} />}
      {shown !== "" && <StyledText rich={fromWire(shown, content?.styles ?? [])} />}
      {attachments.length > 0 && <AttachmentList attachments={attachments} kind={content?.kind ?? "text"} />}
    </>
  );
}
