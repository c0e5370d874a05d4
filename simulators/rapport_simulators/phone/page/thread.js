// Draws the conversation; only messages that have changed are drawn again.

import { mediaUrl } from "./api.js";
import { formatted } from "./format.js";

const NS = "http://www.w3.org/2000/svg";
const time = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });

export function icon(name) {
  const svg = document.createElementNS(NS, "svg");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(NS, "use");
  use.setAttribute("href", `icons.svg#${name}`);
  svg.append(use);
  return svg;
}

export function element(name, className, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

// On the phone is what has arrived there, and what the customer wrote.
export const arrived = (message) =>
  message.author !== "business" ||
  message.statuses.some((told) => told.status === "delivered" || told.status === "read");

export const isOwn = (message) => message.author === "customer";
export const isShown = (message) =>
  arrived(message) && !["reaction", "edit", "revoke"].includes(message.type);

export function summary(message) {
  if (message.deleted) return "Deleted message";
  if (message.type === "email") return message.subject;
  return message.text || (message.files || [])[0]?.filename || (message.files || [])[0]?.kind || message.type;
}

function size(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

function file(channel, one) {
  const url = mediaUrl(channel, one.id);
  const name = one.filename || one.kind;
  const family = one.media_type.split("/")[0];
  if (family === "image") {
    const picture = element("img", one.kind === "sticker" ? "sticker" : "picture");
    picture.src = url;
    picture.alt = name;
    const link = element("a", "media", picture);
    Object.assign(link, { href: url, target: "_blank", rel: "noopener" });
    return link;
  }
  if (family === "video" || family === "audio") {
    const player = element(family, "media");
    Object.assign(player, { src: url, controls: true, preload: "metadata" });
    player.setAttribute("aria-label", name);
    return player;
  }
  const link = element("a", "document", icon("doc"), element("span", "", element("b", "", name), element("small", "", size(one.size))));
  Object.assign(link, { href: url, download: name });
  return link;
}

function location(message) {
  const place = message.content?.location;
  if (message.type !== "location" || !place) return null;
  const degrees = `${Number(place.latitude).toFixed(4)}, ${Number(place.longitude).toFixed(4)}`;
  return element("div", "document", icon("pin"), element("span", "", element("b", "", place.name || "Location"), element("small", "", place.address || degrees)));
}

function extra(message, part) {
  const found = message.content?.interactive?.[part];
  return found?.text ? element("div", part, found.text) : null;
}

function ticks(message) {
  if (!isOwn(message)) return null;
  const [name, label] = message.seen
    ? ["ticks", "Read"]
    : message.acknowledged ? ["ticks", "Delivered"] : ["tick", "Sent"];
  const mark = element("span", `ticks ${message.seen ? "seen" : ""}`, icon(name));
  mark.setAttribute("role", "img");
  mark.setAttribute("aria-label", label);
  mark.title = label;
  return mark;
}

function button(name, label, act) {
  const made = element("button", "icon", icon(name));
  made.type = "button";
  made.title = label;
  made.setAttribute("aria-label", label);
  made.addEventListener("click", act);
  return made;
}

export class Thread {
  // `on` has: reply, react, edit, remove, press (message, choice).
  constructor(box, on) {
    this.box = box;
    this.on = on;
    this.following = true;
    // Pictures come after their message: whoever was at the end stays there.
    box.addEventListener("load", () => this.following && this.toEnd(), true);
    box.addEventListener("scroll", () => {
      this.following = box.scrollHeight - box.scrollTop - box.clientHeight < 80;
    });
    this.clear("");
  }

  clear(channel) {
    this.channel = channel;
    this.messages = new Map();
    this.box.replaceChildren();
  }

  get list() {
    return [...this.messages.values()];
  }

  take(news) {
    if (news.whole) this.clear(this.channel);
    const atEnd = this.following;
    for (const message of news.messages) this.messages.set(message.id, message);
    this.draw(new Set(news.messages.map((message) => message.id)));
    if (atEnd || news.whole || news.messages.some((message) => isOwn(message) && message.attempts === 0)) this.toEnd();
  }

  toEnd() {
    this.box.scrollTop = this.box.scrollHeight;
  }

  draw(changed) {
    const shown = this.list.filter(isShown);
    const last = shown.at(-1);
    const known = new Map([...this.box.querySelectorAll("[data-id]")].map((one) => [one.dataset.id, one]));
    const rows = [];
    let today = "";
    for (const message of shown) {
      const date = day.format(message.at * 1000);
      if (date !== today) rows.push(element("p", "day", date));
      today = date;
      const old = known.get(message.id);
      const stale = changed.has(message.id) || old?.dataset.last !== String(message === last);
      rows.push(old && !stale ? old : this.row(message, message === last));
    }
    const focused = this.box.contains(document.activeElement) ? document.activeElement : null;
    const key = focused?.closest("[data-id]")?.dataset.id;
    this.box.replaceChildren(...rows);
    if (key && document.activeElement !== focused) {
      this.box.querySelector(`[data-id="${CSS.escape(key)}"] button`)?.focus();
    } else if (focused && this.box.contains(focused)) {
      focused.focus();
    }
  }

  row(message, last) {
    const own = isOwn(message);
    const row = element("article", `message ${own ? "own" : "theirs"}`);
    row.dataset.id = message.id;
    row.dataset.last = String(last);
    row.setAttribute("aria-label", own ? "You" : "Business");
    row.append(this.bubble(message), this.tools(message));
    const choices = this.choices(message, last);
    if (choices) row.append(choices);
    return row;
  }

  bubble(message) {
    const bubble = element("div", "bubble");
    if (message.deleted) {
      bubble.append(element("div", "text deleted", "This message was deleted"));
    } else {
      bubble.append(...this.body(message));
    }
    const stamp = element("span", "stamp", message.edited ? "edited " : null, time.format(message.at * 1000), ticks(message));
    bubble.append(stamp);
    if (isOwn(message) && !message.acknowledged && message.attempts > 1) {
      bubble.append(element("small", "waiting", `Not taken yet, ${message.attempts} attempts`));
    }
    const reactions = Object.values(message.reactions || {});
    if (reactions.length) {
      const given = element("span", "reactions", reactions.join(" "));
      given.setAttribute("aria-label", `Reactions: ${reactions.join(" ")}`);
      bubble.append(given);
      bubble.classList.add("reacted");
    }
    return bubble;
  }

  // A mail is shown as the customer's program does: its own page in a frame where nothing runs.
  mail(message) {
    const people = element("small", "", message.cc ? `${message.from} · Cc ${message.cc}` : message.from);
    const parts = [element("div", "subject", element("b", "", message.subject || "(no subject)"), people)];
    if (isOwn(message) && message.text) {
      parts.push(element("div", "text", message.text));
    } else {
      const frame = element("iframe", "mail-page");
      Object.assign(frame, { src: mediaUrl(this.channel, message.page), title: `Mail: ${message.subject}` });
      frame.setAttribute("sandbox", "");
      parts.push(frame);
    }
    return [...parts, ...message.files.map((one) => file(this.channel, one))];
  }

  body(message) {
    if (message.type === "email") return this.mail(message);
    const parts = [];
    const target = this.messages.get(message.reply_to);
    if (target) {
      parts.push(element("div", "quoted", element("b", "", isOwn(target) ? "You" : "Business"), element("span", "", summary(target))));
    }
    parts.push(extra(message, "header"), ...(message.files || []).map((one) => file(this.channel, one)), location(message));
    if (message.text && message.type !== "location") {
      parts.push(element("div", "text", formatted(message.text, this.channel === "whatsapp" || this.channel === "messenger")));
    } else if (!(message.files || []).length && message.type !== "location") {
      parts.push(element("div", "text deleted", message.type));
    }
    parts.push(extra(message, "footer"));
    return parts.filter(Boolean);
  }

  tools(message) {
    const tools = element("div", "tools");
    if (message.deleted || this.channel === "sms" || this.channel === "smpp") return tools;
    tools.append(button("reply", "Reply", () => this.on.reply(message)));
    if (this.channel === "email") return tools;
    tools.append(button("smile", "React", (event) => this.on.react(message, event.currentTarget)));
    if (isOwn(message)) {
      if (message.type === "text") tools.append(button("edit", "Edit", () => this.on.edit(message)));
      tools.append(button("bin", "Delete", () => this.on.remove(message)));
    }
    return tools;
  }

  choices(message, last) {
    const pressable = (message.choices || []).filter((one) => one.kind !== "quick_reply" || last);
    if (!pressable.length) return null;
    const { kind } = pressable[0];
    const shown = pressable.map((one) => this.choice(message, one));
    if (kind !== "list") return element("div", `choices ${kind}`, ...shown);
    const opener = element("summary", "choice", message.content.interactive.action.button);
    return element("details", "list", opener, element("div", "choices", ...shown));
  }

  choice(message, one) {
    const words = element("span", "", one.title, one.description ? element("small", "", one.description) : null);
    if (one.kind === "url") {
      const link = element("a", "choice", words, icon("link"));
      Object.assign(link, { href: one.url, target: "_blank", rel: "noopener noreferrer" });
      return link;
    }
    const made = element("button", "choice", words);
    made.type = "button";
    made.addEventListener("click", () => this.on.press(message, one));
    return made;
  }
}
