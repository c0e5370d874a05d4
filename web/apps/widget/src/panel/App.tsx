import { Component, type ComponentChildren, createRef, Fragment, h, options, type VNode } from "preact";
import type { ChatPart } from "../chat/Conversation";
import { keepFocus } from "../focus";
import type { Host } from "../host";
import { Icon } from "../Icon";
import type { ChatClient, ChatState } from "../protocol/client";
import type { Say } from "../texts/say";
import { PreChat } from "./PreChat";

/** Draws the header around the buttons of the view below it. */
export type DrawHeader = (tools?: ComponentChildren) => VNode;

interface Props {
  host: Host;
  client: ChatClient;
  state: ChatState;
  say: Say;
  open: boolean;
  dark: boolean;
  muted: boolean;
  onMute: (muted: boolean) => void;
  chat: ChatPart | null;
  onChat: (part: ChatPart) => void;
}

interface Local {
  /** The visitor has asked for a new chat after one that ended. */
  fresh: boolean;
  /** The connection has been away long enough to be told. */
  away: boolean;
}

type View = "loading" | "fault" | "closed" | "form" | "chat";

/** Below this the panel fills the screen (the same figure is in panel.css). */
const FULL_SCREEN = "(max-width: 520px)";
/** A blink of the network is nobody's business; only a break that lasts is told. */
const OFFLINE_SHOWN_MS = 1_500;
const FIRST_FIELD = "form input:not([hidden]),form select,form textarea,.primary";
/** The one Preact that all parts share: handed to a part's script, see build.mjs. */
const KIT = { Fragment, h, options };

/** The panel's frame: classes instead of hooks, which load with the conversation. */
export class App extends Component<Props, Local> {
  override state: Local = { fresh: false, away: false };
  #panel = createRef<HTMLDivElement>();
  #timer = 0;
  #shown = "";
  #askedWhen = "";

  override componentDidMount(): void {
    this.#drawn(null);
  }

  override componentDidUpdate(before: Readonly<Props>): void {
    this.#drawn(before);
  }

  #drawn(before: Props | null): void {
    const { host, client, state, open, chat, onChat } = this.props;
    const view = this.#view();
    if (isLive(state) && this.state.fresh) this.setState({ fresh: false });
    const wanted = view === "chat" || state.pending.length > 0;
    if (wanted && !chat && this.#askedWhen !== state.connection) {
      // Asked for again with each change of the connection, should the network be away.
      this.#askedWhen = state.connection;
      host.part<ChatPart>("chat", KIT).then(onChat, () => {});
    }
    const key = `${open} ${view} ${chat !== null}`;
    if (open && key !== this.#shown) {
      // What the visitor should do next has the focus: a field, the composer, or the next button.
      const panel = this.#panel.current;
      (panel?.querySelector<HTMLElement>(FIRST_FIELD) ?? panel)?.focus();
    }
    this.#shown = key;
    if (open && view === "chat" && document.visibilityState === "visible") client.markSeen();
    const down = state.connection === "offline";
    if (down !== (before?.state.connection === "offline")) {
      clearTimeout(this.#timer);
      if (down) this.#timer = window.setTimeout(() => this.setState({ away: true }), OFFLINE_SHOWN_MS);
      else this.setState({ away: false });
    }
  }

  #view(): View {
    const { state } = this.props;
    if (state.connection === "fault") return "fault";
    if (!state.site) return "loading";
    if (isLive(state) || (state.conversation && !this.state.fresh)) return "chat";
    return state.site.open ? "form" : "closed";
  }

  #header: DrawHeader = (tools) => {
    const { host, state, say } = this.props;
    const agents = state.conversation?.state === "active" ? state.conversation.agents : [];
    return (
      <>
        <div class="head">
          <div class="heading">
            <h2 id="title">
              {agents.map(({ name }) => name).join(", ") || state.site?.name || say("chat")}
            </h2>
            <p>{subtitle(state, this.#view(), agents.length > 0, say)}</p>
          </div>
          {tools}
          <button
            type="button"
            class="icon"
            aria-label={say("minimise")}
            title={say("minimise")}
            onClick={() => host.setOpen(false)}
          >
            <Icon name="down" />
          </button>
        </div>
        <div class="offline" role="status">
          {this.state.away && say("offline")}
        </div>
      </>
    );
  };

  #onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "Escape") {
      this.props.host.setOpen(false);
      event.stopPropagation();
    }
    // Only a panel that covers the page keeps the focus to itself.
    if (event.key === "Tab" && matchMedia(FULL_SCREEN).matches) {
      keepFocus(event, this.#panel.current);
    }
  };

  override render() {
    const { host, client, state, say, open, dark, chat } = this.props;
    const { site } = state;
    const view = this.#view();
    return (
      <div
        class={`panel${dark ? " dark" : ""}${open ? "" : " away"}`}
        role="dialog"
        aria-modal={matchMedia(FULL_SCREEN).matches}
        aria-labelledby="title"
        lang={host.locale}
        tabIndex={-1}
        ref={this.#panel}
        onKeyDown={this.#onKeyDown}
      >
        {view === "chat" && chat && site ? (
          <chat.Conversation
            {...this.props}
            site={site}
            onAgain={() => this.setState({ fresh: true })}
            header={this.#header}
          />
        ) : (
          <>
            {this.#header()}
            {view === "form" && site ? (
              <PreChat client={client} state={state} site={site} say={say} />
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

