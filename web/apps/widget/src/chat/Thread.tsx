import { Fragment, h, type ComponentChild } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ChatClient, ChatState } from "../protocol/client";
import type { Attachment, TextStyle, VisitorMessage } from "../protocol/frames";
import type { Pending } from "../protocol/outbox";
import { styledLines } from "../protocol/styles";
import { linkify } from "../protocol/text";
import { Icon } from "../Icon";
import type { Say, TextKey } from "../texts/say";
import { formatSize } from "./upload";

interface Props {
  client: ChatClient;
  state: ChatState;
  say: Say;
  locale: string;
  fileUrl: (id: number) => string;
  onEnd: () => void;
  onEdit: (text: string) => void;
}

/** Messages of one author within this time share a name and a time. */
const GROUP_MS = 3 * 60_000;
const NEAR_BOTTOM = 60;

/** The lines of a thread that customers see, by the server's code. */
const LINES: Record<string, TextKey> = {
  accepted: "joined",
  joined: "joined",
  taken_over: "joined",
  left: "left",
  removed: "left",
  sensitive_removed: "sensitiveRemoved",
};
const TAGS: Record<string, string> = { bold: "strong", italic: "em", strike: "s", code: "code" };
const ENDINGS: Record<string, TextKey> = {
  ended_by_agent: "endedByAgent",
  customer_left: "endedByYou",
  abandoned: "endedByYou",
  timed_out: "ended",
  closed: "ended",
};

