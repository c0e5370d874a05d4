// The phone: who is writing on which channel, and what they do.

import * as api from "./api.js";
import { Thread, arrived, element, icon, isOwn, summary } from "./thread.js";

const NAMES = { whatsapp: "WhatsApp", messenger: "Messenger", sms: "SMS", smpp: "SMS (SMPP)", email: "E-mail" };
const EMOJIS = ["👍", "❤️", "😂", "😮", "😢", "🙏"];
const RICH = new Set(["whatsapp", "messenger"]);
const RETRY_MS = 2000;
const at = (id) => document.getElementById(id);

const state = { channel: "", person: null, business: "", source: null, files: [], context: null, switching: 0, switched: 0, inline: new WeakSet() };

const thread = new Thread(at("thread"), {
  reply: (message) => setContext({ verb: "reply", message }),
  edit: (message) => {
    setContext({ verb: "edit", message });
    at("text").value = message.text;
    grow();
  },
  remove: (message) => say({ type: "revoke", message_id: message.id }),
  react: showEmojis,
  press,
});

// ── who and where ──

async function begin() {
  try {
    const { business, channels } = await api.channels();
    state.business = business;
    at("business").textContent = business;
    at("avatar").textContent = business.slice(0, 1);
    at("channels").replaceChildren(...channels.map(segment));
    const [channel, person] = location.hash.slice(1).split("/").map(decodeURIComponent);
    await choose(channels.includes(channel) ? channel : channels[0], person);
    complain("");
  } catch (error) {
    complain(error.message);
    setTimeout(begin, RETRY_MS);
  }
}

function segment(channel) {
  const input = element("input");
  Object.assign(input, { type: "radio", name: "channel", value: channel });
  input.addEventListener("change", () => choose(channel).catch((error) => complain(error.message)));
  return element("label", "", input, element("span", "", NAMES[channel] || channel));
}

async function choose(channel, wanted) {
  const turn = ++state.switching;
  state.channel = channel;
  document.body.dataset.channel = channel;
  document.querySelector(`input[name=channel][value=${channel}]`).checked = true;
  const { customers } = await api.customers(channel);
  if (turn !== state.switching) return;
  at("people").replaceChildren(...customers.map(personRow));
  open(customers.find((one) => one.id === wanted) || customers[0]);
}

function personRow(person) {
  const initials = person.name.split(/\s+/).map((part) => part[0]).slice(0, 2).join("");
  const row = element("button", "person", element("span", "initials", initials), element("span", "", element("b", "", person.name), element("small", "", person.id)));
  row.type = "button";
  row.dataset.person = person.id;
  row.addEventListener("click", () => open(person));
  return element("li", "", row);
}

function open(person) {
  if (!person) return;
  state.person = person;
  history.replaceState(null, "", `#${state.channel}/${encodeURIComponent(person.id)}`);
  for (const row of at("people").querySelectorAll("button")) {
    row.setAttribute("aria-current", String(row.dataset.person === person.id));
  }
  setContext(null);
  setFiles([]);
  thread.clear(state.channel);
  const rich = RICH.has(state.channel);
  at("reads-row").hidden = !rich;
  at("reachable-row").hidden = at("blocked-row").hidden = ["smpp", "email"].includes(state.channel);
  at("attach").hidden = state.channel === "smpp";
  const mail = state.channel === "email";
  at("words").hidden = rich || mail;
  at("letter").hidden = at("picture").hidden = !mail;
  at("behaviour-title").hidden = mail;
  at("subject").value = at("cc").value = "";
  grow();
  at("text").disabled = at("send").disabled = false;
  listen();
}

function listen() {
  state.source?.close();
  // What isn't known yet must not be switched: the answer would switch it back.
  at("reachable").disabled = at("blocked").disabled = true;
  const source = api.events(state.channel, state.person.id);
  state.source = source;
  source.onmessage = (event) => {
    complain("");
    take(JSON.parse(event.data));
  };
  source.addEventListener("gone", (event) => {
    source.close();
    complain(JSON.parse(event.data).reason);
    setTimeout(() => state.source === source && listen(), RETRY_MS);
  });
  source.onerror = () => complain("The phone has no connection; it keeps trying.");
}

