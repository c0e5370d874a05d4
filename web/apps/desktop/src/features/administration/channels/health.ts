import { useQuery } from "@tanstack/react-query";
import type { ChannelType } from "@rapport/api-client";
import { useDesk } from "../../../shared/desk.ts";

export interface AccountHealth {
  account_id: number;
  name: string;
  channel: ChannelType;
  active: boolean;
  state: string;
  code?: string | null;
  message?: string | null;
  last_inbound_at?: string | null;
  last_sent_at?: string | null;
  last_error?: { at: string; code: string; message: string } | null;
  refused?: number;
  probed_at?: string | null;
}

/** How one account fares; asked anew while it is looked at. */
export function useHealth(accountId: number): AccountHealth | undefined {
  const desk = useDesk();
  const { data } = useQuery({
    queryKey: ["admin", "health"],
    queryFn: () => desk.api.http.get<{ items: AccountHealth[] }>("/channel-health").then(({ items }) => items),
    refetchInterval: (query) => (query.state.error === null ? 10_000 : false),
  });
  return data?.find(({ account_id }) => account_id === accountId);
}
