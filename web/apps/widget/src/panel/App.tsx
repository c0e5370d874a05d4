import { keepFocus } from "../focus";
import type { Host } from "../host";
import { DOWN, IconButton } from "../Icon";
import type { ChatClient } from "../protocol/client";
import type { ChatState } from "../protocol/state";
import type { Say } from "../texts/say";
import { type Child, Fragment, h, useEffect, useRef, useState } from "../view/view";
import type { GetPart } from "./parts";

/** Draws the header around the buttons of the view below it. */
export type DrawHeader = (tools?: Child) => Child;

interface Props {
  host: Host;
  client: ChatClient;
  say: Say;
  part: GetPart;
  dark: boolean;
  muted: boolean;
  onMute: (muted: boolean) => void;
}

type View = "loading" | "fault" | "closed" | "form" | "chat";

/** Below this the panel fills the screen (the same figure is in panel.css). */
const FULL_SCREEN = "(max-width: 520px)";
/** A blink of the network is nobody's business; only a break that lasts is told. */
const OFFLINE_SHOWN_MS = 1_500;
const FIRST_FIELD = "form input:not([hidden]),form select,form textarea,.primary";

/** The panel's frame: its header, and what the visitor can do now. */
export function App(props: Props) {
  const { host, client, say, part, dark } = props;
  const { state } = client;
  const { site, conversation } = state;
  const open = host.isOpen();
  // The visitor has asked for a new chat after one that ended.
  const [fresh, setFresh] = useState(false);
  // The connection has been away long enough to be told.
  const [away, setAway] = useState(false);
  const panel = useRef<HTMLDivElement | null>(null);
  const view = viewOf(state, fresh);
  const down = state.connection === "offline";
  const chat = view === "chat" || state.pending.length ? part("chat") : undefined;
  const form = view === "form" ? part("form") : undefined;
  const phone = matchMedia(FULL_SCREEN).matches;

  useEffect(() => {
    if (isLive(state)) setFresh(false);
    if (open && view === "chat" && document.visibilityState === "visible") client.markSeen();
  });
  useEffect(() => {
    // What the visitor should do next has the focus: a field, the composer, or the next button.
    if (open) (panel.current?.querySelector<HTMLElement>(FIRST_FIELD) ?? panel.current)?.focus();
  }, [open, view, !chat, !form]);
  useEffect(() => {
    if (!down) return setAway(false);
    const timer = setTimeout(() => setAway(true), OFFLINE_SHOWN_MS);
    return () => clearTimeout(timer);
  }, [down]);

  const header: DrawHeader = (tools) => {
    const agents = conversation?.state === "active" ? conversation.agents : [];
    return (
      <>
        <div class="head">
          <div class="heading">
            <h2 id="title">
              {agents.map(({ name }) => name).join(", ") || site?.name || say("chat")}
            </h2>
            <p>{subtitle(state, view, agents.length > 0, say)}</p>
          </div>
          {tools}
          <IconButton label={say("minimise")} d={DOWN} onclick={() => host.setOpen(false)} />
        </div>
        <div class="offline" role="status">
          {away && say("offline")}
        </div>
      </>
    );
  };

  return (
    <div
      class={`panel${dark ? " dark" : ""}${open ? "" : " away"}`}
      role="dialog"
      aria-modal={phone}
      aria-labelledby="title"
      lang={host.locale}
      tabIndex={-1}
      ref={panel}
      onkeydown={(event) => {
        if (event.key === "Escape") {
          host.setOpen(false);
          event.stopPropagation();
        }
        // Only a panel that covers the page keeps the focus to itself.
        if (event.key === "Tab" && phone) keepFocus(event, panel.current);
      }}
    >
      {view === "chat" && chat && site ? (
        <chat.Conversation
          {...props}
          state={state}
          site={site}
          onAgain={() => setFresh(true)}
          header={header}
        />
      ) : (
        <>
          {header()}
          {form && site ? (
            <form.PreChat {...props} state={state} site={site} />
          ) : (
            <p class="notice">
              {view === "closed"
                ? site?.closed_text || say("closedText")
                : say(view === "fault" ? "unavailable" : "connecting")}
            </p>
          )}
        </>
      )}
    </div>
  );
}

function viewOf(state: ChatState, fresh: boolean): View {
  if (state.connection === "fault") return "fault";
  if (!state.site || state.awaited) return "loading";
  if (isLive(state) || (state.conversation && !fresh)) return "chat";
  return state.site.open ? "form" : "closed";
}

function isLive({ conversation }: ChatState): boolean {
  return conversation !== null && conversation.state !== "ended";
}

function subtitle(state: ChatState, view: View, served: boolean, say: Say): string {
  if (state.connection === "offline") return say("connecting");
  if (!state.site) return "";
  if (served) return state.site.name;
  if (view === "chat" && !isLive(state)) return say("ended");
  return say(state.site.open ? "online" : "closedNow");
}
