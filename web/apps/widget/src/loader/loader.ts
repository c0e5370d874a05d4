import type { Host, Panel, PartScript, WidgetEvent } from "../host";
import { paletteFor } from "../protocol/colour";
import type { Session, Theme } from "../protocol/frames";
import css from "./loader.css?inline";
import { askSession } from "./session";
import { browserStore } from "./store";

declare const __VERSION__: string;

type Listener = (detail: unknown) => void;

/** What a page's own scripts can do: docs/channels/webchat.md. */
interface PublicApi {
  open(): void;
  close(): void;
  /** Takes the launcher off the page, and closes the panel; `open` goes on working. */
  hide(): void;
  show(): void;
  /** Who the visitor is, signed by the site; without a token nobody whom it knows. */
  identify(token?: string | null): void;
  /** What the form before the chat starts with: by the fields' names, and `text`. */
  prefill(values: Record<string, unknown>): void;
  /** Answers a function that stops listening. */
  on(event: WidgetEvent, listener: Listener): () => void;
  /** Takes the widget off the page; the chat is there again on the next. */
  destroy(): void;
}

declare global {
  interface Window {
    Rapport?: PublicApi;
  }
}

const BUBBLE =
  "M12 4c4.7 0 8.5 3 8.5 7s-3.8 7-8.5 7c-.9 0-1.8-.1-2.6-.3L4.8 20l.9-3.9A6.4 6.4 0 0 1 3.5 11c0-4 3.8-7 8.5-7z";
const CHEVRON = "m6 9 6 6 6-6";

