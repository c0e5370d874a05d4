import { ActionIcon } from "@mantine/core";
import { useLingui } from "@lingui/react/macro";
import type { Attachment, Message, Person, Task } from "@rapport/api-client";
import { fromWire } from "@rapport/rich-text";
import { ChevronDown, ChevronRight, CircleAlert, FileSearch, Paperclip, Split } from "lucide-react";
import { useId, type ReactNode } from "react";
import { useDesk, useDeskState } from "../../shared/desk.ts";
import { codeText } from "../../shared/error-text.ts";
import { useStore } from "../../shared/store.ts";
import { StyledText } from "../../shared/StyledText.tsx";
import { Tip } from "../../shared/Tip.tsx";
import { timeOfDay } from "../../shared/time.ts";
import type { Outgoing } from "../connection/outbox.ts";
import { AttachmentList } from "../conversation/AttachmentList.tsx";
import { useAuthorName } from "../conversation/author.ts";
import { Failure, Waiting } from "../conversation/MessageBubble.tsx";
import { MessageMenu } from "../conversation/MessageMenu.tsx";
import { Receipt, useStatusWord } from "../conversation/Receipt.tsx";
import { personText, readPeople } from "./people.ts";
import classes from "./MailRow.module.css";

/** One mail of the thread: a line when folded; with its recipients, text and files when open. */
export function MailRow({ message, task }: { message: Message; task: Task }) {
  const { t } = useLingui();
  const desk = useDesk();
  const newest = useStore(desk.threads.all, (all) => newestMail(all.get(message.conversation_id)?.messages ?? [])?.id === message.id);
  const open = useStore(desk.ui.mails, (map) => map.get(message.id)) ?? newest;
  const name = useAuthorName(message);
  const word = useStatusWord();
  const inbound = message.direction === "inbound";
  const { details, problems, refused } = readDetails(message);
  // Others than the customer may write in the thread: they go by their own name or address.
  const known = useDeskState((state) => state.contacts.get(task.contact_id)?.email);
  const sender = details.from[0];
  const other = inbound && sender !== undefined && sender.address.toLowerCase() !== known?.toLowerCase();
  const from = other ? sender.name || sender.address : name;
  const failed = message.status === "failed" || message.status === "unknown";
  const split = message.content?.details?.["split_to"] !== undefined;
  const held = message.status === "queued" && message.error === null && Number(message.content?.details?.["hold_s"] ?? 0) > 0;
  return (
    <Frame
      seq={message.seq}
      inbound={inbound}
      from={from}
      at={message.created_at}
      text={message.text}
      attachments={message.attachments}
      open={open}
      onToggle={() => desk.ui.unfold(message.id, !open)}
      status={
        inbound ? (
          <span>{t`Received`}</span>
        ) : message.status === null ? null : (
          <>
            <Receipt status={message.status} message={message} />
            <span aria-hidden>{word(message.status)}</span>
          </>
        )
      }
      tools={
        <>
          {inbound && message.content?.kind === "email" && (
            <Tip label={t`Show the complete mail`}>
              <ActionIcon variant="subtle" color="gray" size={28} aria-label={t`Show the complete mail`} onClick={() => desk.ui.open({ name: "mail", taskId: task.id, mailId: message.id })}>
                <FileSearch size={16} />
              </ActionIcon>
            </Tip>
          )}
          <MessageMenu
            message={message}
            canReply={false}
            {...(inbound && message.inbound_seq > 1 && !split ? { more: [{ label: t`Split to a new conversation`, icon: Split, run: () => void desk.splitMail(message) }] } : {})}
          />
        </>
      }
      recipients={<Recipients {...details} />}
    >
      {problems && (
        <p className={classes.problem}>
          <CircleAlert size={15} aria-hidden /> {t`This mail could not be read completely. Its source is kept: show the complete mail.`}
          <button type="button" onClick={() => void desk.parseAgain(message)}>{t`Read it again`}</button>
        </p>
      )}
      {split && <p className={classes.problem}>{t`This mail has a conversation of its own.`}</p>}
      {refused.length > 0 && (
        <div className={classes.problem} role="note">
          <CircleAlert size={15} aria-hidden />
          <span>
            {t`Not taken by the mail server for:`}{" "}
            {refused.map(({ address, message: why }) => `${address} (${why})`).join("; ")}
          </span>
        </div>
      )}
      {failed && <MailFailure message={message} task={task} />}
      {held && (
        <div className={classes.problem} role="status">
          {t`Leaves in a moment.`}
          <button type="button" onClick={() => void desk.undoMail(task, message)}>{t`Undo`}</button>
        </div>
      )}
      {message.status === "queued" && message.error !== null && <Waiting message={message} task={task} />}
    </Frame>
  );
}

