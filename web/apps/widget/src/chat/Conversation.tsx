import { type Host, provide } from "../host";
import { Fragment, IconButton, h, part, useEffect, useRef, useState } from "../kit";
import type { DrawHeader } from "../panel/App";
import type { ChatClient } from "../protocol/client";
import type { Site } from "../protocol/frames";
import type { ChatState } from "../protocol/state";
import type { Say } from "../texts/say";
import { chatTexts } from "../texts/en";
import css from "./chat.css?inline";
import { Composer } from "./Composer";
import { Dots } from "./Dots";
import { Thread } from "./Thread";

const MORE = "M5 12h.1M12 12h.1M19 12h.1";

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
  const [sheet, setSheet] = useState<null | "menu" | "EndQuestion" | "Transcript">(null);
  const [dropping, setDropping] = useState(false);
  const [restored, setRestored] = useState({ text: "" });
  const receiver = useRef<(files: Iterable<File>) => void>(() => {});
  const live = state.conversation !== null && state.conversation.state !== "ended";
  const takesFiles = live && site.files.enabled;
  const sheets = sheet || !live ? part("sheets") : undefined;
  const menu = sheet === "menu";
  const Sheet = sheet && !menu ? sheets?.[sheet] : undefined;
  const box = useRef<HTMLDivElement | null>(null);
  const opener = useRef<HTMLButtonElement | null>(null);
  const close = () => setSheet(null);
  const leaveMenu = (event: { relatedTarget: EventTarget | null }) => {
    if (menu && !box.current?.contains(event.relatedTarget as Node | null)) close();
  };

  useEffect(() => {
    if (!live) setSheet((shown) => (shown === "EndQuestion" ? null : shown));
  }, [live]);

  return (
    <div
      class="chat"
      onkeydown={(event) => {
        if (event.key !== "Escape" || !sheet) return;
        if (menu) opener.current?.focus();
        close();
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
          <div class="more" ref={box}>
            <IconButton
              ref={opener}
              label={say("menu")}
              d={MORE}
              aria-expanded={menu}
              onclick={() => setSheet(menu ? null : "menu")}
              onblur={leaveMenu}
            />
            {menu && sheets && (
              <sheets.MenuItems
                {...props}
                onChosen={() => {
                  opener.current?.focus();
                  close();
                }}
                onTranscript={() => setSheet("Transcript")}
                onLeave={leaveMenu}
              />
            )}
          </div>
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
        onEdit={(text) => setRestored({ text })}
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
        sheets && <sheets.Ended {...props} />
      )}
      {dropping && part("files") && <div class="drop">{say("dropHere")}</div>}
      {Sheet && <Sheet {...props} onClose={close} />}
    </div>
  );
}

function Waiting({ state, site, say }: ConversationProps) {
  const { conversation } = state;
  if (conversation?.state !== "waiting") return null;
  const { position } = conversation;
  return (
    <div class="waiting" role="status">
      <Dots />
      <p>
        {conversation.wait_text || site.wait_text || say("waiting")}{" "}
        {position !== null && (position > 1 ? say("position", { n: position }) : say("next"))}
      </p>
    </div>
  );
}

export interface ChatPart {
  Conversation: typeof Conversation;
  css: string;
  texts: typeof chatTexts;
}

provide({ Conversation, css, texts: chatTexts } satisfies ChatPart);
