/** The entities of the contract (docs/architecture/interfaces.md §2), exactly as the server sends them. */

export type ChannelType = "webchat" | "email" | "messenger" | "sms" | "whatsapp" | "custom";
export type ChannelKind = "chat" | "email" | "social";
export type AgentStatus = "available" | "idle" | "rona" | "offline";
export type Role = "agent" | "supervisor" | "administrator";

export interface Agent {
  id: number;
  version: number;
  status: AgentStatus;
  idle_code_id: number | null;
  status_since: string;
  pending: { status: "available" | "idle" | "offline"; idle_code_id: number | null } | null;
  rona_kinds: ChannelKind[];
  load: Record<ChannelKind, number>;
  capacity: Record<ChannelKind, number>;
}

export type LegState = "offered" | "active" | "wrapping_up" | "closed";
export type LegOutcome =
  | "handled"
  | "transferred"
  | "exited"
  | "removed"
  | "expired"
  | "withdrawn"
  | "requeued";

export interface Leg {
  id: number;
  agent_id: number;
  /** The queue it was served for: its wrap-up reasons are that queue's. */
  queue_id: number;
  role: "owner" | "invited";
  origin: "routed" | "transfer" | "conference" | "self_assigned" | "returned";
  state: LegState;
  outcome: LegOutcome | null;
  offered_at: string;
  accepted_at: string | null;
  wrap_up_at: string | null;
  closed_at: string | null;
  due_at: string | null;
  reason_ids: number[];
  read_seq: number;
  read_inbound_seq: number;
}

export interface Task {
  id: number;
  version: number;
  epoch: number;
  state: "queued" | "offered" | "active" | "ended";
  end_reason: "handled" | "abandoned" | "dropped" | "timed_out" | "closed" | null;
  conversation_id: number;
  contact_id: number;
  account_id: number;
  channel: ChannelType;
  queue_id: number;
  priority: number;
  queued_at: string;
  accepted_at: string | null;
  ended_at: string | null;
  customer_left_at: string | null;
  customer_opted_out_at: string | null;
  parked_until: string | null;
  variables: Record<string, string>;
  legs: Leg[];
}

export interface Attachment {
  id: number;
  filename: string;
  media_type: string;
  size: number;
  url: string;
  state: "ready" | "refused" | "fetching";
  refusal: { code: string; message: string } | null;
}

export type MessageStatus = "queued" | "sent" | "delivered" | "read" | "failed" | "unknown";

export type StyleKind =
  | "bold"
  | "italic"
  | "underline"
  | "strike"
  | "code"
  | "code_block"
  | "quote"
  | "bullet_list"
  | "ordered_list"
  | "link";

/** A style over `text`, from `start` to before `end`, counted in code points. */
export interface TextStyle {
  kind: StyleKind;
  start: number;
  end: number;
  url: string | null;
}

/** An approved message form with values for its fields in order. */
export interface FilledTemplate {
  name: string;
  language: string;
  header: string[];
  body: string[];
  buttons: string[];
}

export interface Content {
  /** text, image, location, contacts, order, interactive, template, echo, unsupported, … */
  kind: string;
  styles: TextStyle[];
  /** The place in the thread of the message that this one answers. */
  reply_to_seq: number | null;
  quick_reply: string | null;
  location: { latitude: number; longitude: number; name?: string | null; address?: string | null } | null;
  details: Record<string, unknown> | null;
  template: FilledTemplate | null;
  /** Payload and title of each button that was sent along. */
  buttons: [string, string][];
  reaction: string | null;
  edited_at: string | null;
  deleted_at: string | null;
}

export interface Message {
  id: number;
  version: number;
  conversation_id: number;
  task_id: number | null;
  seq: number;
  inbound_seq: number;
  direction: "inbound" | "outbound" | "note" | "announcement";
  author: { kind: "customer" | "agent" | "system"; id: number | null };
  text: string;
  attachments: Attachment[];
  announcement: { code: string; params: Record<string, string | number> } | null;
  /** What the message is besides plain text; null for most. */
  content: Content | null;
  purpose: "ask_to_end" | null;
  client_id: string | null;
  status: MessageStatus | null;
  error: { code: string; message: string } | null;
  created_at: string;
  sent_at: string | null;
  delivered_at: string | null;
  read_at: string | null;
}

export interface Contact {
  id: number;
  version: number;
  name: string | null;
  email: string | null;
  phone: string | null;
}

export type PaneField =
  | "customer"
  | "email"
  | "phone"
  | "source"
  | "queue"
  | "timer"
  | "agent"
  | "date";

