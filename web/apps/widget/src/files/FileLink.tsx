import { Fragment, Icon, h } from "../kit";
import type { Attachment } from "../protocol/frames";
import type { Say } from "../texts/say";
import { formatSize } from "./upload";

const FILE = "M14 3H6v18h12V7zm0 0v4h4";

export interface FileLinkProps {
  file: Attachment;
  href: string;
  say: Say;
  /** A picture has come, and the message is higher than before. */
  onload: () => void;
}

/** A file of a message: a picture, or a name to follow. */
export function FileLink({ file, href, say, onload }: FileLinkProps) {
  if (file.state === "refused") {
    return (
      <div class="file">
        <Icon d={FILE} />
        <span>
          {file.filename}
          <small>{file.refusal?.message || say("refusedFile")}</small>
        </span>
      </div>
    );
  }
  const image = /^image\/(png|jpe?g|gif|webp|avif)$/.test(file.media_type);
  return (
    <a class={image ? "picture" : "file"} href={href} target="_blank" rel="noopener noreferrer">
      {image ? (
        <img
          alt={file.filename}
          referrerPolicy="no-referrer"
          loading="lazy"
          onload={onload}
          src={href}
        />
      ) : (
        <>
          <Icon d={FILE} />
          <span>
            {file.filename}
            <small>{formatSize(file.size)}</small>
          </span>
        </>
      )}
    </a>
  );
}