export function Thread(props: Props) {
  const { client, state, say, locale } = props;
  const box = useRef<HTMLDivElement>(null);
  const atBottom = useRef(true);
  const top = useRef(0);
  const height = useRef(0);
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
  useLayoutEffect(() => {
    // Older messages came in above: what is being read stays where it is.
    const element = box.current;
    if (element && !atBottom.current) element.scrollTop += element.scrollHeight - height.current;
  }, [first]);
  useLayoutEffect(() => {
    if (atBottom.current) toBottom();
    else setBehind(true);
  }, [last]);
  useLayoutEffect(toBottom, [unsent.length]);
  useLayoutEffect(() => {
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
  const lastOwn = messages.findLast((message) => message.author === "customer")?.seq;
  const now = new Date();
  const ended = state.conversation?.state === "ended";
  const lastWords = messages.findLastIndex((message) => !isEnding(message));

  return (
    <div class="thread">
      <div
        class="log"
        role="log"
        aria-label={say("messages")}
        tabIndex={0}
        ref={box}
        onScroll={onScroll}
        onLoadCapture={() => atBottom.current && toBottom()}
      >
        {state.hasEarlier && (
          <button type="button" class="quiet" onClick={() => client.loadEarlier()}>
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
                message={message}
                starts={!before || !sameGroup(before, message)}
                ends={!messages[i + 1] || !sameGroup(message, messages[i + 1])}
                isLast={message.seq === last}
                repeatsEnd={isEnding(message) && (isEnding(before) || (ended && i > lastWords))}
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
          <Unsent key={entry.request.id} entry={entry} {...props} />
        ))}
        {state.typing !== null && (
          <div class="typing" role="status">
            <span class="dots" aria-hidden="true">
              <i />
              <i />
              <i />
            </span>
            {state.typing ? say("typing", { name: state.typing }) : say("typingPlain")}
          </div>
        )}
      </div>
      {behind && (
        <button
          type="button"
          class="jump"
          onClick={() => {
            toBottom();
            box.current?.focus();
          }}
        >
          {say("newMessages")} <Icon name="down" />
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
  fileUrl,
  onEnd,
}: Props & {
  message: VisitorMessage;
  starts: boolean;
  ends: boolean;
  isLast: boolean;
  /** Another line, or the foot of the panel, says already how this chat ended. */
  repeatsEnd: boolean;
  mark: string;
}) {
  const { author, code, text } = message;
  const asks = code === "ask_to_end";
  const choices = message.buttons ?? [];
  if (author === "system" && !asks && !choices.length) {
    // The question stands at the foot of the panel, with its answers, until there is one.
    if (repeatsEnd || (code === "survey" && isLast && state.conversation?.state === "ended")) return null;
    const key = code && (LINES[code] ?? ENDINGS[code]);
    const line = key ? say(key, { name: message.name || say("team") }) : text;
    return line ? <div class="system">{line}</div> : null;
  }
  const own = author === "customer";
  return (
    <div class={own ? "message own" : "message"}>
      {starts && (
        <div class={own ? "name hidden" : "name"}>
          {own ? say("you") : message.name || say("team")}
        </div>
      )}
      {text && (
        <div class="bubble">
          <Styled text={text} styles={message.styles ?? []} />
        </div>
      )}
      {message.attachments.map((file) => (
        <FileLink key={file.id} file={file} href={fileUrl(file.id)} say={say} />
      ))}
      {choices.length > 0 && isLast && state.conversation?.state === "asking" && (
        <div class="buttons choices">
          {choices.map(([payload, title]) => (
            <button key={payload} type="button" class="secondary" onClick={() => client.send(title)}>
              {title}
            </button>
          ))}
        </div>
      )}
      {asks && isLast && state.conversation?.state === "active" && (
        <button type="button" class="quiet" onClick={onEnd}>
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

function Unsent({ entry, say, client, onEdit, fileUrl }: Props & { entry: Pending }) {
  const { request, refused, attachments } = entry;
  const text = "text" in request ? (request.text ?? "") : "";
  return (
    <div class={refused ? "message own failed" : "message own pending"}>
      {text && <div class="bubble">{text}</div>}
      {attachments.map((file) => (
        <FileLink key={file.id} file={file} href={fileUrl(file.id)} say={say} />
      ))}
      <div class="meta">
        {refused ? say("failed", { reason: refused.message }) : say("sending")}
        {refused && (
          <button
            type="button"
            class="quiet"
            onClick={() => {
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

/** The styles that a chat carries; a text without any is as it was written. */
function Styled({ text, styles }: { text: string; styles: readonly TextStyle[] }) {
  if (!styles.length) return <Words text={text} />;
  return (
    <>
      {styledLines(text, styles).map(({ pieces, sign, kinds }) => (
        <div class={kinds.filter((kind) => kind === "quote" || kind === "code_block").join(" ")}>
          {sign}
          {pieces.length
            ? pieces.map((piece) =>
                piece.kinds.reduce<ComponentChild>((inner, kind) => {
                  const tag = TAGS[kind];
                  return tag ? h(tag, null, inner) : inner;
                }, <Words text={piece.text} />),
              )
            : " "}
        </div>
      ))}
    </>
  );
}

function Words({ text }: { text: string }) {
  return (
    <>
      {linkify(text).map((run) =>
        run.href ? (
          <a href={run.href} target="_blank" rel="noopener noreferrer nofollow">
            {run.text}
          </a>
        ) : (
          run.text
        ),
      )}
    </>
  );
}

function FileLink({ file, href, say }: { file: Attachment; href: string; say: Say }) {
  if (file.state === "refused") {
    return (
      <div class="file">
        <Icon name="file" />
        <span>
          {file.filename}
          <small>{file.refusal?.message || say("refusedFile")}</small>
        </span>
      </div>
    );
  }
  const image = /^image\/(png|jpe?g|gif|webp|avif)$/.test(file.media_type);
  return (
    <a class={image ? "picture" : "file"} href={href} target="_blank" rel="noopener noreferrer">
      {image ? (
        <img src={href} alt={file.filename} referrerpolicy="no-referrer" loading="lazy" />
      ) : (
        <>
          <Icon name="file" />
          <span>
            {file.filename}
            <small>{formatSize(file.size)}</small>
          </span>
        </>
      )}
    </a>
  );
}

function isEnding(message: VisitorMessage | undefined): boolean {
  return Boolean(message?.code && ENDINGS[message.code]);
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
