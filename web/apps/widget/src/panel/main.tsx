import { type Host, type Panel, provide } from "../host";
import { ChatClient } from "../protocol/client";
import type { Socket } from "../protocol/ports";
import type { Theme } from "../protocol/frames";
import { type Texts, panelTexts } from "../texts/en";
import { type Say, loadTexts, sayer } from "../texts/say";
import { h, mount } from "../view/view";
import { App } from "./App";
import css from "./panel.css?inline";
import { partsOf } from "./parts";

function create(host: Host): Panel {
  const { store } = host;
  host.adopt(css);
  const colours = host.adopt("");
  const prefersDark = matchMedia("(prefers-color-scheme: dark)");
  const english: Record<string, string> = { ...panelTexts };
  const ending = new AbortController();
  let texts: Partial<Texts> | null = null;
  let say: Say = sayer();
  let muted = store.get("muted") !== null;
  let dark = false;
  let theme: Theme | null = null;
  let unread = 0;
  /** A message came; the sound loads with the first that rings. */
  let ringing = false;
  /** Where the focus was on the page before the panel had it. */
  let opener: Element | null = null;

  const client = new ChatClient({
    connect: () => new WebSocket(`${host.base.replace("http", "ws")}/socket`) as unknown as Socket,
    openSession: host.openSession,
    store,
    newId: () => {
      const words = crypto.getRandomValues(new Uint32Array(4));
      return [...words].map((word) => word.toString(36)).join("-");
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

  const drawView = mount(
    () =>
      texts &&
      !ending.signal.aborted && (
        <App
          host={host}
          client={client}
          say={say}
          part={part}
          dark={dark}
          muted={muted}
          onMute={(value) => {
            muted = value;
            store.set("muted", value ? "1" : null);
            draw();
          }}
        />
      ),
    host.mount,
  );
  function draw(): void {
    // Another one each time: what is drawn from it and the client's state is drawn again.
    say = sayer(client.state.site?.texts ?? {}, texts ?? {}, english);
    drawView();
  }
  const part = partsOf(host, english, () => {
    ring();
    draw();
  });

  let phase = client.state.conversation?.state;
  client.onChange = (state) => {
    if (state.site && state.site.theme !== theme) {
      theme = state.site.theme;
      host.setTheme(theme);
      paint();
    }
    const now = state.conversation?.state;
    if (now !== phase) {
      phase = now;
      host.emit("state", now ?? null);
    }
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
    if (Number(store.get("rung")) >= message.seq) return;
    store.set("rung", `${message.seq}`);
    ringing = !muted;
    ring();
  }

  function ring(): void {
    const sound = ringing && part("sound");
    if (!sound) return;
    ringing = false;
    sound.chime();
  }

  function listen(target: EventTarget, type: string, then: () => void): void {
    // The controller has the `signal` that the options ask for.
    target.addEventListener(type, then, ending);
  }
  listen(prefersDark, "change", () => {
    paint();
    draw();
  });
  listen(window, "storage", () => client.storeChanged());
  listen(window, "online", () => client.retryNow());
  listen(window, "offline", () => client.networkLost());
  listen(document, "visibilitychange", () => {
    if (document.visibilityState === "visible") {
      client.retryNow();
      draw();
    }
  });
  // The form is fetched while the session is asked for; a running chat has no need of it.
  part(store.get("live") ? "chat" : "form");
  void loadTexts(host).then((loaded) => {
    texts = loaded;
    draw();
  });
  void client.open();

  return {
    draw,
    toggled() {
      const root = host.launcher.getRootNode() as ShadowRoot;
      const inside = host.mount.contains(root.activeElement);
      if (host.isOpen()) {
        opener = document.activeElement;
        draw();
        client.retryNow();
        return;
      }
      draw();
      if (!inside) return;
      host.launcher.focus();
      // A page that has hidden the launcher opens the chat by something of its own.
      if (root.activeElement !== host.launcher) (opener as HTMLElement | null)?.focus();
    },
    identified: () => client.renew(),
    destroy() {
      ending.abort();
      client.close();
      draw();
    },
  };
}

provide(create);