/** An answer that the server has not confirmed yet. */
export function OutgoingMailRow({ item }: { item: Outgoing }) {
  const { t } = useLingui();
  const desk = useDesk();
  const offline = useStore(desk.connection.state, (state) => state === "offline");
  const word = useStatusWord();
  const status = item.failure === null ? "queued" : "failed";
  const edit = () => {
    const { conversationId, text, styles = [], mail, attachments } = item;
    desk.ui.returned.set({ conversationId, text, styles, attachments, ...(mail === undefined ? {} : { mail }) });
    desk.outbox.discard(item.key);
  };
  return (
    <Frame
      inbound={false}
      from={t`You`}
      at={item.createdAt}
      text={item.text}
      attachments={item.attachments}
      open
      status={
        <>
          {offline && item.failure === null ? t`Sent when you are back online` : <span aria-hidden>{word(status)}</span>}
          <Receipt status={status} />
        </>
      }
    >
      {item.failure !== null && (
        <div className={classes.failure} role="note">
          {codeText(item.failure.code, item.failure.message)}
          <button type="button" onClick={() => desk.outbox.retry(item.key)}>{t`Try again`}</button>
          <button type="button" onClick={edit}>{t`Edit`}</button>
        </div>
      )}
    </Frame>
  );
}

interface FrameProps {
  seq?: number;
  inbound: boolean;
  from: string;
  at: string;
  text: string;
  attachments: readonly Attachment[];
  open: boolean;
  onToggle?: () => void;
  status: ReactNode;
  tools?: ReactNode;
  recipients?: ReactNode;
  children?: ReactNode;
}

function Frame({ seq, inbound, from, at, text, attachments, open, onToggle, status, tools, recipients, children }: FrameProps) {
  const { t, i18n } = useLingui();
  const bodyId = useId();
  const Fold = open ? ChevronDown : ChevronRight;
  return (
    <article className={classes.mail} data-seq={seq} data-in={inbound} data-open={open} aria-label={t`Mail from ${from}`}>
      <div className={classes.head}>
        <button type="button" className={classes.fold} aria-expanded={open} aria-controls={open ? bodyId : undefined} disabled={onToggle === undefined} onClick={onToggle}>
          <Fold size={16} aria-hidden />
          <b>{from}</b>
          <span className={classes.words}>{open ? "" : text.replace(/\s+/g, " ").trim().slice(0, 160)}</span>
          {attachments.length > 0 && <Paperclip size={14} role="img" aria-label={t`With files`} />}
          <span className={classes.status}>{status}</span>
          <time dateTime={at}>{timeOfDay(at, i18n.locale)}</time>
        </button>
        {tools}
      </div>
      {open && (
        <div id={bodyId} className={classes.body}>
          {recipients}
          <div className={classes.text}>
            <StyledText rich={fromWire(text, [])} />
          </div>
          {attachments.length > 0 && <AttachmentList attachments={attachments} />}
        </div>
      )}
      {children}
    </article>
  );
}

export function Recipients({ from, to, cc, subject }: MailDetails) {
  const { t } = useLingui();
  const lines: [string, string][] = [
    [t`From`, from.map(personText).join(", ")],
    [t`To`, to.map(personText).join(", ")],
    [t`Cc`, cc.map(personText).join(", ")],
    [t`Subject`, subject],
  ];
  const shown = lines.filter(([, value]) => value !== "");
  if (shown.length === 0) return null;
  return (
    <dl className={classes.recipients}>
      {shown.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Why it did not go out, and what can be done about it. */
function MailFailure({ message, task }: { message: Message; task: Task }) {
  const { t } = useLingui();
  const desk = useDesk();
  const code = message.error?.code ?? "";
  if (code !== "cancelled" && code !== "not_latest") return <Failure message={message} task={task} />;
  return (
    <div className={classes.failure} role="note">
      {code === "cancelled" ? t`Taken back, not sent.` : t`A newer mail came first: this one was not sent.`}
      <button type="button" onClick={() => desk.editMail(message)}>{t`Edit`}</button>
    </div>
  );
}

interface RefusedRecipient {
  address: string;
  message: string;
}

function readRefused(given: unknown): RefusedRecipient[] {
  if (!Array.isArray(given)) return [];
  return given.flatMap((one: unknown) => {
    const { address, message } = (one ?? {}) as Record<string, unknown>;
    return typeof address === "string" ? [{ address, message: typeof message === "string" ? message : "" }] : [];
  });
}

interface MailDetails {
  from: Person[];
  to: Person[];
  cc: Person[];
  subject: string;
}

/** Of the problems met in reading a mail, those after which something may be missing or garbled. */
const INCOMPLETE: ReadonlySet<string> = new Set([
  "unreadable", "charset_unknown", "charset_wrong", "empty", "encoding_unknown", "encrypted", "multipart_without_parts", "no_from", "no_headers", "text_cut", "tnef", "too_large", "uuencode_broken",
]);

/** What a mail's message says of it; details come from outside and may lack anything. */
export function readDetails({ content }: Message): { details: MailDetails; problems: boolean; refused: RefusedRecipient[] } {
  const given = content?.details ?? {};
  const subject = given["subject"];
  const problems = given["problems"];
  return {
    details: {
      from: readPeople(given["from"]),
      to: readPeople(given["to"]),
      cc: readPeople(given["cc"]),
      subject: typeof subject === "string" ? subject : "",
    },
    refused: readRefused(given["refused"]),
    problems: Array.isArray(problems) && problems.some((code) => INCOMPLETE.has(String(code))),
  };
}

function newestMail(messages: readonly Message[]): Message | undefined {
  return messages.findLast((message) => message.direction === "inbound" || message.direction === "outbound");
}
