import { useLingui } from "@lingui/react/macro";
import type { Attachment } from "@rapport/api-client";
import { Download, FileClock, FileDown, FileText, FileX } from "lucide-react";
import { useState } from "react";
import { useDesk } from "../../shared/desk.ts";
import { codeText } from "../../shared/error-text.ts";
import { fileSize } from "../../shared/file-size.ts";
import classes from "./AttachmentList.module.css";

/** What the server hands out to be shown in a page; other pictures are downloads. */
const PICTURES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);

export function AttachmentList({ attachments, kind = "text" }: { attachments: readonly Attachment[]; kind?: string }) {
  return (
    <div className={classes.list}>
      {attachments.map((attachment) => (
        <Item key={attachment.id} attachment={attachment} kind={kind} />
      ))}
    </div>
  );
}

function Item({ attachment, kind }: { attachment: Attachment; kind: string }) {
  const { t } = useLingui();
  const { filename, media_type, state, refusal } = attachment;
  if (state === "refused") {
    return (
      <span className={classes.file} data-gone="true">
        <FileX size={18} aria-hidden />
        <span className={classes.name}>{filename}</span>
        <small>{codeText(refusal?.code ?? "", refusal?.message ?? t`The file is not available`)}</small>
      </span>
    );
  }
  if (state === "fetching") {
    return (
      <span className={classes.file}>
        <FileDown size={18} aria-hidden />
        <span className={classes.name}>{filename}</span>
        <small>{t`On its way…`}</small>
      </span>
    );
  }
  if (state === "held") {
    return (
      <span className={classes.file}>
        <FileClock size={18} aria-hidden />
        <span className={classes.name}>{filename}</span>
        <small>{t`Being checked for viruses`}</small>
      </span>
    );
  }
  if (PICTURES.has(media_type)) return <Picture attachment={attachment} kind={kind} />;
  if (media_type.startsWith("audio/") || media_type.startsWith("video/")) return <Recording attachment={attachment} />;
  return <FileLink attachment={attachment} />;
}

/** The thumbnail, and the original on a click; what has no thumbnail is a file like any other. */
function Picture({ attachment, kind }: { attachment: Attachment; kind: string }) {
  const { t } = useLingui();
  const desk = useDesk();
  const [unseen, setUnseen] = useState(false);
  const { filename, url, media_type } = attachment;
  if (unseen) return <FileLink attachment={attachment} />;
  // A thumbnail stands still; what may move is shown as it is.
  const moves = media_type === "image/gif" || kind === "sticker";
  return (
    <button
      type="button"
      className={classes.image}
      data-sticker={kind === "sticker" || undefined}
      aria-label={t`Show ${filename}`}
      onClick={() => desk.ui.open({ name: "image", image: { url, filename } })}
    >
      <img src={moves ? url : `${url}/thumbnail`} alt={filename} loading="lazy" onError={() => setUnseen(true)} />
    </button>
  );
}

/** Played in place; what the browser can't play can still be downloaded. */
function Recording({ attachment }: { attachment: Attachment }) {
  const { t } = useLingui();
  const { filename, url, media_type } = attachment;
  return (
    <span className={classes.recording}>
      {media_type.startsWith("audio/") ? (
        <audio controls preload="none" src={url} aria-label={t`Recording ${filename}`} />
      ) : (
        <video controls preload="none" src={url} aria-label={t`Video ${filename}`} />
      )}
      <FileLink attachment={attachment} />
    </span>
  );
}

function FileLink({ attachment: { filename, url, size } }: { attachment: Attachment }) {
  const { i18n } = useLingui();
  return (
    <a className={classes.file} href={url} download={filename}>
      <FileText size={18} aria-hidden />
      <span className={classes.name}>{filename}</span>
      <small>{fileSize(size, i18n.locale)}</small>
      <Download size={15} aria-hidden />
    </a>
  );
}
