import { i18n } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useDesk } from "../../../shared/desk.ts";

export interface EndpointHealth {
  id: number;
  name: string;
  active: boolean;
  state: "ok" | "failing" | "paused" | "unknown";
  pause_reason?: "failing" | "gone" | null;
  failures: number;
  failing_since?: string | null;
  last_success_at?: string | null;
  last_failure_at?: string | null;
  last_reason?: string | null;
  backlog: number;
  oldest_waiting_at?: string | null;
  failed: number;
}

export type DeliveryState = "pending" | "delivered" | "failed";

export interface Delivery {
  id: number;
  type: string;
  state: DeliveryState;
  attempts: number;
  replayed: boolean;
  conversation_id: number | null;
  created_at: string;
  tried_at: string | null;
  next_attempt_at: string | null;
  status: number | null;
  reason: string | null;
  ms: number | null;
}

export interface WholeDelivery extends Delivery {
  body: string;
  answer: string | null;
}

const EVERY_MS = 5_000;

/** How an endpoint fares; asked anew while it is looked at. */
export function useEndpoint(endpointId: number): EndpointHealth | undefined {
  const desk = useDesk();
  const { data } = useQuery({
    queryKey: ["admin", "webhooks"],
    queryFn: () => desk.api.http.get<{ items: EndpointHealth[] }>("/webhooks").then(({ items }) => items),
    refetchInterval: (query) => (query.state.error === null ? EVERY_MS : false),
  });
  return data?.find(({ id }) => id === endpointId);
}

/** What was told to an endpoint, the newest first. */
export function useDeliveries(endpointId: number, state: DeliveryState | "") {
  const desk = useDesk();
  return useInfiniteQuery({
    queryKey: ["admin", "webhooks", endpointId, "deliveries", state],
    queryFn: ({ pageParam }) =>
      desk.api.http.get<{ items: Delivery[]; next: string | null }>(`/webhooks/${endpointId}/deliveries`, { cursor: pageParam, state: state || undefined, limit: 25 }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    refetchInterval: (query) => (query.state.error === null && (query.state.data?.pages.length ?? 0) <= 1 ? EVERY_MS : false),
  });
}

/** Why an attempt failed, in words that say what to do. */
export function reasonText(reason: string | null | undefined): string {
  if (reason == null) return "";
  const status = /^status_(\d+)$/.exec(reason)?.[1];
  if (status !== undefined) return i18n._(msg`It answered with status ${status}.`);
  switch (reason) {
    case "timed_out":
      return i18n._(msg`It did not answer in time.`);
    case "unreachable":
      return i18n._(msg`It could not be reached.`);
    case "address_refused":
      return i18n._(msg`The address is in a private network that the operator has not allowed.`);
    case "https_only":
      return i18n._(msg`Public addresses are told by https only.`);
    case "redirected":
      return i18n._(msg`It points somewhere else; redirects are not followed. Enter the final address.`);
    case "no_secret":
      return i18n._(msg`There is no signing secret. Make one and save.`);
    case "secrets_unreadable":
      return i18n._(msg`The stored secret can't be read with this installation's key.`);
    default:
      return reason;
  }
}
