import { ApiError, type Attachment } from "@rapport/api-client";
import { useCallback, useEffect, useRef, useState } from "react";
import { useDesk } from "../../shared/desk.ts";
import { codeText, errorText } from "../../shared/error-text.ts";

export interface Upload {
  id: number;
  name: string;
  size: number;
  progress: number;
  attachment: Attachment | null;
  problem: string | null;
  cancel: () => void;
}

export interface Attachments {
  uploads: readonly Upload[];
  add: (files: readonly File[]) => void;
  remove: (id: number) => void;
  /** The files that can be sent; the list is emptied. */
  takeReady: () => Attachment[];
  /** Files that the server has already: of a refused message, or of a mail that is forwarded. */
  putBack?: (files: readonly Attachment[]) => void;
}

let nextId = 1;

type Send = (file: File, onProgress: (share: number) => void, signal: AbortSignal) => Promise<Attachment>;

/** Files being attached to the next message of a conversation. */
export function useAttachments(conversationId: number): Attachments {
  const desk = useDesk();
  return useUploads(useCallback<Send>((file, onProgress, signal) => desk.api.upload(conversationId, file, onProgress, signal), [desk, conversationId]));
}

/** Files on their way to the server; `send` takes one there. */
export function useUploads(send: Send): Attachments {
  const [uploads, setUploads] = useState<readonly Upload[]>([]);
  const latest = useRef(uploads);
  latest.current = uploads;

  const patch = useCallback((id: number, change: Partial<Upload>) => {
    setUploads((list) => list.map((upload) => (upload.id === id ? { ...upload, ...change } : upload)));
  }, []);

  const add = useCallback(
    (files: readonly File[]) => {
      for (const file of files) {
        const id = nextId++;
        const abort = new AbortController();
        const fresh: Upload = {
          id,
          name: file.name === "" ? "image.png" : file.name,
          size: file.size,
          progress: 0,
          attachment: null,
          problem: null,
          cancel: () => abort.abort(),
        };
        setUploads((list) => [...list, fresh]);
        send(file, (progress) => patch(id, { progress }), abort.signal)
          .then((attachment) => {
            if (attachment.state === "ready" || attachment.state === "held") patch(id, { attachment, progress: 1 });
            else patch(id, { problem: codeText(attachment.refusal?.code ?? "", attachment.refusal?.message) });
          })
          .catch((error: unknown) => {
            if (error instanceof ApiError && error.code === "cancelled") return;
            patch(id, { problem: errorText(error) });
          });
      }
    },
    [send, patch],
  );

  const remove = useCallback((id: number) => {
    latest.current.find((upload) => upload.id === id)?.cancel();
    setUploads((list) => list.filter((upload) => upload.id !== id));
  }, []);

  const takeReady = useCallback(() => {
    const ready = latest.current.flatMap((upload) => (upload.attachment === null ? [] : [upload.attachment]));
    setUploads([]);
    return ready;
  }, []);

  useEffect(
    () => () => {
      for (const upload of latest.current) if (upload.attachment === null) upload.cancel();
    },
    [],
  );

  const putBack = useCallback((files: readonly Attachment[]) => {
    const known = files.map((attachment): Upload => ({
      id: nextId++, name: attachment.filename, size: attachment.size, progress: 1, attachment, problem: null, cancel: () => undefined,
    }));
    setUploads((list) => [...list.filter(({ attachment }) => !known.some((each) => each.attachment?.id === attachment?.id)), ...known]);
  }, []);

  return { uploads, add, remove, takeReady, putBack };
}
