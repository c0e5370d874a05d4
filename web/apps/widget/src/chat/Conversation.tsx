import { type Host, provide } from "../host";
import { Fragment, Icon, h, part, useEffect, useRef, useState } from "../kit";
import type { DrawHeader } from "../panel/App";
import type { ChatClient, ChatState } from "../protocol/client";
import type { Site, VisitorMessage } from "../protocol/frames";
import type { Say } from "../texts/say";
import { chatTexts } from "../texts/en";
import css from "./chat.css?inline";
import { Composer } from "./Composer";
import { Thread } from "./Thread";

export interface ConversationProps {
  host: Host;
  client: ChatClient;
  state: ChatState;
  site: Site;
  say: Say;
  muted: boolean;
  onMute: (muted: boolean) => void;
  /** The visitor wants a new chat after this one. */
  onAgain: () => void;
  header: DrawHeader;
}

/** Everything from the first message to the end of a chat. */
function Conversation(props: ConversationProps) {
  const { host, client, state, site, say, header } = props;
  const [sheet, setSheet] = useState<null | "EndQuestion" | "Transcript">(null);
  const [dropping, setDropping] = useState(false);
  const [restored, setRestored] = useState({ key: 0, text: "" });
  /** What the server said to the answer of the survey. */
  const [told, setTold] = useState("");
  const receiver = useRef<(files: Iterable<File>) => void>(() => {});
  const again = useRef<HTMLButtonElement | null>(null);
  const live = state.conversation !== null && state.conversation.state !== "ended";
  const takesFiles = live && site.files.enabled;
  const question = openQuestion(state.thread.messages);
  const sheets = sheet || question ? part("sheets") : undefined;
  const Sheet = sheet && sheets?.[sheet];

  useEffect(() => {
    if (live) return setTold("");
    setSheet((shown) => (shown === "EndQuestion" ? null : shown));
    again.current?.focus();
  }, [live]);

  return (
    <div
      class="chat"
      onkeydown={(event) => {
        if (event.key !== "Escape" || !sheet) return;
        setSheet(null);
        event.stopPropagation();
      }}
      ondragover={(event) => {
        if (!takesFiles || !event.dataTransfer?.types.includes("Files")) return;
        event.preventDefault();
        setDropping(true);
      }}
      ondragleave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setDropping(false);
      }}
      ondrop={(event) => {
        setDropping(false);
        if (!takesFiles || !event.dataTransfer) return;
        event.preventDefault();
        receiver.current(event.dataTransfer.files);
      }}
    >
      {header(
        <>
          {live && (
            <button type="button" class="pill" onclick={() => setSheet("EndQuestion")}>
              {say("end")}
            </button>
          )}
          <Menu {...props} onTranscript={() => setSheet("Transcript")} />
        </>,
      )}
      <Thread
        client={client}
        state={state}
        say={say}
        locale={host.locale}
        fileUrl={(id) =>
          `${host.base}/files/${id}?token=${encodeURIComponent(state.token ?? "")}`
        }
        onEnd={() => setSheet("EndQuestion")}
        onEdit={(text) => setRestored({ key: restored.key + 1, text })}
      />
      <Waiting {...props} />
      {live ? (
        <Composer
          host={host}
          client={client}
          site={site}
          say={say}
          restored={restored}
          onReceiver={(take) => {
            receiver.current = take;
          }}
        />
      ) : (
        <div class="ended">
          <p role="status">{endedLine(state, say)}</p>
          {told ? (
            <p role="status">{told}</p>
          ) : (
            question &&
            sheets && (
              <sheets.Survey
                base={host.base}
                state={state}
                say={say}
                question={question}
                onTold={setTold}
              />
            )
          )}
          <button
            type="button"
            class={question ? "secondary" : "primary"}
            ref={again}
            onclick={props.onAgain}
          >
            {say("again")}
          </button>
        </div>
      )}
      {dropping && part("files") && <div class="drop">{say("dropHere")}</div>}
      {Sheet && <Sheet client={client} say={say} onClose={() => setSheet(null)} />}
    </div>
  );
}

/** The question after the last chat that nobody has answered yet; what was said later ends it. */
export function openQuestion(messages: readonly VisitorMessage[]): VisitorMessage | undefined {
  const last = messages.findLast(
    ({ author, code }) => author === "customer" || code === "survey" || code === "survey_answered",
  );
  return last?.code === "survey" ? last : undefined;
}

function endedLine({ conversation, thread }: ChatState, say: Say): string {
  if (conversation?.ended_by === "customer") return say("endedByYou");
  const name =
    thread.messages.findLast(({ code }) => code === "ended_by_agent")?.name ??
    conversation?.agents.at(-1)?.name ??
    thread.messages.findLast((message) => message.author === "agent")?.name;
  return conversation?.ended_by === "agent" && name ? say("endedByAgent", { name }) : say("ended");
}

function Waiting({ state, site, say }: ConversationProps) {
  const { conversation } = state;
  if (conversation?.state !== "waiting") return null;
  const { position } = conversation;
  return (
    <div class="waiting" role="status">
      <span class="dots" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      <p>
        {conversation.wait_text || site.wait_text || say("waiting")}{" "}
        {position !== null && (position > 1 ? say("position", { n: position }) : say("next"))}
      </p>
    </div>
  );
}

function Menu({
  site,
  say,
  muted,
  onMute,
  onTranscript,
}: ConversationProps & { onTranscript: () => void }) {
  const [shown, setShown] = useState(false);
  const box = useRef<HTMLDivElement | null>(null);
  const opener = useRef<HTMLButtonElement | null>(null);
  const leave = (event: { relatedTarget: EventTarget | null }) => {
    if (!box.current?.contains(event.relatedTarget as Node | null)) setShown(false);
  };
  const choose = (act: () => void) => () => {
    setShown(false);
    opener.current?.focus();
    act();
  };
  return (
    <div
      class="more"
      onkeydown={(event) => {
        if (event.key !== "Escape" || !shown) return;
        event.stopPropagation();
        choose(() => {})();
      }}
      ref={box}
    >
      <button
        type="button"
        class="icon"
        ref={opener}
        aria-label={say("menu")}
        title={say("menu")}
        aria-expanded={shown}
        onclick={() => setShown(!shown)}
        onblur={leave}
      >
        <Icon name="more" />
      </button>
      {shown && (
        <div class="menu">
          <button type="button" onclick={choose(() => onMute(!muted))} onblur={leave}>
            {say(muted ? "soundOn" : "soundOff")}
          </button>
          {site.transcript && (
            <button type="button" onclick={choose(onTranscript)} onblur={leave}>
              {say("transcript")}
            </button>
          )}
        </div>
      )}
    </div>
  );
}

export interface ChatPart {
  Conversation: typeof Conversation;
  css: string;
  texts: typeof chatTexts;
}

provide({ Conversation, css, texts: chatTexts } satisfies ChatPart);
