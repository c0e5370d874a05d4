import type { FileLinkProps } from "../files/FileLink";
import { DOWN, Icon, h, part, useEffect, useRef, useState } from "../kit";
import type { ChatClient } from "../protocol/client";
import type { Attachment, VisitorMessage } from "../protocol/frames";
import type { Pending } from "../protocol/outbox";
import type { ChatState } from "../protocol/state";
import type { Say, TextKey } from "../texts/say";
import type { Child } from "../view/view";
import { Dots } from "./Dots";

interface Props {
  client: ChatClient;
  state: ChatState;
  say: Say;
  locale: string;
  fileUrl: (id: number) => string;
  onEnd: () => void;
  onEdit: (text: string) => void;
}

type DrawLink = (file: Attachment) => Child;

/** Messages of one author within this time share a name and a time. */
const GROUP_MS = 3 * 60_000;
const NEAR_BOTTOM = 60;
/** May hold an address to follow: what finds them loads then. */
const LINKED = /@|www\.|https?:/i;

/** The lines of a thread that customers see, by the server's code. */
const LINES: Record<string, TextKey> = {
  accepted: "joined",
  joined: "joined",
  taken_over: "joined",
  left: "left",
  removed: "left",
  sensitive_removed: "sensitiveRemoved",
};
/** How a chat ended, and what follows that: the survey stands at the foot of the panel only. */
const ENDINGS: Record<string, TextKey> = {
  ended_by_agent: "endedByAgent",
  customer_left: "endedByYou",
  abandoned: "endedByYou",
  timed_out: "ended",
  closed: "ended",
  survey: "ended",
  survey_answered: "ended",
};

export function Thread(props: Props) {
  const { client, state, say, locale } = props;
  const box = useRef<HTMLDivElement | null>(null);
  const atBottom = useRef(true);
  const top = useRef(0);
  const height = useRef(0);
  const kept = useRef<{ say?: Say; log?: Child }>({});
  const [behind, setBehind] = useState(false);
  const { messages } = state.thread;
  const first = messages[0]?.seq;
  const last = messages.at(-1)?.seq;
  const unsent = state.pending.filter(
    ({ request }) => request.type === "message" || (request.type === "start" && request.text),
  );

  const toBottom = () => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
  };
  useEffect(() => {
    // Older messages came in above: what is being read stays where it is.
    const element = box.current;
    if (element && !atBottom.current) element.scrollTop += element.scrollHeight - height.current;
  }, [first]);
  useEffect(() => {
    if (atBottom.current) toBottom();
    else setBehind(true);
  }, [last]);
  useEffect(toBottom, [unsent.length]);
  useEffect(() => {
    if (atBottom.current) toBottom();
    height.current = box.current?.scrollHeight ?? 0;
  });
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    // The keyboard of a phone or a growing composer must not hide the newest message.
    const observer = new ResizeObserver(() => atBottom.current && toBottom());
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const link: DrawLink = (file) => (
    <FileLink
      key={file.id}
      file={file}
      href={props.fileUrl(file.id)}
      say={say}
      onload={() => atBottom.current && toBottom()}
    />
  );
  const onScroll = () => {
    const element = box.current;
    if (!element) return;
    const below = element.scrollHeight - element.scrollTop - element.clientHeight;
    // Only the visitor scrolls up; a picture that grows below is no reason to stay behind.
    if (below < NEAR_BOTTOM) atBottom.current = true;
    else if (element.scrollTop < top.current) atBottom.current = false;
    top.current = element.scrollTop;
    if (atBottom.current) setBehind(false);
  };
  const drawLog = () => {
    const lastOwn = messages.findLast((message) => message.author === "customer")?.seq;
    const now = new Date();
    const ended = state.conversation?.state === "ended";
    const lastWords = messages.findLastIndex((message) => !endingOf(message));

    return (
      <div
        class="log"
        role="log"
        aria-label={say("messages")}
        tabIndex={0}
        ref={box}
        onscroll={onScroll}
      >
        {state.hasEarlier && (
          <button type="button" class="quiet" onclick={() => client.loadEarlier()}>
            {say("earlier")}
          </button>
        )}
        {messages.map((message, i) => {
          const day = dayOf(message.at);
          const before = messages[i - 1];
          return (
            <div key={message.seq}>
              {(!before || dayOf(before.at) !== day) && (
                <div class="day">{dayLabel(message.at, now, locale, say)}</div>
              )}
              <Line
                {...props}
                link={link}
                message={message}
                starts={!before || !sameGroup(before, message)}
                ends={!messages[i + 1] || !sameGroup(message, messages[i + 1])}
                isLast={message.seq === last}
                repeatsEnd={endingOf(message) && (endingOf(before) || (ended && i > lastWords))}
                mark={
                  message.seq === lastOwn && !unsent.length
                    ? say(message.seq <= state.agentSeen ? "seen" : "sent")
                    : ""
                }
              />
            </div>
          );
        })}
        {unsent.map((entry) => (
          <Unsent key={entry.request.id} entry={entry} link={link} {...props} />
        ))}
        {state.typing !== null && (
          <div class="typing" role="status">
            <Dots />
            {state.typing ? say("typing", { name: state.typing }) : say("typingPlain")}
          </div>
        )}
      </div>
    );
  };
  // Drawn again when something has come or is said otherwise, not with each key in the composer.
  if (kept.current.say !== say) kept.current = { say, log: drawLog() };

  return (
    <div class="thread">
      {kept.current.log}
      {behind && (
        <button
          type="button"
          class="jump"
          onclick={() => {
            toBottom();
            box.current?.focus();
          }}
        >
          {say("newMessages")} <Icon d={DOWN} />
        </button>
      )}
    </div>
  );
}

