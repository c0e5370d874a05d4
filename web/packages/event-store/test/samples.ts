import type { Agent, Contact, Leg, Message, Snapshot, Task } from "@rapport/api-client";

const AT = "2026-01-01T10:00:00Z";

export function agent(over: Partial<Agent> = {}): Agent {
  const counts = { chat: 0, email: 0, social: 0 };
  return {
    id: 1, version: 1, status: "available", idle_code_id: null, status_since: AT, pending: null,
    rona_kinds: [], load: counts, capacity: { chat: 5, email: 5, social: 5 }, ...over,
  };
}

export function leg(over: Partial<Leg> = {}): Leg {
  return {
    id: 1, agent_id: 1, queue_id: 1, role: "owner", origin: "routed", state: "active", outcome: null, offered_at: AT,
    accepted_at: AT, wrap_up_at: null, closed_at: null, due_at: null, reason_ids: [], read_seq: 0,
    read_inbound_seq: 0, ...over,
  };
}

export function task(over: Partial<Task> = {}): Task {
  return {
    id: 10, version: 1, epoch: 1, state: "active", end_reason: null, conversation_id: 100, contact_id: 1000,
    account_id: 1, channel: "webchat", queue_id: 1, priority: 5, queued_at: AT, accepted_at: AT, ended_at: null,
    customer_left_at: null, customer_opted_out_at: null, parked_until: null, variables: {}, variable_sources: {}, outbound: false, follow_up_of: null, legs: [leg()], ...over,
  };
}

export function contact(over: Partial<Contact> = {}): Contact {
  return { id: 1000, version: 1, name: "Dana", email: null, phone: null, ...over };
}

export function message(over: Partial<Message> = {}): Message {
  return {
    id: 500, version: 1, conversation_id: 100, task_id: 10, seq: 1, inbound_seq: 1, direction: "inbound",
    author: { kind: "customer", id: 1000 }, text: "Hello", attachments: [], announcement: null, content: null, purpose: null, client_id: null,
    status: null, error: null, created_at: AT, sent_at: null, delivered_at: null, read_at: null, ...over,
  };
}

export function snapshot(over: Partial<Snapshot> = {}): Snapshot {
  return {
    position: "1-0", me: agent(),
    user: { id: 1, name: "Ann", login: "ann", email: null, roles: ["agent"], rights: ["desk", "addresses"], preferences: {} },
    tasks: [], contacts: [], last_messages: [],
    catalog: {
      version: 1, agents: [], teams: [], queues: [], idle_codes: [], reasons: [], accounts: [],
      settings: { wrap_up_cancel_allowed: true },
    },
    ...over,
  };
}