function take(news) {
  thread.take(news);
  Object.assign(state.person, news.customer);
  // While a switch is on its way, news may still be older than it.
  if (!state.switched) {
    at("reachable").checked = state.person.reachable !== false;
    at("blocked").checked = Boolean(state.person.blocked);
  }
  at("reachable").disabled = at("blocked").disabled = false;
  at("presence").textContent = news.typing ? "typing…" : state.person.opted_out ? "opted out" : NAMES[state.channel];
  at("presence").classList.toggle("typing", news.typing);
  read();
}

// ── what the customer does ──

const act = (verb, body) => api.act(state.channel, state.person.id, verb, body);

async function attempt(work) {
  try {
    await work();
    complain("");
    return true;
  } catch (error) {
    complain(error.message);
    return false;
  }
}

const say = (content) => attempt(() => act("messages", content));

function read() {
  if (!at("reads").checked || document.visibilityState !== "visible" || !RICH.has(state.channel)) return;
  const unread = thread.list.filter(
    (message) => message.author === "business" && arrived(message) && !message.statuses.some((told) => told.status === "read"),
  );
  if (unread.length) attempt(() => act("read", { ids: unread.map((message) => message.id) }));
}

function press(message, choice) {
  if (choice.kind === "postback") return say({ type: "postback", payload: choice.id, title: choice.title });
  const type = { reply: "button", list: "list", quick_reply: "quick_reply" }[choice.kind];
  const reply = choice.kind === "quick_reply" ? {} : { reply_to: message.id };
  return say({ type, id: choice.id, title: choice.title, description: choice.description, ...reply });
}

function kindOf(file) {
  const family = file.type.split("/")[0];
  if (["image", "video", "audio"].includes(family) && file.type !== "image/svg+xml") return family;
  return state.channel === "messenger" ? "file" : "document";
}

async function send() {
  const text = at("text").value.trim();
  const files = state.files;
  const context = state.context;
  if (!text && !files.length) return;
  const letter = { subject: at("subject").value, cc: at("cc").value };
  at("text").value = at("subject").value = at("cc").value = "";
  setFiles([]);
  setContext(null);
  grow();
  const sent = await attempt(async () => {
    for (const content of await contents(text, files, context, letter)) await act("messages", content);
  });
  if (!sent && !at("text").value) {
    at("text").value = text;
    Object.assign(at("subject"), { value: letter.subject });
    Object.assign(at("cc"), { value: letter.cc });
    setFiles(files);
    setContext(context);
    grow();
  }
}

async function contents(text, files, context, letter) {
  if (context?.verb === "edit") return [{ type: "edit", message_id: context.message.id, text }];
  const reply = context ? { reply_to: context.message.id } : {};
  if (!files.length && state.channel !== "email") return [{ type: "text", text, ...reply }];
  const ids = await Promise.all(files.map((file) => api.upload(state.channel, file)));
  if (state.channel === "email") {
    return [{ ...letter, text, ...reply, files: ids.map((id, index) => ({ id, inline: state.inline.has(files[index]) })) }];
  }
  if (state.channel === "sms") return [{ type: "mms", text, files: ids.map((id) => ({ media_id: id })) }];
  return ids.map((id, index) => ({
    type: kindOf(files[index]),
    media_id: id,
    ...(index === 0 ? { text, ...reply } : {}),
  }));
}

