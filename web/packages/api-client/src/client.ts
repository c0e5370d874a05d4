import type {
  Agent,
  Attachment,
  Catalog,
  ComposerMode,
  ContactDetails,
  Draft,
  FilledTemplate,
  MailAnswer,
  MailMode,
  Message,
  Page,
  ReplyFields,
  Snapshot,
  Targets,
  Task,
  TextStyle,
  User,
} from "./entities.ts";
import { Http, type CallOptions } from "./http.ts";
import { uploadAttachment } from "./upload.ts";

export interface Session {
  user: User;
  csrf_token: string;
}
export interface AcceptAllAnswer {
  accepted: number[];
  refused: { task_id: number; code: string }[];
  open: number | null;
}
export interface MessagePage {
  items: Message[];
  has_more: boolean;
}
export interface MessageLog {
  entries: { at: string; request: { method: string; url: string; [key: string]: unknown }; answer: Record<string, unknown> }[];
  parts: { number: number; external_id: string | null; status: string }[];
}
export interface ApprovedTemplate {
  name: string;
  language: string;
  category: string;
  status: string;
  synced_at: string;
  header: string | null;
  body: string;
  footer: string | null;
  buttons: Record<string, unknown>[];
  header_fields: number;
  body_fields: number;
}
/** What an agent writes. `note`: for colleagues only. */
export interface NewMessage {
  text: string;
  attachment_ids: number[];
  note: boolean;
  styles?: TextStyle[];
  reply_to_seq?: number;
  template?: FilledTemplate;
}
export type StateChange =
  | { status: "available"; kind?: string }
  | { status: "idle"; idle_code_id?: number; kind?: string };
export type Target = { queue_id: number } | { agent_id: number };

type TaskAnswer = { task: Task };

/** The calls of the agent's desktop, one method each (docs/architecture/interfaces.md §4). */
export class Api {
  readonly http: Http;

  constructor(http: Http = new Http()) {
    this.http = http;
  }

  async signIn(login: string, password: string): Promise<Session> {
    return this.keepToken(await this.http.post<Session>("/session", { login, password }));
  }
  async session(): Promise<Session> {
    return this.keepToken(await this.http.get<Session>("/session"));
  }
  signOut(): Promise<void> {
    return this.http.call("DELETE", "/session");
  }
  snapshot(): Promise<Snapshot> {
    return this.http.get("/snapshot");
  }
  catalog(): Promise<Catalog> {
    return this.http.get("/catalog");
  }
  savePreferences(patch: object): Promise<{ preferences: Record<string, unknown> }> {
    return this.http.call("PATCH", "/me/preferences", patch);
  }
  setState(change: StateChange): Promise<{ agent: Agent }> {
    return this.http.post("/me/state", change);
  }

  accept(task: Task): Promise<TaskAnswer> {
    return this.command(task, "accept");
  }
  acceptAll(): Promise<AcceptAllAnswer> {
    return this.http.post("/tasks/accept-all");
  }
  send(taskId: number, body: NewMessage, key: string): Promise<{ message: Message }> {
    return this.http.post(`/tasks/${taskId}/messages`, body, { key });
  }
  retry(taskId: number, messageId: number): Promise<{ message: Message }> {
    return this.http.post(`/tasks/${taskId}/messages/${messageId}/retry`);
  }
  /** Take back a message that still waits to be sent. */
  cancel(taskId: number, messageId: number): Promise<{ message: Message }> {
    return this.http.post(`/tasks/${taskId}/messages/${messageId}/cancel`);
  }
  /** Try what waits to be sent in this conversation at once. */
  sendNow(taskId: number): Promise<{ woken: boolean }> {
    return this.http.post(`/tasks/${taskId}/send-now`);
  }
  /** What was asked of the provider for a message, and what it said. */
  messageLog(messageId: number): Promise<MessageLog> {
    return this.http.get(`/messages/${messageId}/log`);
  }
  templates(accountId: number): Promise<{ items: ApprovedTemplate[] }> {
    return this.http.get(`/accounts/${accountId}/templates`);
  }
  messages(
    conversationId: number,
    range: { before?: number; after?: number; limit?: number },
    options: CallOptions = {},
  ): Promise<MessagePage> {
    return this.http.get(`/conversations/${conversationId}/messages`, { ...range }, options);
  }
  read(taskId: number, seq: number): Promise<TaskAnswer> {
    return this.http.post(`/tasks/${taskId}/read`, { seq });
  }

