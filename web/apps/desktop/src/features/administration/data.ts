import { useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { newKey } from "@rapport/api-client";
import { useDesk, type Desk } from "../../shared/desk.ts";
import type { ChannelForm, Draft, Item, KindForm } from "./types.ts";

interface Page {
  items: Item[];
  next: string | null;
}

/** The kinds of things there are, with their schemas: the server's own list. */
export function useKinds(enabled = true) {
  const desk = useDesk();
  return useQuery({
    enabled,
    queryKey: ["admin", "kinds"],
    queryFn: () => desk.api.http.get<{ items: KindForm[] }>("/config/kinds").then(({ items }) => items),
    staleTime: Infinity,
  });
}

/** How everything of one kind is asked for. */
export function itemsQuery(desk: Desk, kind: string) {
  return { queryKey: ["admin", "items", kind], queryFn: () => allOf(desk, kind) };
}

/** Everything of one kind. */
export function useItems(kind: string | null) {
  const desk = useDesk();
  return useQuery({ ...itemsQuery(desk, kind ?? ""), enabled: kind !== null });
}

async function allOf(desk: Desk, kind: string): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | null = "0";
  while (cursor !== null) {
    const page: Page = await desk.api.http.get<Page>(`/config/${kind}`, { cursor, limit: 200 });
    items.push(...page.items);
    cursor = page.next;
  }
  return items;
}

export function useChannels() {
  const desk = useDesk();
  return useQuery({
    queryKey: ["admin", "channels"],
    queryFn: () => desk.api.http.get<{ items: ChannelForm[] }>("/channels").then(({ items }) => items),
    staleTime: Infinity,
  });
}

export function fetchItem(desk: Desk, kind: string, id: number): Promise<Item> {
  return desk.api.http.get(`/config/${kind}/${id}`);
}

/** Creates something; the key makes pressing twice doing it once. */
export function createItem(desk: Desk, kind: string, draft: Draft, key = newKey()): Promise<Item> {
  return desk.api.http.post(`/config/${kind}`, draft, { key });
}

export function replaceItem(desk: Desk, kind: string, id: number, draft: Draft, version: number): Promise<Item> {
  return desk.api.http.call("PUT", `/config/${kind}/${id}`, draft, { version });
}

export function deleteItem(desk: Desk, item: Item): Promise<void> {
  return desk.api.http.call("DELETE", `/config/${item.kind}/${item.id}`, undefined, { version: item.version });
}

/** After a change: lists and names are read again. */
export function refresh(client: QueryClient): Promise<void> {
  return client.invalidateQueries({ queryKey: ["admin", "items"] });
}

/** Lists follow what others change meanwhile, as long as there is a stream. */
export function useFollowing(): void {
  const desk = useDesk();
  const client = useQueryClient();
  useEffect(
    () =>
      desk.onCommit((events) => {
        if (events.some((event) => event.kind === "catalog.changed")) {
          void client.invalidateQueries({ queryKey: ["admin"], predicate: ({ queryKey }) => queryKey[1] !== "kinds" });
        }
      }),
    [desk, client],
  );
}
