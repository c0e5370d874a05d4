import type { ConversationState, Refusal, Site } from "./frames";
import type { Pending } from "./outbox";
import type { Thread } from "./thread";

/** Of one visitor's conversation, what the view is drawn from. */
export interface ChatState {
  /** `fault`: the server refuses this site, so trying again is of no use. */
  connection: "idle" | "connecting" | "online" | "offline" | "fault";
  site: Site | null;
  token: string | null;
  conversation: ConversationState | null;
  /** The session has told of a conversation that has not come yet. */
  awaited: boolean;
  thread: Thread;
  hasEarlier: boolean;
  pending: readonly Pending[];
  typing: string | null;
  /** The agent has read up to here. */
  agentSeen: number;
  unread: number;
  /** Why the last `start` was refused. */
  startRefused: Refusal | null;
  /** Unsent words of a conversation that can no longer be reached. */
  carriedText: string;
}