function Line({
  message,
  starts,
  ends,
  isLast,
  repeatsEnd,
  mark,
  say,
  state,
  locale,
  client,
  link,
  onEnd,
}: Props & {
  link: DrawLink;
  message: VisitorMessage;
  starts: boolean;
  ends: boolean;
  isLast: boolean;
  /** Another line, or the foot of the panel, says already how this chat ended. */
  repeatsEnd: TextKey | boolean | undefined;
  mark: string;
}) {
  const { author, code, text, styles = [], buttons = [] } = message;
  const asks = code === "ask_to_end";
  if (author === "system" && !asks && !buttons[0]) {
    const key = LINES[code ?? ""] ?? endingOf(message);
    const line = key ? say(key, { name: message.name || say("team") }) : text;
    return line && !repeatsEnd ? <div class="system">{line}</div> : null;
  }
  const own = author === "customer";
  const rich = buttons[0] || styles[0] || LINKED.test(text) ? part("rich") : undefined;
  return (
    <div class={own ? "message own" : "message"}>
      {starts && (
        <div class={own ? "name hidden" : "name"}>
          {own ? say("you") : message.name || say("team")}
        </div>
      )}
      {text && (
        <div class="bubble">
          {rich ? <rich.Rich text={text} styles={styles} /> : text}
        </div>
      )}
      {message.attachments.map(link)}
      {rich && isLast && <rich.Choices buttons={buttons} client={client} />}
      {asks && isLast && state.conversation?.state === "active" && (
        <button type="button" class="quiet" onclick={onEnd}>
          {say("end")}
        </button>
      )}
      {(ends || mark) && (
        <div class="meta">
          <time dateTime={message.at}>
            {new Date(message.at).toLocaleTimeString(locale, { timeStyle: "short" })}
          </time>
          {mark && ` · ${mark}`}
        </div>
      )}
    </div>
  );
}

function Unsent({ entry, say, client, onEdit, link }: Props & { entry: Pending; link: DrawLink }) {
  const { request, refused, attachments } = entry;
  const text = "text" in request ? (request.text ?? "") : "";
  return (
    <div class={refused ? "message own failed" : "message own pending"}>
      {text && <div class="bubble">{text}</div>}
      {attachments.map(link)}
      <div class="meta">
        {refused ? say("failed", { reason: refused.message }) : say("sending")}
        {refused && (
          <button
            type="button"
            class="quiet"
            onclick={() => {
              client.discard(request.id);
              onEdit(text);
            }}
          >
            {say("edit")}
          </button>
        )}
      </div>
    </div>
  );
}

/** A file by its name, until the part that knows files is here. */
function FileLink(props: FileLinkProps) {
  const files = part("files");
  return files ? <files.FileLink {...props} /> : props.file.filename;
}

function endingOf(message: VisitorMessage | undefined): TextKey | undefined {
  return ENDINGS[message?.code ?? ""];
}

function dayOf(at: string): string {
  return new Date(at).toDateString();
}

function dayLabel(at: string, now: Date, locale: string, say: Say): string {
  const day = dayOf(at);
  if (day === now.toDateString()) return say("today");
  const yesterday = new Date(now);
  yesterday.setDate(now.getDate() - 1);
  if (day === yesterday.toDateString()) return say("yesterday");
  return new Date(at).toLocaleDateString(locale, { dateStyle: "long" });
}

function sameGroup(a: VisitorMessage, b: VisitorMessage | undefined): boolean {
  return (
    b !== undefined &&
    a.author === b.author &&
    a.name === b.name &&
    Date.parse(b.at) - Date.parse(a.at) < GROUP_MS &&
    dayOf(a.at) === dayOf(b.at)
  );
}
