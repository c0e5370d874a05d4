import { useLingui } from "@lingui/react/macro";
import type { Message } from "@rapport/api-client";
import { useDeskState } from "../../shared/desk.ts";
import { agentName, customerName } from "../../shared/people.ts";

/** Who wrote a message, as this agent calls them. */
export function useAuthorName(message: Message | undefined): string {
  const { t } = useLingui();
  const customer = useDeskState((state) => {
    const task = message?.task_id === null || message === undefined ? undefined : state.tasks.get(message.task_id);
    const open = task ?? [...state.tasks.values()].find((each) => each.conversation_id === message?.conversation_id);
    return customerName(open === undefined ? undefined : state.contacts.get(open.contact_id));
  });
  const agent = useDeskState((state) =>
    message?.author.id === state.me.id ? t`You` : agentName(state.catalog, message?.author.id ?? null),
  );
  if (message === undefined) return "";
  if (message.direction === "inbound") return customer ?? "";
  if (message.content?.kind === "echo") return t`The page`;
  return message.author.kind === "system" ? t`Automatic message` : (agent ?? "");
}
