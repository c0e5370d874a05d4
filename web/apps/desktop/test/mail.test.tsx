import type { ComposerMode, Message, ReplyFields } from "@rapport/api-client";
import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { Composer } from "../src/features/composer/Composer.tsx";
import { isCopy } from "../src/features/mail/copies.ts";
import { mailHtml } from "../src/features/mail/mail-html.ts";
import { newMail } from "../src/features/mail/outgoing.ts";
import { isAddress, joined, parsePeople, readPeople } from "../src/features/mail/people.ts";
import { capabilities, message, openDesk, snapshot, task } from "./desk.ts";
import { show } from "./view.tsx";

beforeEach(() => localStorage.clear());

const person = (address: string) => ({ address, name: "" });
const base = { latest_seq: 1, quote_text: "> The cup", quote_html: "<blockquote>The cup</blockquote>" };
const fieldsOf: Record<string, ReplyFields> = {
  reply: { ...base, mode: "reply", to: [person("dana@mail.example")], cc: [], subject: "Re: Cup" },
  reply_all: { ...base, mode: "reply_all", to: [person("dana@mail.example"), person("kim@mail.example")], cc: [person("robin@mail.example")], subject: "Re: Cup" },
  forward: { ...base, mode: "forward", to: [], cc: [], subject: "Fwd: Cup" },
};
const attachments = { uploads: [], add: () => undefined, remove: () => undefined, takeReady: () => [] };

async function mailbox(more: Record<string, unknown> = {}) {
  const held = task({ channel: "email" });
  const catalog = {
    ...snapshot().catalog,
    accounts: [{ id: 1, name: "Help", channel: "email" as const, address: "help@shop.example", capabilities: { ...capabilities, composer_limit: null, rich_text: "full" as const, before_end: null } }],
  };
  const answers = {
    ...more,
    "/conversations/100/messages": { items: [message({ seq: 1 })], has_more: false },
    ...Object.fromEntries(Object.entries(fieldsOf).map(([mode, fields]) => [`/tasks/10/reply-fields?mode=${mode}`, fields]).reverse()),
  };
  // "reply" begins "reply_all" as well: the longer name is looked up first.
  const ordered = Object.fromEntries(Object.entries(answers).sort(([a], [b]) => b.length - a.length));
  const { desk, sent } = openDesk({ catalog, tasks: [held] }, ordered);
  desk.threads.ensure(100);
  await waitFor(() => expect(desk.threads.all.get().get(100)?.loaded).toBe(true));
  show(desk, <Composer task={held} attachments={attachments} />);
  // The composer of mails is loaded when the first one is needed.
  await screen.findByPlaceholderText("Quick reply here", undefined, { timeout: 15_000 });
  const arrives = (over: Partial<Message>) => desk.threads.add([message(over)]);
  const mails = () => sent.filter(({ path }) => path === "/tasks/10/mail").map(({ body }) => body as Record<string, unknown>);
  return { desk, sent, arrives, mails };
}
const button = (name: string) => screen.getByRole<HTMLButtonElement>("button", { name });
const shown = (field: string) => within(screen.getByRole("group", { name: field })).queryAllByText(/@/).map((chip) => chip.textContent);
const names: Record<string, string> = { reply: "Reply", reply_all: "Reply All", forward: "Forward" };
const quick = () => screen.getByPlaceholderText<HTMLTextAreaElement>("Quick reply here");

