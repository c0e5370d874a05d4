import { useLingui } from "@lingui/react/macro";
import type { Attachment } from "@rapport/api-client";
import { Download, FileText, FileX } from "lucide-react";
import { useDesk } from "../../shared/desk.ts";
import { codeText } from "../../shared/error-text.ts";
import { fileSize } from "../../shared/file-size.ts";
import classes from "./AttachmentList.module.css";

export function AttachmentList({ attachments }: { attachments: readonly Attachment[] }) {
  return (
    <div className={classes.list}>
      {attachments.map((attachment) => (
        <Item key={attachment.id} attachment={attachment} />
      ))}
    </div>
  );
}

function Item({ attachment }: { attachment: Attachment }) {
  const { t, i18n } = useLingui();
  const desk = useDesk();
  const { filename, url, media_type, size, state, refusal } = attachment;
  if (state === "refused") {
    return (
      <span className={classes.file}>
        <FileX size={18} aria-hidden />
        <span className={classes.name}>{filename}</span>
        <small>{codeText(refusal?.code ?? "", refusal?.message)}</small>
      </span>
    );
  }
  if (media_type.startsWith("image/")) {
    return (
      <button type="button" className={classes.image} aria-label={t`Show ${filename}`} onClick={() => desk.ui.open({ name: "image", image: { url, filename } })}>
        <img src={url} alt={filename} loading="lazy" />
      </button>
    );
  }
  return (
    <a className={classes.file} href={url} download={filename}>
      <FileText size={18} aria-hidden />
      <span className={classes.name}>{filename}</span>
      <small>{fileSize(size, i18n.locale)}</small>
      <Download size={15} aria-hidden />
    </a>
  );
}
