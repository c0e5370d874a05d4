import { Api, Http, type Snapshot } from "@rapport/api-client";
import { agent, contact, leg, message, snapshot, task } from "../../../packages/event-store/test/samples.ts";
import { Desk } from "../src/shared/desk.ts";

export { agent, contact, leg, message, snapshot, task };

export const capabilities: Snapshot["catalog"]["accounts"][number]["capabilities"] = {
  composer_limit: 20, attachments: true, rich_text: "none", emojis: true, receipts: true,
  transfer_to: ["queue", "agent"], conference_with: ["agent"], conference_lists: "all_agents", end_conference: "owner",
  before_end: "consent", several_reasons: false, popover_fields: ["customer", "email", "queue", "timer"],
  pane_fields: ["queue", "agent"], customer_bubble: "initials",
  window_s: null, replies: false, approved_templates: false,
};

export interface Sent {
  method: string;
  path: string;
  body: unknown;
  key: string | null;
}

/** A desk with a snapshot, connected, over a server that answers by `answers` and keeps what was sent. */
export function openDesk(over: Partial<Snapshot> = {}, answers: Record<string, unknown> = {}): { desk: Desk; sent: Sent[] } {
  const sent: Sent[] = [];
  const fetcher: typeof fetch = async (input, init) => {
    const path = String(input).replace("/api/v1", "");
    const headers = new Headers(init?.headers);
    const body: unknown = typeof init?.body === "string" ? JSON.parse(init.body) : undefined;
    sent.push({ method: init?.method ?? "GET", path, body, key: headers.get("Idempotency-Key") });
    const key = Object.keys(answers).find((name) => path.startsWith(name));
    return Response.json(key === undefined ? { text: "", version: 0, items: [], has_more: false } : answers[key]);
  };
  const desk = new Desk(new Api(new Http("/api/v1", fetcher)));
  const catalog = {
    ...snapshot().catalog,
    agents: [{ id: 1, name: "Ann", roles: ["agent"], team_ids: [] }],
    queues: [{ id: 1, name: "Sales", channels: ["webchat" as const], self_assign: false, outbound: false, editable_variables: [] }],
    reasons: [
      { id: 1, name: "Solved", queue_ids: null, default: true },
      { id: 2, name: "Refund", queue_ids: [99], default: false },
    ],
    accounts: [{ id: 1, name: "Shop", channel: "webchat" as const, address: "shop", capabilities }],
  };
  const full = snapshot({ tasks: [task()], contacts: [contact()], last_messages: [message()], catalog, ...over });
  desk.connection["ports"].onSnapshot(full);
  desk.connection.state.set("live");
  Object.defineProperty(desk.connection, "live", { get: () => desk.connection.state.get() !== "offline" });
  return { desk, sent };
}