describe("the modes", () => {
  const DANA = "dana@mail.example", KIM = "kim@mail.example", ROBIN = "robin@mail.example";
  // Seed, "Switch between modes": from, to, then To, Cc.
  const table: [ComposerMode, ComposerMode, string[], string[]][] = [
    ["reply", "reply_all", [DANA, KIM], [ROBIN]],
    ["reply", "forward", [], []],
    ["reply_all", "forward", [], []],
    ["reply_all", "reply", [DANA], []],
    ["forward", "reply", [DANA], []],
    ["forward", "reply_all", [DANA, KIM], [ROBIN]],
  ];
  it.each(table)("from %s to %s: To and Cc are the new mode's, whatever was put in before", async (from, to, receivers, copies) => {
    await mailbox();
    await userEvent.click(button(names[from]!));
    await waitFor(() => expect(screen.getByRole("group", { name: "Subject" }).textContent).toContain("Cup"));
    await userEvent.type(screen.getByRole("textbox", { name: "Cc" }), "extra@mail.example{Enter}");
    expect(shown("Cc")).toContain("extra@mail.example");
    await userEvent.click(button(names[to]!));
    await waitFor(() => expect([shown("To"), shown("Cc")]).toEqual([receivers, copies]));
    expect(screen.queryByRole("textbox", { name: "To" }) !== null).toBe(to === "forward");
    expect(screen.queryByRole("textbox", { name: "Subject" })).toBeNull();
  });

  it("keep the body as a draft each, and one without takes over the text", async () => {
    const { sent } = await mailbox();
    await userEvent.type(quick(), "Dear");
    await userEvent.click(button("Reply All"));
    await waitFor(() => expect(screen.getByRole("textbox", { name: "Message" }).textContent).toBe("Dear"));
    await waitFor(() => {
      const put = (mode: string) => sent.find(({ method, path }) => method === "PUT" && path.endsWith(`draft?mode=${mode}`))?.body;
      expect(put("quick")).toMatchObject({ text: "Dear", fields: { latest_seq: 1 } });
      expect(put("reply_all")).toMatchObject({ text: "Dear" });
    }, { timeout: 2000 });
  });
});

describe("recipients", () => {
  it.each([
    ["dana@mail.example", true], ["a.b+c@x-y.example", true], ["nobody", false], ["a@b", false], ["a b@c.example", false],
    ["a@b.example\r\nBcc: x@y.example", false], ["a@@b.example", false], ["a@b..example", false], ["", false],
  ])("%j is an address: %s", (address, right) => expect(isAddress(address)).toBe(right));

  it("are read from what is typed or pasted, each once", () => {
    const read = parsePeople('"Dana Example" <dana@mail.example>; kim@mail.example,\nnobody,');
    expect(read).toEqual([{ address: "dana@mail.example", name: "Dana Example" }, person("kim@mail.example"), person("nobody")]);
    expect(joined([person("KIM@mail.example")], read)).toHaveLength(3);
    expect(readPeople(["a@b.example", { address: "c@d.example" }, 7, null])).toEqual([person("a@b.example"), person("c@d.example")]);
    expect(readPeople(undefined)).toEqual([]);
  });

  it("that are no addresses are red, named, and can't be sent to", async () => {
    const { mails } = await mailbox();
    await userEvent.type(quick(), "Look");
    await userEvent.click(button("Forward"));
    await waitFor(() => expect(screen.getByText("Say to whom it goes")).toBeTruthy());
    await userEvent.type(screen.getByRole("textbox", { name: "To" }), "nobody{Enter}");
    expect(screen.getByRole("alert").textContent).toBe("Not an e-mail address: nobody");
    expect(button("Send").disabled).toBe(true);
    await userEvent.click(button("Remove nobody"));
    await userEvent.type(screen.getByRole("textbox", { name: "To" }), "potter@mail.example,");
    await waitFor(() => expect(button("Send").disabled).toBe(false));
    await userEvent.click(button("Send"));
    await waitFor(() => expect(mails()).toHaveLength(1));
    expect(mails()[0]).toMatchObject({ mode: "forward", to: [person("potter@mail.example")], text: "Look\n\n> The cup", html: "<div>Look</div><br><blockquote>The cup</blockquote>" });
    expect(mails()[0]).not.toHaveProperty("cc");
  });
});

