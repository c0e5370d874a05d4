import { useLingui } from "@lingui/react/macro";
import type { Agent, ChannelKind, ChannelType } from "@rapport/api-client";
import { useDeskState } from "../../shared/desk.ts";

const KIND: Partial<Record<ChannelType, ChannelKind>> = { webchat: "chat", email: "email" };

/** Why the agent can't take a conversation of this channel now, in words; null if they can. */
export function useObstacle(channel: ChannelType): string | null {
  const { t } = useLingui();
  const me = useDeskState((state) => state.me);
  if (me === undefined || me.status !== "available" || me.pending !== null) return t`Become Available first.`;
  return full(me, KIND[channel] ?? "social") ? t`You have no capacity left for this channel.` : null;
}

function full(me: Agent, kind: ChannelKind): boolean {
  return me.load[kind] >= me.capacity[kind] || me.rona_kinds.includes(kind);
}
