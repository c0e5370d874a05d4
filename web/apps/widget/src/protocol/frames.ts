/**
 * The words of the widget's protocol (docs/architecture/interfaces.md §5). Types and one guard, no
 * behaviour: everything else in this folder speaks in these terms and knows nothing of a browser.
 */

export interface Site {
  name: string;
  greeting: string;
  theme: Theme;
  open: boolean;
  closed_text: string | null;
  wait_text: string | null;
  fields: FormField[];
  files: { enabled: boolean; max_bytes: number; max_total_bytes: number; max_count: number; types: string[] };
  max_chars: number;
  emojis: boolean;
  transcript: boolean;
  texts: Record<string, string>;
}

export interface Theme {
  color: string;
  position: "right" | "left";
  dark: "auto" | "light" | "dark";
}

export interface FormField {
  name: string;
  label: string;
  kind: "text" | "email" | "select";
  required: boolean;
  options?: string[];
}

export interface Session {
  token: string;
  site: Site;
  conversation: null | { state: ConversationPhase };
}

/** `asking`: a question of the site is open; nobody waits yet. */
export type ConversationPhase = "asking" | "waiting" | "active" | "ended";

export interface ConversationState {
  state: ConversationPhase;
  agents: { name: string }[];
  position: number | null;
  ended_by: null | "customer" | "agent" | "system";
  wait_text: string | null;
}

export interface Attachment {
  id: number;
  filename: string;
  media_type: string;
  size: number;
  url: string;
  state: "ready" | "refused" | "held";
  refusal: null | { code: string; message: string };
}

/** A style over a range of the text, in code points. */
export interface TextStyle {
  kind: string;
  start: number;
  end: number;
}

export interface VisitorMessage {
  seq: number;
  author: "customer" | "agent" | "system";
  name: string | null;
  text: string;
  styles?: TextStyle[];
  /** Answers that can be tapped: what they carry, and what they say. */
  buttons?: [string, string][];
  attachments: Attachment[];
  at: string;
  code: string | null;
  id: string | null;
}

export interface Refusal {
  code: string;
  message: string;
  details?: { fields?: { path: string; message: string }[]; retry_after_s?: number };
}

export type ServerFrame =
  | {
      type: "welcome";
      conversation: ConversationState | null;
      messages: VisitorMessage[];
      more: boolean;
      heartbeat_s: number;
    }
  | { type: "ack"; id: string; seq?: number | null }
  | ({ type: "refused"; id: string } & Refusal)
  | { type: "message"; message: VisitorMessage }
  | { type: "typing"; on: boolean; name: string | null }
  | { type: "seen"; seq: number }
  | { type: "state"; conversation: ConversationState | null }
  | { type: "history"; messages: VisitorMessage[]; more: boolean }
  | { type: "ping" }
  | { type: "bye"; reason: string };

/** A request that must reach the server exactly once: kept until it is answered under its id. */
export type Request =
  | { type: "start"; id: string; fields: Record<string, string>; text?: string }
  | { type: "message"; id: string; text: string; attachment_ids?: number[] }
  | { type: "end"; id: string }
  | { type: "transcript"; id: string; email: string };

export type ClientFrame =
  | Request
  | { type: "hello"; token: string; after: number }
  | { type: "typing"; on: boolean }
  | { type: "seen"; seq: number }
  | { type: "history"; before: number }
  | { type: "pong" };

/** Reads one text frame; null for anything that is no frame, so that a newer server can't break us. */
export function readFrame(data: unknown): ServerFrame | null {
  try {
    const frame = JSON.parse(String(data)) as Partial<ServerFrame> | null;
    return frame?.type ? (frame as ServerFrame) : null;
  } catch {
    return null;
  }
}