function showEmojis(message, anchor) {
  const box = at("emojis");
  const mine = message.reactions?.customer;
  box.replaceChildren(...EMOJIS.map((emoji) => {
    const made = element("button", emoji === mine ? "given" : "", emoji);
    made.type = "button";
    made.setAttribute("role", "menuitem");
    made.addEventListener("click", () => {
      box.hidePopover();
      attempt(() => act("react", { message_id: message.id, emoji: emoji === mine ? "" : emoji }));
    });
    return made;
  }));
  box.showPopover();
  const { left, top, width } = anchor.getBoundingClientRect();
  const x = Math.min(Math.max(8, left + width / 2 - box.offsetWidth / 2), innerWidth - box.offsetWidth - 8);
  box.style.left = `${x}px`;
  box.style.top = `${Math.max(8, top - box.offsetHeight - 6)}px`;
  box.querySelector("button").focus();
}

at("emojis").addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const all = [...at("emojis").children];
  all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
});

// ── the composer ──

function setContext(context) {
  state.context = context;
  at("context").hidden = !context;
  if (!context) return;
  const who = context.verb === "edit" ? "Edit" : isOwn(context.message) ? "Reply to yourself" : `Reply to ${state.business}`;
  at("context").querySelector("span").replaceChildren(element("b", "", who), summary(context.message));
  if (context.message.type === "email") at("subject").value = context.message.subject.replace(/^(re:\s*)?/i, "Re: ");
  at("text").focus();
}

function setFiles(files) {
  state.files = files;
  at("files").hidden = !files.length;
  at("files").replaceChildren(...files.map((file) => {
    const remove = element("button", "icon", icon("close"));
    remove.type = "button";
    remove.setAttribute("aria-label", `Remove ${file.name}`);
    remove.addEventListener("click", () => setFiles(state.files.filter((one) => one !== file)));
    const how = state.inline.has(file) ? " (in the text)" : "";
    return element("li", "", element("span", "", file.name + how), remove);
  }));
}

function grow() {
  const text = at("text");
  const [least, most] = state.channel === "email" ? [4, 9] : [1, 5];
  text.rows = Math.min(most, Math.max(least, text.value.split("\n").length));
}

function complain(words) {
  at("notice").hidden = !words;
  at("notice").textContent = words;
}

at("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
at("text").addEventListener("input", grow);
at("text").addEventListener("keydown", (event) => {
  const sends = state.channel === "email" ? event.ctrlKey || event.metaKey : !event.shiftKey;
  if (event.key === "Enter" && sends && !event.isComposing) {
    event.preventDefault();
    send();
  } else if (event.key === "Escape") {
    setContext(null);
  }
});
at("text").addEventListener("paste", (event) => {
  if (event.clipboardData.files.length) add(event.clipboardData.files, true);
});
at("context-close").addEventListener("click", () => setContext(null));
// A pasted or inserted picture of a mail goes into its text.
function add(files, within) {
  for (const file of files) {
    if (within && state.channel === "email" && file.type.startsWith("image/")) state.inline.add(file);
  }
  setFiles([...state.files, ...files]);
}
at("attach").addEventListener("click", () => at("picker").click());
at("picture").addEventListener("click", () => at("picture-picker").click());
at("picture-picker").addEventListener("change", () => {
  add(at("picture-picker").files, true);
  at("picture-picker").value = "";
});
at("picker").addEventListener("change", () => {
  setFiles([...state.files, ...at("picker").files]);
  at("picker").value = "";
});
for (const name of ["dragover", "drop"]) {
  at("thread").addEventListener(name, (event) => {
    event.preventDefault();
    if (name === "drop" && !at("attach").hidden) setFiles([...state.files, ...event.dataTransfer.files]);
  });
}
at("words").addEventListener("click", (event) => {
  const { word } = event.target.dataset;
  if (word) say({ type: "text", text: word });
});
at("reads").addEventListener("change", read);
async function flip(work) {
  state.switched += 1;
  await attempt(work);
  state.switched -= 1;
}
at("reachable").addEventListener("change", () =>
  flip(() => api.change(state.channel, state.person.id, { reachable: at("reachable").checked })));
at("blocked").addEventListener("change", () => flip(() => act("block", { on: at("blocked").checked })));
document.addEventListener("visibilitychange", read);

function tick() {
  at("clock").textContent = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}
tick();
setInterval(tick, 10_000);
begin();