export interface Capabilities {
  composer_limit: number | null;
  attachments: boolean;
  rich_text: "none" | "subset" | "full";
  emojis: boolean;
  receipts: boolean;
  transfer_to: ("queue" | "agent" | "supervisor")[];
  conference_with: ("agent" | "queue")[];
  conference_lists: "all_agents" | "available_agents";
  end_conference: "owner";
  before_end: "consent" | "ask_to_end" | null;
  several_reasons: boolean;
  popover_fields: PaneField[];
  pane_fields: PaneField[];
  customer_bubble: "initials" | "letter_c" | "mail";
  /** Free text may be sent only so long after the customer's last message; null: always. */
  window_s: number | null;
  /** A message can point at the one it answers, and the customer sees that. */
  replies: boolean;
  /** Forms approved by the provider may be sent, also when the window is closed. */
  approved_templates: boolean;
}

export interface CatalogAgent {
  id: number;
  name: string;
  roles: string[];
  team_ids: number[];
}
export interface CatalogQueue {
  id: number;
  name: string;
  channels: ChannelType[];
  /** Agents may take waiting conversations by hand. */
  self_assign: boolean;
}
export interface IdleCode {
  id: number;
  name: string;
  default: boolean;
}
export interface Reason {
  id: number;
  name: string;
  queue_ids: number[] | null;
  default: boolean;
}
export interface Account {
  id: number;
  name: string;
  channel: ChannelType;
  address: string;
  capabilities: Capabilities;
}

export interface Catalog {
  version: number;
  agents: CatalogAgent[];
  teams: { id: number; name: string }[];
  queues: CatalogQueue[];
  idle_codes: IdleCode[];
  reasons: Reason[];
  accounts: Account[];
  settings: { wrap_up_cancel_allowed: boolean; [name: string]: unknown };
}

export interface User {
  id: number;
  name: string;
  login: string;
  email?: string | null;
  roles: Role[];
  preferences: Record<string, unknown>;
}

export interface Snapshot {
  position: string;
  me: Agent;
  user: User;
  tasks: Task[];
  contacts: Contact[];
  last_messages: Message[];
  catalog: Catalog;
}

export interface Notice {
  level: "info" | "warning" | "critical";
  code: string;
  params: Record<string, string | number>;
}

/** What happened, with the entities that changed, absolute. */
export interface DeskEvent {
  kind: string;
  at: string;
  task?: Task;
  message?: Message;
  contact?: Contact;
  agent?: Agent;
  catalog_version?: number;
  notice?: Notice;
}

export interface Commit {
  position: string;
  events: DeskEvent[];
}

export type StreamFrame =
  | { type: "hello"; position: string; heartbeat_s: number }
  | ({ type: "commit" } & Commit)
  | { type: "reset"; reason: string }
  | {
      type: "typing";
      conversation_id: number;
      author: { kind: "customer" | "agent"; id: number | null };
      on: boolean;
    }
  | { type: "presence"; conversation_id: number; online: boolean }
  | { type: "ping"; position?: string }
  | { type: "bye"; reason: "slow" | "session_ended" | "shutting_down" };

export interface TargetQueue {
  id: number;
  name: string;
  waiting: number;
  available_agents: number;
}
export interface TargetAgent {
  id: number;
  name: string;
  status: AgentStatus;
  idle_code_id: number | null;
  supervisor: boolean;
  reachable: boolean;
  reason: string | null;
}
export interface Targets {
  queues: TargetQueue[];
  agents: TargetAgent[];
}

export interface ContactDetails {
  contact: Contact;
  identities: { channel: ChannelType; address: string }[];
  conversations: {
    id: number;
    channel: ChannelType;
    account_id: number;
    started_at: string;
    last_message_at: string | null;
    tasks: number;
    last_text: string | null;
  }[];
}

export interface Draft {
  text: string;
  version: number;
  fields?: DraftFields;
}
/** Around the text of an e-mail: whom it goes to where the agent chose that, and the mail it answers. */
export interface DraftFields {
  to?: Person[];
  cc?: Person[];
  latest_seq?: number;
}

/** How the customer's latest mail is answered. */
export type MailMode = "reply" | "reply_all" | "forward";
/** Each has a draft of its own; a quick reply goes out as a reply. */
export type ComposerMode = "quick" | MailMode;
/** An e-mail address, with the name it is known by. */
export interface Person {
  address: string;
  name: string;
}
/** What a mode fills in, from the customer's latest mail. */
export interface ReplyFields {
  mode: MailMode;
  latest_seq: number;
  to: Person[];
  cc: Person[];
  subject: string;
  quote_text: string;
  quote_html: string;
}
/** An answer besides text and files. `to` counts for forward only; without `cc` the mode's own is taken. */
export interface MailAnswer {
  mode: MailMode;
  latest_seq: number;
  html?: string;
  to?: Person[];
  cc?: Person[];
}

export interface Page<T> {
  items: T[];
  next: string | null;
}