describe("the latest mail", () => {
  it("stands guard while a reply is written, until it is read", async () => {
    const { arrives, mails, sent } = await mailbox();
    await userEvent.type(quick(), "Only the cup?");
    arrives({ id: 501, seq: 2, text: "And the pot" });
    await waitFor(() => expect(screen.getByText("You are not replying to the latest email")).toBeTruthy());
    expect([button("Send").disabled, button("Send and end").disabled]).toEqual([true, true]);
    await userEvent.type(quick(), "{Control>}{Enter}{/Control}");
    expect(mails()).toEqual([]);
    await userEvent.click(button("Read it"));
    expect(screen.queryByText("You are not replying to the latest email")).toBeNull();
    expect(sent.find(({ path }) => path === "/tasks/10/read")?.body).toEqual({ seq: 2 });
    await userEvent.type(quick(), "{Control>}{Enter}{/Control}");
    await waitFor(() => expect(mails()).toHaveLength(1));
    expect(mails()[0]).toMatchObject({ mode: "reply", latest_seq: 2, text: "Only the cup?" });
  });

  it("needs no reading while nothing is being written", async () => {
    const { arrives } = await mailbox();
    arrives({ id: 501, seq: 2 });
    await userEvent.type(quick(), "Yes");
    expect(screen.queryByText("You are not replying to the latest email")).toBeNull();
  });

  it("goes on guarding a draft that was written before it came", async () => {
    const { arrives } = await mailbox({ "/conversations/100/draft?mode=quick": { text: "Dear", version: 3, fields: { latest_seq: 1 } } });
    arrives({ id: 501, seq: 2 });
    expect(await screen.findByText("You are not replying to the latest email")).toBeTruthy();
  });

  it("is known to the server first: the text comes back and nothing is lost", async () => {
    const { desk } = await mailbox();
    const failure = { code: "not_latest", message: "", details: { latest_seq: 4 } };
    desk.outbox.items.set([{ key: "k", taskId: 10, conversationId: 100, text: "Only the cup?", attachments: [], createdAt: "2026-01-01T10:00:00Z", failure, mail: { composer: "reply_all", latestSeq: 1, cc: [person("lee@mail.example")] } }]);
    expect(await screen.findByText("You are not replying to the latest email")).toBeTruthy();
    await waitFor(() => expect(screen.getByRole("textbox", { name: "Message" }).textContent).toBe("Only the cup?"));
    expect(shown("Cc")).toEqual(["lee@mail.example"]);
    expect(button("Send").disabled).toBe(true);
    expect(desk.outbox.items.get()).toEqual([]);
  });
});

describe("a mail", () => {
  it("goes out as HTML only where it has styles or a quote, and what was typed stays text", () => {
    const item = { key: "k", taskId: 1, conversationId: 1, text: "a <b>", attachments: [], createdAt: "", failure: null };
    expect(newMail(item, { composer: "quick", latestSeq: 3 })).toEqual({ mode: "reply", latest_seq: 3, text: "a <b>", attachment_ids: [] });
    const styles = [{ kind: "bold" as const, start: 0, end: 1, url: null }];
    expect(newMail({ ...item, styles }, { composer: "reply", latestSeq: 3 }).html).toBe("<div><strong>a</strong> &lt;b&gt;</div>");
  });

  it("keeps lists, quotes, code and safe links", () => {
    const text = "one\ntwo\n\nsite";
    const link = (url: string) => ({ kind: "link" as const, start: 9, end: 13, url });
    expect(mailHtml({ text, marks: [{ kind: "bullet_list", start: 0, end: 7, url: null }, link("https://a.example/?a&b")] })).toContain(
      '<a href="https://a.example/?a&amp;b">site</a>',
    );
    expect(mailHtml({ text: "one\ntwo", marks: [{ kind: "bullet_list", start: 0, end: 7, url: null }] })).toBe("<ul><li>one</li><li>two</li></ul>");
    expect(mailHtml({ text, marks: [link("javascript:alert(1)")] })).not.toContain("href");
  });

  it("clears the copies of what was sent, and no draft of its own", () => {
    expect([isCopy("Dear", "Dear Dana"), isCopy("Dear Dana", "Dear Dana"), isCopy("Potter", "Dear Dana")]).toEqual([true, true, false]);
  });
});
