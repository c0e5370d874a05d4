import type {
  Agent,
  Attachment,
  Catalog,
  ComposerMode,
  Contact,
  ContactDetails,
  ContactNote,
  Draft,
  FilledTemplate,
  FirstMessage,
  FirstPlace,
  FirstWords,
  Floor,
  FloorTask,
  FollowUpFields,
  FoundContact,
  FoundMessage,
  HandledPart,
  LoadedTemplate,
  MadeFrom,
  MailAnswer,
  MailMode,
  Message,
  OutboundAnswer,
  OutboundChoice,
  Page,
  ReplyFields,
  Report,
  ReportDraft,
  ReportQuestion,
  SavedReport,
  SavedReports,
  SearchFilters,
  Snapshot,
  Targets,
  Task,
  TemplateItem,
  TextStyle,
  User,
  WaitingQueue,
  WaitingTask,
  WorkflowItem,
  WorkflowRun,
} from "./entities.ts";
import { Http, newKey, type CallOptions } from "./http.ts";
import { uploadTo } from "./upload.ts";

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
  from_template?: MadeFrom;
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

  async signIn(login: string, password: string, code = ""): Promise<Session> {
    return this.keepToken(await this.http.post<Session>("/session", { login, password, code }));
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
  mailUrl(messageId: number, remoteImages: boolean, dark = false): string {
    const query = new URLSearchParams({ ...(remoteImages ? { remote_images: "true" } : {}), ...(dark ? { dark: "true" } : {}) }).toString();
    return this.http.url(`/messages/${messageId}/mail${query === "" ? "" : `?${query}`}`);
  }
  /** Reads a mail once more that was not understood. */
  parseAgain(messageId: number): Promise<{ message: Message }> {
    return this.http.post(`/messages/${messageId}/parse-again`);
  }
  /** Gives a mail a conversation of its own. */
  splitMail(messageId: number): Promise<{ conversation_id: number; task_id: number | null; message: Message }> {
    return this.http.post(`/messages/${messageId}/split`);
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
    return uploadTo(this.http, `/conversations/${conversationId}/attachments?`, file, onProgress, signal);
  }
  /** Prepared texts for a task's channel and the agent's teams. */
  cannedTemplates(taskId: number): Promise<{ items: TemplateItem[]; more: boolean }> {
    return this.http.get(`/tasks/${taskId}/templates`);
  }
  cannedTemplate(taskId: number, templateId: number): Promise<LoadedTemplate> {
    return this.http.get(`/tasks/${taskId}/templates/${templateId}`);
  }
  /** A template's files, for the next message. */
  templateFiles(taskId: number, templateId: number): Promise<{ attachments: Attachment[] }> {
    return this.http.post(`/tasks/${taskId}/templates/${templateId}/files`);
  }
  workflows(taskId: number): Promise<{ items: WorkflowItem[] }> {
    return this.http.get(`/tasks/${taskId}/workflows`);
  }
  runWorkflow(taskId: number, workflowId: number, inputs: Record<string, string>, key: string): Promise<{ run: WorkflowRun }> {
    return this.http.post(`/tasks/${taskId}/workflows/${workflowId}/run`, { inputs }, { key });
  }
  workflowRun(taskId: number, runId: number): Promise<{ run: WorkflowRun }> {
    return this.http.get(`/tasks/${taskId}/workflow-runs/${runId}`);
  }
  /** A failed one again; the other system sees the same Idempotency-Key. */
  retryWorkflow(taskId: number, runId: number): Promise<{ run: WorkflowRun }> {
    return this.http.post(`/tasks/${taskId}/workflow-runs/${runId}/retry`);
  }
  /** Each value on top of the one that was seen. */
  editVariables(task: Task, changes: { name: string; was: string; value: string }[]): Promise<TaskAnswer> {
    return this.http.post(`/tasks/${task.id}/variables`, { changes });
  }
  /** The link into another system; null where none is configured. */
  screenPop(taskId: number): Promise<{ url: string | null }> {
    return this.http.get(`/tasks/${taskId}/screen-pop`);
  }
  /** Whether the customer is on the website now; null on other channels. */
  presence(conversationId: number): Promise<{ online: boolean | null }> {
    return this.http.get(`/conversations/${conversationId}/presence`);
  }
  contact(contactId: number): Promise<ContactDetails> {
    return this.http.get(`/contacts/${contactId}`);
  }
  editContact(contact: Contact, body: { name: string; email: string; phone: string; attributes: Record<string, string> }): Promise<{ contact: Contact }> {
    return this.http.call("PUT", `/contacts/${contact.id}`, body, { version: contact.version });
  }
  addNote(contactId: number, text: string): Promise<{ note: ContactNote }> {
    return this.http.post(`/contacts/${contactId}/notes`, { text });
  }
  deleteNote(contactId: number, noteId: number): Promise<void> {
    return this.http.call("DELETE", `/contacts/${contactId}/notes/${noteId}`);
  }
  /** Makes another contact part of this one. */
  mergeContact(contactId: number, otherId: number): Promise<{ merge_id: number; contact: Contact }> {
    return this.http.post(`/contacts/${contactId}/merge`, { contact_id: otherId });
  }
  unmergeContact(contactId: number, mergeId: number): Promise<{ contact: Contact; other: Contact }> {
    return this.http.post(`/contacts/${contactId}/merge/${mergeId}/undo`);
  }
  search(q: string, kind: "messages" | "conversations", filters: SearchFilters, cursor?: string, options: CallOptions = {}): Promise<Page<FoundMessage>> {
    return this.http.get("/search", { q, kind, cursor, ...filters }, options);
  }
  searchContacts(q: string, cursor?: string, options: CallOptions = {}): Promise<Page<FoundContact>> {
    return this.http.get("/search", { q, kind: "contacts", cursor }, options);
  }
  /** What the agent has handled in the last 24 hours, newest first. */
  history(asked: { q?: string | undefined; channel?: string | undefined }, cursor?: string, options: CallOptions = {}): Promise<Page<HandledPart>> {
    return this.http.get("/me/history", { ...asked, cursor }, options);
  }
  queues(): Promise<{ items: WaitingQueue[] }> {
    return this.http.get("/queues");
  }
  queueTasks(queueId: number, cursor?: string): Promise<Page<WaitingTask>> {
    return this.http.get(`/queues/${queueId}/tasks`, { cursor });
  }
  take(task: Task): Promise<TaskAnswer> {
    return this.command(task, "take");
  }

  outboundChoices(): Promise<{ items: OutboundChoice[] }> {
    return this.http.get("/outbound");
  }
  /** Start a conversation with its first message. */
  writeFirst(body: FirstMessage, key: string): Promise<OutboundAnswer> {
    return this.http.post("/outbound", body, { key });
  }
  /** Prepared texts for a first message. */
  firstTemplates(start: FirstPlace): Promise<{ items: TemplateItem[]; more: boolean }> {
    return this.http.get("/outbound/templates", { ...start });
  }
  firstTemplate(templateId: number, start: FirstPlace): Promise<LoadedTemplate> {
    return this.http.get(`/outbound/templates/${templateId}`, { ...start });
  }
  firstTemplateFiles(templateId: number, accountId: number): Promise<{ attachments: Attachment[] }> {
    return this.http.post(`/outbound/templates/${templateId}/files?account_id=${accountId}`);
  }
  /** A file for a first message, before there is a conversation. */
  uploadFirst(accountId: number, file: File, onProgress: (share: number) => void, signal: AbortSignal): Promise<Attachment> {
    return uploadTo(this.http, `/outbound/attachments?account_id=${accountId}&`, file, onProgress, signal);
  }
  followUpFields(conversationId: number): Promise<FollowUpFields> {
    return this.http.get(`/conversations/${conversationId}/follow-up`);
  }
  /** Write again after a conversation has ended. */
  followUp(conversationId: number, body: FirstWords, key: string): Promise<OutboundAnswer> {
    return this.http.post(`/conversations/${conversationId}/follow-up`, body, { key });
  }

  floor(): Promise<Floor> {
    return this.http.get("/floor", { limit: 1000 });
  }
  floorTasks(of: { queue_id?: number | undefined; agent_id?: number | undefined }): Promise<{ items: FloorTask[]; more: boolean }> {
    return this.http.get("/floor/tasks", of);
  }
  watch(taskId: number): Promise<{ task: Task; contact: Contact }> {
    return this.http.post(`/floor/tasks/${taskId}/watch`);
  }
  whisper(taskId: number, text: string): Promise<{ message: Message }> {
    return this.http.post(`/floor/tasks/${taskId}/whisper`, { text });
  }
  /** What a supervisor does to a conversation; the epoch says on what they decided. */
  steer(task: Task, verb: "join" | "take-over" | "reassign" | "requeue" | "prioritise", body: object = {}): Promise<TaskAnswer> {
    return this.http.post(`/floor/tasks/${task.id}/${verb}`, { epoch: task.epoch, ...body });
  }
  setAgentState(agentId: number, status: "available" | "idle", idleCodeId: number | null): Promise<{ agent: Agent }> {
    return this.http.post(`/agents/${agentId}/state`, { status, idle_code_id: idleCodeId });
  }
  signAgentOut(agentId: number, force: boolean): Promise<void> {
    return this.http.post(`/agents/${agentId}/sign-out`, { force });
  }
  sendNotice(teamId: number | null, level: "info" | "warning" | "critical", text: string): Promise<{ recipients: number }> {
    return this.http.post("/floor/notices", { team_id: teamId, level, text });
  }
  report(question: ReportQuestion): Promise<Report> {
    return this.http.get("/reports/figures", { ...question });
  }
  reportCsvUrl(question: ReportQuestion): string {
    const given = Object.entries(question).filter(([, value]) => value !== undefined);
    return this.http.url(`/reports/figures.csv?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`);
  }
  savedReports(): Promise<SavedReports> {
    return this.http.get("/reports/saved");
  }
  saveReport(draft: ReportDraft): Promise<SavedReport> {
    return this.http.post("/reports/saved", draft);
  }
  changeReport(saved: SavedReport, change: Partial<ReportDraft>): Promise<SavedReport> {
    const { id, version, name, shared, report, schedule } = saved;
    return this.http.call("PUT", `/reports/saved/${id}`, { version, name, shared, report, schedule, ...change }, { key: newKey() });
  }
  deleteReport(id: number): Promise<void> {
    return this.http.call("DELETE", `/reports/saved/${id}`);
  }
  sendReport(id: number): Promise<SavedReport> {
    return this.http.post(`/reports/saved/${id}/send`);
  }
  ownFigures(): Promise<Report> {
    return this.http.get("/reports/mine");
  }

  private command(task: Task, name: string, body: object = {}): Promise<TaskAnswer> {
    return this.http.post(`/tasks/${task.id}/${name}`, { epoch: task.epoch, ...body });
  }

  private keepToken(session: Session): Session {
    this.http.csrfToken = session.csrf_token;
    return session;
  }
}
