import { useLingui } from "@lingui/react/macro";
import { File, FileX, X } from "lucide-react";
import { fileSize } from "../../shared/file-size.ts";
import type { Upload } from "./useAttachments.ts";
import classes from "./UploadList.module.css";

export function UploadList({ uploads, onRemove }: { uploads: readonly Upload[]; onRemove: (id: number) => void }) {
  const { t, i18n } = useLingui();
  return (
    <ul className={classes.list} aria-label={t`Attached files`}>
      {uploads.map((upload) => (
        <li key={upload.id} className={classes.item} data-problem={upload.problem !== null}>
          {upload.problem === null ? <File size={17} aria-hidden /> : <FileX size={17} aria-hidden />}
          <span className={classes.text}>
            <b>{upload.name}</b>
            <small role={upload.problem === null ? undefined : "alert"}>
              {upload.problem ?? (upload.attachment === null ? t`Uploading…` : upload.attachment.state === "held" ? t`Being checked for viruses` : fileSize(upload.size, i18n.locale))}
            </small>
            {upload.attachment === null && upload.problem === null && (
              <progress className={classes.bar} value={upload.progress} max={1} aria-label={t`Upload of ${upload.name}`} />
            )}
          </span>
          <button
            type="button"
            aria-label={upload.attachment === null && upload.problem === null ? t`Cancel the upload of ${upload.name}` : t`Remove ${upload.name}`}
            onClick={() => onRemove(upload.id)}
          >
            <X size={15} />
          </button>
        </li>
      ))}
    </ul>
  );
}
