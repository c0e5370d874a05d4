import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { Snapshot } from "@rapport/api-client";
import { describe, expect, it } from "vitest";
import { fieldNames, filledTemplate, preview } from "../src/features/approved-template/filled.ts";
import { Composer } from "../src/features/composer/Composer.tsx";
import { findEmojis, loadEmojis, typedName, withTone } from "../src/features/emoji/emojis.ts";
import { localValue, parkingTimes } from "../src/features/park/times.ts";
import { capabilities, message, openDesk, snapshot, task } from "./desk.ts";
import { show } from "./view.tsx";

const attachments = { uploads: [], add: () => undefined, remove: () => undefined, takeReady: () => [] };
const ago = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();

async function composer(over: Partial<typeof capabilities>, lastHeard: string | null, changes: Parameters<typeof task>[0] = {}) {
  const catalog: Snapshot["catalog"] = {
    ...snapshot().catalog,
    accounts: [{ id: 1, name: "Shop", channel: "whatsapp", address: "1", capabilities: { ...capabilities, ...over } }],
  };
  const held = task({ channel: "whatsapp", ...changes });
  const items = lastHeard === null ? [] : [message({ created_at: lastHeard })];
  const { desk, sent } = openDesk({ catalog, tasks: [held] }, { "/conversations/100/messages": { items, has_more: false } });
  desk.threads.ensure(100);
  show(desk, <Composer task={held} attachments={attachments} />);
  await new Promise((done) => setTimeout(done));
  return { desk, sent };
}
const field = () => screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Message" });

describe("the window for free messages", () => {
  it("is open while the customer's last message is recent", async () => {
    await composer({ window_s: 86_400 }, ago(2));
    expect(field().disabled).toBe(false);
  });

  it("is announced in its last hour", async () => {
    await composer({ window_s: 86_400 }, ago(23.5));
    expect(await screen.findByText(/^Free messages are possible until/)).toBeTruthy();
    expect(field().disabled).toBe(false);
  });

  it("closes the field with the reason, and offers a template where the channel has them", async () => {
    const { desk } = await composer({ window_s: 86_400, approved_templates: true }, ago(25));
    expect(await screen.findByText(/Send an approved template, or wait/)).toBeTruthy();
    expect(field().disabled).toBe(true);
    await userEvent.click(screen.getByRole("button", { name: "Send an approved template" }));
    expect(desk.ui.state.get().dialog).toEqual({ name: "approved_template", taskId: 10 });
  });

  it("is not guessed while nothing of the customer is known", async () => {
    await composer({ window_s: 86_400 }, null);
    expect(field().disabled).toBe(false);
  });

  it("says that the customer has opted out", async () => {
    await composer({}, ago(1), { customer_opted_out_at: ago(1) });
    expect(screen.getByText(/They can opt in again by writing START/)).toBeTruthy();
    expect(field().disabled).toBe(true);
  });
});

describe("an internal note", () => {
  it("goes out as a note, also after an opt-out, and the message field is back", async () => {
    const { desk, sent } = await composer({}, ago(1), { customer_opted_out_at: ago(1) });
    await userEvent.click(screen.getByRole("tab", { name: "Internal note" }));
    await userEvent.type(screen.getByRole("textbox", { name: "Internal note" }), "Called before{Enter}");
    expect(sent.find(({ path }) => path === "/tasks/10/messages")?.body).toMatchObject({ text: "Called before", note: true });
    expect(desk.ui.state.get().note).toBe(false);
  });
});

describe("an approved template", () => {
  const form = {
    name: "order", language: "en", category: "UTILITY", status: "APPROVED", synced_at: "", header: "Hello {{1}}", body: "{{2}} and {{1}}",
    footer: "Shop", buttons: [{ type: "URL", url: "https://a.example/{{1}}" }, { type: "QUICK_REPLY" }], header_fields: 1, body_fields: 2,
  };
  it("is not ready while a field is empty", () => {
    expect(filledTemplate(form, { header: ["Dana"], body: ["a", " "], buttons: ["x"] })).toBeNull();
    expect(filledTemplate(form, { header: ["Dana "], body: ["a", "b"], buttons: ["x"] })).toEqual({
      name: "order", language: "en", header: ["Dana"], body: ["a", "b"], buttons: ["x"],
    });
  });
  it("shows what the customer will read, by the fields' numbers or names", () => {
    expect(preview(form, { header: ["Dana"], body: ["a", ""], buttons: [] })).toBe("Hello Dana\n\n{{2}} and a\n\nShop");
    const named = { ...form, header: null, footer: null, body: "{{city}}, {{day}}, {{city}}" };
    expect(preview(named, { header: [], body: ["Oslo", "Monday"], buttons: [] })).toBe("Oslo, Monday, Oslo");
    expect(fieldNames(named.body, 2)).toEqual(["city", "day"]);
  });
});

describe("emojis", () => {
  it.each([
    ["Thanks :thumb", "thumb", false], [":tada:", "tada", true], ["at 10:30", null, false], ["a:b", null, false], ["x :D", null, false], ["(:smile", "smile", false],
  ])("%s asks for %s", (before, name, closed) => {
    const found = typedName(before);
    expect(found?.name ?? null).toBe(name);
    if (found !== null) expect(found.closed).toBe(closed);
  });

  it("are found by name, word and language, and carry skin tones", async () => {
    const english = await loadEmojis("en");
    const german = await loadEmojis("de");
    expect(findEmojis(english, "thumbsup", 1)[0]?.char).toBe("👍");
    expect(findEmojis(english, "heart", 200).length).toBeGreaterThan(10);
    expect(findEmojis(german, "teekanne", 3).map((each) => each.char)).toContain("🫖");
    expect(findEmojis(english, "no such thing", 3)).toEqual([]);
    const wave = findEmojis(english, "wave", 1)[0];
    expect(wave && [withTone(wave, 0), withTone(wave, 5)]).toEqual(["👋", "👋🏿"]);
    expect(new Set(english.map((each) => each.char)).size).toBe(english.length);
  });
});

describe("parking", () => {
  it("offers times that lie ahead, tomorrow at nine", () => {
    const now = new Date(2026, 0, 31, 23, 50);
    const times = parkingTimes(now);
    expect(times.every(({ at }) => at > now)).toBe(true);
    expect(localValue(times[3]!.at)).toBe("2026-02-01T09:00");
    expect(localValue(times[0]!.at)).toBe("2026-02-01T00:05");
  });
});
