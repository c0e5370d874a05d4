import type { Host } from "../host";
import { Icon, h, useEffect } from "../kit";
import type { ChatClient } from "../protocol/client";
import type { Site } from "../protocol/frames";
import type { Say } from "../texts/say";
import { typeAllowed } from "./types";
import { type Upload, formatSize, uploadFile } from "./upload";

const CROSS = "M6 6l12 12M18 6 6 18";

export interface UploadsProps {
  host: Host;
  client: ChatClient;
  site: Site;
  say: Say;
  uploads: readonly Upload[];
  onChange: (file: File, change: Partial<Upload>) => void;
  onRemove: (file: File) => void;
}

/** The files of the message that is being written; begins to send those that were chosen. */
export function Uploads({ host, client, site, say, uploads, onChange, onRemove }: UploadsProps) {
  function refusal({ name, size, type }: File): string | undefined {
    const { max_bytes, types } = site.files;
    if (!size) return say("emptyFile", { name });
    if (size > max_bytes) return say("tooLarge", { name, max: formatSize(max_bytes) });
    return typeAllowed(types, name, type) ? undefined : say("wrongType", { name });
  }

  function begin(file: File): Partial<Upload> {
    const problem = refusal(file);
    const { token } = client.state;
    if (problem || !token) return { problem: problem ?? say("uploadFailed", { name: file.name }) };
    return {
      abort: uploadFile(
        `${host.base}/files`,
        token,
        file,
        (share) => onChange(file, { share }),
        (attachment, reason) =>
          onChange(
            file,
            attachment
              ? { attachment }
              : { problem: reason ? `${file.name}: ${reason}` : say("uploadFailed", { name: file.name }) },
          ),
      ),
    };
  }

  useEffect(() => {
    for (const { file, abort, problem } of uploads) {
      if (!abort && problem === undefined) onChange(file, begin(file));
    }
  }, [uploads]);

  return (
    <ul class="uploads">
      {uploads.map((upload) => {
        const { file, share, attachment, problem } = upload;
        return (
          <li key={file} class={problem === undefined ? "" : "bad"}>
            <span>{problem || file.name}</span>
            {!attachment && problem === undefined && (
              <progress max={1} value={share} aria-label={say("uploading", { name: file.name })} />
            )}
            <button
              type="button"
              class="icon"
              aria-label={say("remove", { name: file.name })}
              onclick={() => {
                upload.abort?.();
                onRemove(file);
              }}
            >
              <Icon d={CROSS} />
            </button>
          </li>
        );
      })}
    </ul>
  );
}
