import type { Message } from "@rapport/api-client";
import { useDesk } from "../../shared/desk.ts";
import { useStore } from "../../shared/store.ts";

/** A message of a conversation by its place, if it is held. */
export function useMessageAt(conversationId: number, seq: number | null): Message | undefined {
  const desk = useDesk();
  return useStore(desk.threads.all, (all) =>
    seq === null ? undefined : all.get(conversationId)?.messages.find((message) => message.seq === seq),
  );
}

/** One line of a message. */
export function excerpt(message: Message): string {
  const text = message.text.replace(/\s+/g, " ").trim();
  return text === "" ? message.attachments.map((each) => each.filename).join(", ") : text.slice(0, 160);
}