function start(script: HTMLScriptElement): void {
  let { site, color, position, identity, locale } = script.dataset;
  if (!site || window.Rapport) return;
  const server = new URL(script.src).origin;
  const base = `${server}/widget/v1/${encodeURIComponent(site)}`;
  locale ||= document.documentElement.lang || navigator.language || "en";
  const [openLabel, closeLabel, unreadLabel] = /^de/i.test(locale)
    ? ["Chat öffnen", "Chat schließen", "ungelesen"]
    : ["Open chat", "Close chat", "unread"];
  const prefix = `rapport:${site}:`;
  const store = browserStore("localStorage", prefix);
  /** Whether the panel is open, on this tab's next page, too. */
  const tab = browserStore("sessionStorage", prefix);
  const listeners = new Map<WidgetEvent, Set<Listener>>();

  const element = document.createElement("rapport-chat");
  element.hidden = true;
  const root = element.attachShadow({ mode: "open" });
  const adopt = (text: string): CSSStyleSheet => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    root.adoptedStyleSheets.push(sheet);
    return sheet;
  };
  adopt(css);
  const colours = adopt("");

  const launcher = document.createElement("button");
  launcher.className = "launcher";
  launcher.type = "button";
  launcher.setAttribute("aria-haspopup", "dialog");
  const drawn = (tag: string) => document.createElementNS("http://www.w3.org/2000/svg", tag);
  const svg = drawn("svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  const path = drawn("path");
  svg.append(path);
  const badge = document.createElement("span");
  badge.className = "badge";
  for (const picture of [svg, badge]) picture.setAttribute("aria-hidden", "true");
  launcher.append(svg, badge);
  const mount = document.createElement("div");
  root.append(mount, launcher);

  let isOpen = false;
  let unread = 0;
  let panel: Promise<Panel> | null = null;
  let session: Promise<Session> | null = null;

  const ask = (token: string | null) => askSession(base, locale, token, identity);

  function draw(): void {
    path.setAttribute("d", isOpen ? CHEVRON : BUBBLE);
    launcher.setAttribute("aria-expanded", `${isOpen}`);
    launcher.setAttribute(
      "aria-label",
      (isOpen ? closeLabel : openLabel) + (unread ? ` (${unread} ${unreadLabel})` : ""),
    );
    badge.textContent = unread > 99 ? "99+" : `${unread || ""}`;
  }

  function part<T>(name: string, kit?: object): Promise<T> {
    return new Promise((resolve, reject) => {
      const element: PartScript = document.createElement("script");
      element.src = `${server}/widget/${name}.js?v=${__VERSION__}`;
      // A page policy that trusts this script by its nonce trusts its parts by the same.
      element.nonce = script.nonce;
      if (kit) element.kit = kit;
      element.provide = (value) => resolve(value as T);
      // Whatever came instead of the part has provided nothing.
      element.onload = element.onerror = () => {
        element.remove();
        reject(new Error(element.src));
      };
      document.head.append(element);
    });
  }

  const host: Host = {
    base,
    locale,
    mount,
    launcher,
    store,
    prefill: {},
    openSession(token) {
      const early = token ? null : session;
      session = null;
      return early ?? ask(token);
    },
    paletteFor,
    isOpen: () => isOpen,
    setOpen(open) {
      if (open === isOpen || !element.isConnected) return;
      isOpen = open;
      element.toggleAttribute("open", open);
      tab.set("open", open ? "1" : null);
      draw();
      host.emit(open ? "open" : "close", null);
      void loadPanel().then((loaded) => loaded.toggled());
    },
    setUnread(count) {
      if (count === unread) return;
      unread = count;
      draw();
      host.emit("unread", count);
    },
    setTheme(theme) {
      const { accent, onAccent } = paletteFor(theme.color, "#ffffff");
      colours.replaceSync(`:host{--accent:${accent};--on-accent:${onAccent}}`);
      element.toggleAttribute("left", theme.position === "left");
      element.hidden = false;
      // Nothing is stored on a visitor's device before they have opened the chat.
      if (panel) store.set("theme", JSON.stringify(theme));
    },
    adopt,
    emit: (event, detail) => listeners.get(event)?.forEach((listener) => listener(detail)),
    part,
  };

  function loadPanel(): Promise<Panel> {
    panel ??= part<(host: Host) => Panel>("panel").then(
      (create) => create(host),
      (error: unknown) => {
        // The next click tries again.
        panel = null;
        isOpen = element.toggleAttribute("open", false);
        draw();
        throw error;
      },
    );
    return panel;
  }

  launcher.onclick = () => host.setOpen(!isOpen);
  const bare = (on: boolean) => element.toggleAttribute("bare", on);
  const tell = (act: (panel: Panel) => void) => void panel?.then(act);
  window.Rapport = {
    open: () => host.setOpen(true),
    close: () => host.setOpen(false),
    hide() {
      host.setOpen(false);
      bare(true);
    },
    show: () => void bare(false),
    identify(token) {
      identity = token ?? undefined;
      session = null;
      tell((loaded) => loaded.identified());
    },
    prefill(values) {
      Object.assign(host.prefill, values);
      tell((loaded) => loaded.draw());
    },
    on(event, listener) {
      const set = listeners.get(event) ?? new Set();
      listeners.set(event, set.add(listener));
      return () => void set.delete(listener);
    },
    destroy() {
      tell((loaded) => loaded.destroy());
      element.remove();
      listeners.clear();
      delete window.Rapport;
    },
  };
  draw();
  document.body.append(element);

  const stored = store.get("theme");
  if (stored) host.setTheme(JSON.parse(stored) as Theme);
  else if (color) {
    host.setTheme({ color, position: position === "left" ? "left" : "right", dark: "auto" });
  } else {
    session = ask(null);
    session.then(
      (answer) => host.setTheme(answer.site.theme),
      (error: unknown) => console.warn("Rapport:", error),
    );
  }
  if (tab.get("open")) host.setOpen(true);
  else if (store.get("live")) void loadPanel();
  window.dispatchEvent(new Event("rapport:ready"));
}

const own = document.currentScript as HTMLScriptElement | null;
if (own) {
  if (document.body) start(own);
  else addEventListener("DOMContentLoaded", () => start(own));
}
