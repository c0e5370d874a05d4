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
  origin: "routed" | "transfer" | "conference" | "self_assigned" | "returned" | "supervisor" | "reassigned" | "outbound";
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
  /** `asking`: the entry point's question is open; the task waits in no queue yet. */
  state: "asking" | "queued" | "offered" | "active" | "ended";
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
  /** Who set a variable; the others came with the contact. */
  variable_sources: Record<string, { kind: "agent" | "workflow"; id: number }>;
  /** Started by an agent. */
  outbound: boolean;
  /** The task that it follows up. */
  follow_up_of: number | null;
  legs: Leg[];
}

export interface Attachment {
  id: number;
  filename: string;
  media_type: string;
  size: number;
  url: string;
  /** `held`: the virus scanner has not passed it yet; nobody can open it. */
  state: "ready" | "refused" | "fetching" | "held";
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
  | "link"
  // In mails only; they become HTML in the browser.
  | "heading"
  | "indent"
  | "table"
  | "red"
  | "orange"
  | "green"
  | "blue";

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
  purpose: "ask_to_end" | "whisper" | null;
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
  /** Agents may write to customers first. */
  outbound: boolean;
  /** Variables of the task that agents may correct or add by hand. */
  editable_variables: string[];
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
  /** E-mail: whether answering an earlier mail than the latest is refused, or only warned of. */
  latest_only?: "refuse" | "warn";
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
  /** What they may do, such as `floor`, or `floor:read` to look only. */
  rights: string[];
  must_change_password?: boolean;
  must_set_up_second_factor?: boolean;
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

export interface FloorQueue {
  id: number;
  name: string;
  waiting: number;
  waiting_since: string | null;
  longest_wait_s: number;
  available_agents: number;
  service_level_s: number;
  /** Since midnight in the company's time zone; `service_level` is a share of 1. */
  today: { arrived: number; offered: number; handled: number; abandoned: number; service_level: number | null };
}
export interface FloorAgent {
  id: number;
  name: string;
  status: AgentStatus;
  status_since: string;
  idle_code_id: number | null;
  pending: Agent["pending"];
  load: Record<"chat" | "email" | "social", number>;
  capacity: Record<"chat" | "email" | "social", number>;
  team_ids: number[];
}
export interface Floor {
  queues: FloorQueue[];
  agents: FloorAgent[];
  more: boolean;
}
/** What differs on the board, at most once a second. */
export interface FloorNews {
  type: "floor";
  queues: FloorQueue[];
  agents: Agent[];
}
export interface FloorTask {
  task: Task;
  name: string | null;
  text: string;
}
export type ReportBy = "channel" | "queue" | "team" | "agent" | "reason" | "quarter" | "hour" | "day";
export type Figures = Record<string, number | null>;
export interface Report {
  by: ReportBy;
  time_zone: string;
  rows: { key: string; name: string; figures: Figures }[];
  total: Figures;
}
export interface ReportQuestion {
  first: string;
  last: string;
  by: ReportBy;
  queue_id?: number | undefined;
  team_id?: number | undefined;
  channel?: string | undefined;
}

export type ReportPeriod = "today" | "yesterday" | "week" | "last_week" | "month" | "last_month";
export interface SavedQuestion {
  kind: string;
  columns: readonly string[];
  by: ReportBy;
  period: ReportPeriod;
  queue_id: number | null;
}
export interface ReportSchedule {
  active: boolean;
  every: "daily" | "weekly" | "monthly";
  hour: number;
  time_zone: string;
  /** From 0, Monday. */
  weekdays: number[];
  day: number;
  account_id: number;
  to: string[];
  language: "en" | "de";
}
export interface ReportSending {
  planned_at: string;
  state: "pending" | "sent" | "failed";
  attempts: number;
  /** Sent again after an attempt of which nobody knows whether it went. */
  doubled: boolean;
  next_attempt_at: string | null;
  finished_at: string | null;
  code: string | null;
  reason: string | null;
  refused: { address: string; reason: string }[];
}
export interface SavedReport {
  id: number;
  version: number;
  name: string;
  shared: boolean;
  mine: boolean;
  owner: string | null;
  report: SavedQuestion;
  schedule: ReportSchedule | null;
  next_at: string | null;
  /** The newest first. */
  sendings: ReportSending[];
}
export interface SavedReports {
  items: SavedReport[];
  /** Accounts that reports can be sent from. */
  senders: { id: number; address: string }[];
  time_zone: string;
}
export type ReportDraft = Pick<SavedReport, "name" | "shared" | "report" | "schedule">;

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
  | FloorNews
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

export interface ContactNote {
  id: number;
  author_id: number;
  text: string;
  at: string;
}

/** A contact that was made part of this one, and can be taken out again. */
export interface ContactMerge {
  id: number;
  at: string;
  by_id: number;
  from_id: number;
  name: string | null;
  email: string | null;
  phone: string | null;
}

export interface ContactDetails {
  contact: Contact;
  attributes: Record<string, string>;
  notes: ContactNote[];
  merged: ContactMerge[];
  identities: { channel: ChannelType; address: string }[];
  conversations: {
    id: number;
    channel: ChannelType;
    account_id: number;
    queue_id: number;
    state: Task["state"];
    started_at: string;
    last_message_at: string | null;
    tasks: number;
    last_text: string | null;
  }[];
}

export type SearchKind = "messages" | "conversations" | "contacts";

/** What narrows a search; empty strings and undefined don't. */
export interface SearchFilters {
  channel?: string;
  queue_id?: string;
  agent_id?: string;
  since?: string;
  state?: string;
  has_files?: string;
}

export interface FoundMessage {
  message_id: number;
  conversation_id: number;
  seq: number;
  at: string;
  direction: Message["direction"];
  author: Message["author"];
  excerpt: { text: string; found: boolean }[];
  files: number;
  channel: ChannelType | null;
  account_id: number;
  queue_id: number | null;
  state: Task["state"] | null;
  /** The reader's own task of this conversation, if it is open. */
  my_task_id: number | null;
  contact: Contact;
  /** Of conversations: how many of the newest messages were found in it. */
  found?: number;
}

export interface FoundContact extends Contact {
  conversations: number;
  channels: ChannelType[];
}

/** An account on which the agent may write first, and the queue that it is done for. */
export interface OutboundChoice {
  account_id: number;
  queue_id: number;
}

/** How a conversation that has ended can be followed up; `queue_id` null: not by this agent. */
export interface FollowUpFields {
  account_id: number;
  queue_id: number | null;
  template_needed: boolean;
  to: Person[];
  subject: string | null;
}

/** Where a first message will go, as far as it is known while it is written. */
export interface FirstPlace {
  account_id: number;
  contact_id?: number;
  conversation_id?: number;
}

export interface FirstWords {
  text: string;
  styles?: TextStyle[];
  /** A mail's, where it has styles. */
  html?: string;
  attachment_ids?: number[];
  from_template?: MadeFrom;
  template?: FilledTemplate;
}

/** A first message; `address` may be left out where the contact has one. */
export interface FirstMessage extends FirstWords {
  account_id: number;
  contact_id?: number;
  address?: string;
  subject: string;
}

export interface OutboundAnswer {
  task: Task;
  contact: Contact;
  message: Message;
}

/** One of the agent's own parts that is over, but perhaps for the reasons. */
export interface HandledPart {
  id: number;
  task_id: number;
  conversation_id: number;
  channel: ChannelType;
  /** The queue it was served for. */
  queue_id: number;
  role: Leg["role"];
  origin: Leg["origin"];
  outcome: LegOutcome | null;
  end_reason: Task["end_reason"];
  accepted_at: string;
  ended_at: string;
  /** From acceptance to the submitted reasons; null while these are missing. */
  handle_s: number | null;
  reason_ids: number[];
  /** What the customer answered to the survey, where the queue shows it to its agents. */
  rating: number | null;
  contact: Contact;
}

/** A queue to take conversations from; supervisors see the others, too. */
export interface WaitingQueue {
  id: number;
  name: string;
  takes: boolean;
  waiting: number;
  waiting_since: string | null;
}
/** A conversation that waits, with the beginning of its newest message. */
export interface WaitingTask {
  task: Task;
  contact: Contact;
  text: string;
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
  /** Seconds for which it can still be taken back. */
  hold_s?: number;
  html?: string;
  to?: Person[];
  cc?: Person[];
  from_template?: MadeFrom;
}

/** Where a template's field stands in a text, in code points. */
export interface FieldRange {
  name: string;
  start: number;
  end: number;
}
/** Says of a message which template it was made from. */
export interface MadeFrom {
  template_id: number;
  fields: FieldRange[];
}
/** A template with its system parameters filled in. */
export interface FilledText {
  id: number;
  name: string;
  locked: boolean;
  language: string;
  text: string;
  styles: TextStyle[];
  fields: FieldRange[];
}
export interface TemplateFile {
  id: number;
  filename: string;
  media_type: string;
  size: number;
}
export type LoadedTemplate = FilledText & { files: TemplateFile[] };
export interface TemplateItem {
  id: number;
  name: string;
  group: string;
  language: string;
  locked: boolean;
  /** How the text begins. */
  excerpt: string;
  files: number;
  favourite: boolean;
  /** The place among those used lately, from 0. */
  recent: number | null;
}

export interface WorkflowInput {
  name: string;
  label: string;
  kind: "text" | "number" | "select" | "date";
  required: boolean;
  options: string[];
}
/** What an agent can trigger. */
export interface WorkflowItem {
  id: number;
  name: string;
  inputs: WorkflowInput[];
}
export interface WorkflowRun {
  id: number;
  workflow_id: number;
  name: string;
  state: "running" | "done" | "failed";
  agent_id: number | null;
  started_at: string;
  finished_at: string | null;
  error: { code: string; message: string } | null;
  /** For the message field. */
  text: string | null;
}

export interface Page<T> {
  items: T[];
  next: string | null;
}
