import { h, render } from "preact";
import { type Host, type Panel, provide } from "../host";
import { ChatClient, type Socket } from "../protocol/client";
import type { Theme } from "../protocol/frames";
import type { ChatPart } from "../chat/Conversation";
import { type Texts, panelTexts } from "../texts/en";
import { App } from "./App";
import css from "./panel.css?inline";
import { loadTexts, sayer } from "../texts/say";

function create(host: Host): Panel {
  const { store } = host;
  host.adopt(css);
  const colours = host.adopt("");
  const prefersDark = matchMedia("(prefers-color-scheme: dark)");
  let texts: Partial<Texts> | null = null;
  let chat: ChatPart | null = null;
  let muted = store.get("muted") !== null;
  let dark = false;
  let theme: Theme | null = null;
  let unread = 0;

  const client = new ChatClient({
    connect: () => new WebSocket(`${host.base.replace("http", "ws")}/socket`) as unknown as Socket,
    openSession: host.openSession,
    store,
    newId: () => {
      const bytes = crypto.getRandomValues(new Uint8Array(16));
      return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    },
    random: Math.random,
    now: Date.now,
    later: (ms, task) => {
      const timer = setTimeout(task, ms);
      return () => clearTimeout(timer);
    },
  });

  function paint(): void {
    if (!theme) return;
    dark = theme.dark === "dark" || (theme.dark === "auto" && prefersDark.matches);
    const { accentText } = host.paletteFor(theme.color, dark ? "#1b1d22" : "#ffffff");
    colours.replaceSync(`:host{--accent-text:${accentText}}`);
  }

  function draw(): void {
    if (!texts) return;
    const { state } = client;
    render(
      <App
        host={host}
        client={client}
        state={state}
        say={sayer(state.site?.texts ?? {}, texts, panelTexts, chat?.texts ?? {})}
        open={host.isOpen()}
        dark={dark}
        muted={muted}
        onMute={(value) => {
          muted = value;
          store.set("muted", value ? "1" : null);
          draw();
        }}
        chat={chat}
        onChat={(part) => {
          if (!chat) host.adopt(part.css);
          chat = part;
          draw();
        }}
      />,
      host.mount,
    );
  }

  let drawn = client.state;
  client.onChange = (state) => {
    if (state.site && state.site.theme !== theme) {
      theme = state.site.theme;
      host.setTheme(theme);
      paint();
    }
    if (state.conversation?.state !== drawn.conversation?.state) {
      host.emit("state", state.conversation?.state ?? null);
    }
    drawn = state;
    draw();
    if (state.unread > unread) announce();
    unread = client.state.unread;
    host.setUnread(unread);
  };

  /** One tab rings for a message, the first that claims it. */
  function announce(): void {
    const message = client.state.thread.messages.findLast(({ author }) => author === "agent");
    if (!message) return;
    host.emit("message", { text: message.text, name: message.name });
    if (Number(store.get("rung") ?? 0) >= message.seq) return;
    store.set("rung", String(message.seq));
    if (!muted) chat?.chime();
  }

  prefersDark.addEventListener("change", () => {
    paint();
    draw();
  });
  addEventListener("storage", () => client.storeChanged());
  addEventListener("online", () => client.retryNow());
  addEventListener("offline", () => client.networkLost());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") {
      client.retryNow();
      draw();
    }
  });
  void loadTexts(host).then((loaded) => {
    texts = loaded;
    draw();
  });
  void client.open();

  return {
    toggled(open) {
      const { activeElement } = host.launcher.getRootNode() as ShadowRoot;
      const inside = host.mount.contains(activeElement);
      draw();
      if (open) client.retryNow();
      else if (inside) host.launcher.focus();
    },
  };
}

provide(create);
