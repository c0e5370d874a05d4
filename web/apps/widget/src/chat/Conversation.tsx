import { Fragment, h } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { type Host, provide } from "../host";
import { Icon } from "../Icon";
import type { DrawHeader } from "../panel/App";
import type { ChatClient, ChatState } from "../protocol/client";
import type { Site } from "../protocol/frames";
import type { Say } from "../texts/say";
import { chatTexts } from "../texts/en";
import css from "./chat.css?inline";
import { Composer } from "./Composer";
import { Sheet, Transcript } from "./Sheet";
import { chime } from "./sound";
import { Survey, openQuestion } from "./Survey";
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
  const [sheet, setSheet] = useState<null | "end" | "transcript">(null);
  const [dropping, setDropping] = useState(false);
  const [restored, setRestored] = useState({ key: 0, text: "" });
  const receiver = useRef<(files: Iterable<File>) => void>(() => {});
  const again = useRef<HTMLButtonElement>(null);
  const live = state.conversation !== null && state.conversation.state !== "ended";
  const takesFiles = live && site.files.enabled;
  const asked = openQuestion(state.thread.messages);

  useEffect(() => {
    if (live) return;
    setSheet((shown) => (shown === "end" ? null : shown));
    again.current?.focus();
  }, [live]);

  return (
    <div
      class="chat"
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !sheet) return;
        setSheet(null);
        event.stopPropagation();
      }}
      onDragOver={(event) => {
        if (!takesFiles || !event.dataTransfer?.types.includes("Files")) return;
        event.preventDefault();
        setDropping(true);
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setDropping(false);
      }}
      onDrop={(event) => {
        setDropping(false);
        if (!takesFiles || !event.dataTransfer) return;
        event.preventDefault();
        receiver.current(event.dataTransfer.files);
      }}
    >
      {header(
        <>
        {live && (
          <button type="button" class="pill" onClick={() => setSheet("end")}>
            {say("end")}
          </button>
        )}
        <Menu {...props} onTranscript={() => setSheet("transcript")} />
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
        onEnd={() => setSheet("end")}
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
          <Survey base={host.base} state={state} say={say} />
          <button type="button" class={asked ? "secondary" : "primary"} ref={again} onClick={props.onAgain}>
            {say("again")}
          </button>
        </div>
      )}
      {dropping && <div class="drop">{say("dropHere")}</div>}
      {sheet === "end" && (
        <Sheet label={say("endQuestion")} onClose={() => setSheet(null)}>
          <div class="buttons">
            <button
              type="button"
              class="primary"
              onClick={() => {
                client.end();
                setSheet(null);
              }}
            >
              {say("end")}
            </button>
            <button type="button" class="secondary" onClick={() => setSheet(null)}>
              {say("keep")}
            </button>
          </div>
        </Sheet>
      )}
      {sheet === "transcript" && (
        <Transcript client={client} say={say} onClose={() => setSheet(null)} />
      )}
    </div>
  );
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
  const opener = useRef<HTMLButtonElement>(null);
  const choose = (act: () => void) => () => {
    setShown(false);
    opener.current?.focus();
    act();
  };
  return (
    <div
      class="more"
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !shown) return;
        event.stopPropagation();
        choose(() => {})();
      }}
      onFocusOut={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setShown(false);
      }}
    >
      <button
        type="button"
        class="icon"
        ref={opener}
        aria-label={say("menu")}
        title={say("menu")}
        aria-expanded={shown}
        onClick={() => setShown(!shown)}
      >
        <Icon name="more" />
      </button>
      {shown && (
        <div class="menu">
          <button type="button" onClick={choose(() => onMute(!muted))}>
            {say(muted ? "soundOn" : "soundOff")}
          </button>
          {site.transcript && (
            <button type="button" onClick={choose(onTranscript)}>
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
  chime: () => void;
}

provide({ Conversation, css, texts: chatTexts, chime } satisfies ChatPart);
