import { useEffect, useRef } from "react";
import { useDesk } from "../../shared/desk.ts";
import { useStore } from "../../shared/store.ts";
import type { Attachments } from "../composer/useAttachments.ts";

/** A forward takes the mail's files along; any of them can be removed, and other modes have none of them. */
export function useForwardedFiles(conversationId: number, seq: number, attachments: Attachments): void {
  const desk = useDesk();
  const mail = useStore(desk.threads.all, (all) => (seq === 0 ? undefined : all.get(conversationId)?.messages.find((message) => message.seq === seq)));
  const held = useRef(attachments);
  held.current = attachments;
  const files = mail?.attachments.filter((file) => file.state === "ready") ?? [];
  const names = files.map(({ id }) => id).join();
  useEffect(() => {
    if (files.length === 0) return;
    held.current.putBack?.(files);
    return () => {
      for (const upload of held.current.uploads) if (files.some((file) => file.id === upload.attachment?.id)) held.current.remove(upload.id);
    };
    // The mail changes otherwise, too; only its files matter here. Some may still be on their way.
  }, [names]);
}