  transferTargets(taskId: number, q: string, options: CallOptions = {}): Promise<Targets> {
    return this.http.get(`/tasks/${taskId}/transfer-targets`, { q: q || undefined }, options);
  }
  conferenceTargets(taskId: number, q: string, options: CallOptions = {}): Promise<Targets> {
    return this.http.get(`/tasks/${taskId}/conference-targets`, { q: q || undefined }, options);
  }
  transfer(task: Task, target: Target): Promise<TaskAnswer> {
    return this.command(task, "transfer", target);
  }
  conference(task: Task, target: Target): Promise<TaskAnswer> {
    return this.command(task, "conference", target);
  }
  cancelConference(task: Task): Promise<TaskAnswer> {
    return this.command(task, "conference/cancel");
  }
  exitConference(task: Task): Promise<TaskAnswer> {
    return this.command(task, "conference/exit");
  }
  removeFromConference(task: Task): Promise<TaskAnswer> {
    return this.command(task, "conference/remove");
  }
  endConference(task: Task, consent: boolean): Promise<TaskAnswer> {
    return this.command(task, "conference/end", consent ? { consent: true } : {});
  }
  askToEnd(task: Task): Promise<{ message: Message }> {
    return this.http.post(`/tasks/${task.id}/ask-to-end`, { epoch: task.epoch });
  }
  end(task: Task, consent: boolean): Promise<TaskAnswer> {
    return this.command(task, "end", consent ? { consent: true } : {});
  }
  wrapUp(taskId: number, reasonIds: number[]): Promise<TaskAnswer> {
    return this.http.post(`/tasks/${taskId}/wrap-up`, { reason_ids: reasonIds });
  }
  cancelWrapUpTimer(taskId: number): Promise<TaskAnswer> {
    return this.http.post(`/tasks/${taskId}/wrap-up/cancel-timer`);
  }

  park(task: Task, until: string): Promise<TaskAnswer> {
    return this.command(task, "park", { until });
  }
  resume(task: Task): Promise<TaskAnswer> {
    return this.command(task, "resume");
  }

  draft(conversationId: number, mode?: ComposerMode): Promise<Draft> {
    return this.http.get(`/conversations/${conversationId}/draft`, { mode });
  }
  saveDraft(conversationId: number, draft: Draft, mode?: ComposerMode): Promise<Draft> {
    const query = mode === undefined ? "" : `?mode=${mode}`;
    return this.http.call("PUT", `/conversations/${conversationId}/draft${query}`, draft);
  }

  replyFields(taskId: number, mode: MailMode): Promise<ReplyFields> {
    return this.http.get(`/tasks/${taskId}/reply-fields`, { mode });
  }
  sendMail(
    taskId: number,
    body: MailAnswer & { text: string; attachment_ids: number[] },
    key: string,
  ): Promise<{ message: Message }> {
    return this.http.post(`/tasks/${taskId}/mail`, body, { key });
  }
  /** Which message is the conversation's first customer mail. */
  originalMail(conversationId: number): Promise<{ message_id: number | null }> {
    return this.http.get(`/conversations/${conversationId}/original`);
  }
  /** The complete mail as a page, for a sandboxed frame. */
  mailUrl(messageId: number, remoteImages: boolean): string {
    return this.http.url(`/messages/${messageId}/mail${remoteImages ? "?remote_images=true" : ""}`);
  }
  /** The mail's source as it came, for a download. */
  mailSourceUrl(messageId: number): string {
    return this.http.url(`/messages/${messageId}/source`);
  }
  upload(
    conversationId: number,
    file: File,
    onProgress: (share: number) => void,
    signal: AbortSignal,
  ): Promise<Attachment> {
    return uploadAttachment(this.http, conversationId, file, onProgress, signal);
  }
  contact(contactId: number): Promise<ContactDetails> {
    return this.http.get(`/contacts/${contactId}`);
  }
  queueTasks(queueId: number, cursor?: string): Promise<Page<Task>> {
    return this.http.get(`/queues/${queueId}/tasks`, { cursor });
  }
  take(task: Task): Promise<TaskAnswer> {
    return this.command(task, "take");
  }

  private command(task: Task, name: string, body: object = {}): Promise<TaskAnswer> {
    return this.http.post(`/tasks/${task.id}/${name}`, { epoch: task.epoch, ...body });
  }

  private keepToken(session: Session): Session {
    this.http.csrfToken = session.csrf_token;
    return session;
  }
}
