import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { Attachment, Content, Message } from "@rapport/api-client";
import { beforeEach, describe, expect, it } from "vitest";
import { MessageBubble } from "../src/features/conversation/MessageBubble.tsx";
import { readContacts, readOrder } from "../src/features/conversation/kinds.ts";
import { message, openDesk, task } from "./desk.ts";
import { show } from "./view.tsx";

const content = (over: Partial<Content>): Content => ({
  kind: "text", styles: [], reply_to_seq: null, quick_reply: null, location: null, details: null, template: null,
  buttons: [], reaction: null, edited_at: null, deleted_at: null, ...over,
});
const file = (over: Partial<Attachment>): Attachment => ({
  id: 1, filename: "f", media_type: "image/png", size: 10, url: "/api/v1/attachments/1", state: "ready", refusal: null, ...over,
});
const style = (kind: Content["styles"][number]["kind"], start: number, end: number, url: string | null = null) => ({ kind, start, end, url });

function bubble(over: Partial<Message>) {
  const held = openDesk({}, { "/tasks/10": { message: message(), woken: true } });
  const view = show(held.desk, <MessageBubble message={message(over)} task={task()} last />);
  return { ...held, ...view };
}

beforeEach(() => {
  document.body.innerHTML = "";
});

describe("a message", () => {
  it("shows styles that overlap, counted in code points", () => {
    const { container } = bubble({ text: "👍🏽 one two", content: content({ styles: [style("bold", 3, 10), style("italic", 7, 10)] }) });
    expect([...container.querySelectorAll("strong")].map((each) => each.textContent)).toEqual(["one ", "two"]);
    expect([...container.querySelectorAll("em")].map((each) => each.textContent)).toEqual(["two"]);
  });

  it("opens links apart from this page, and never what runs", () => {
    const links = [style("link", 0, 4, "https://shop.example/"), style("link", 5, 8, "javascript:alert(1)")];
    bubble({ text: "good bad https://plain.example/x.", content: content({ styles: links }) });
    const found = screen.getAllByRole("link");
    expect(found.map((each) => each.getAttribute("href"))).toEqual(["https://shop.example/", "https://plain.example/x"]);
    expect(found.every((each) => each.getAttribute("rel") === "noopener noreferrer")).toBe(true);
  });

  it("shows lists and quotes by lines", () => {
    const { container } = bubble({ text: "a\nb\nc", content: content({ styles: [style("ordered_list", 0, 3), style("quote", 4, 5)] }) });
    expect(container.textContent).toContain("1. a");
    expect(container.textContent).toContain("2. b");
    expect(container.querySelectorAll("[data-quote]")).toHaveLength(1);
  });

  it("says what kind it is, and nothing twice", () => {
    const order = { items: [{ product: "cup-7", quantity: 2, price: 12.5, currency: "EUR" }] };
    const { container } = bubble({ text: "Please\n2 × cup-7 (12.5 EUR)", content: content({ kind: "order", details: order }) });
    expect(screen.getByRole("table", { name: "Order" }).textContent).toContain("cup-7");
    expect(container.textContent?.match(/cup-7/g)).toHaveLength(1);
    expect(container.textContent).toContain("Please");
  });

  it.each<[string, Partial<Content>, string]>([
    ["an echo", { kind: "echo" }, "Sent from the page's inbox"],
    ["a template", { kind: "template", template: { name: "order_sent", language: "en", header: [], body: [], buttons: [] } }, "Approved template order_sent"],
    ["a pressed button", { kind: "interactive", quick_reply: "yes" }, "Pressed a button"],
    ["a form", { kind: "interactive", details: { type: "nfm_reply" } }, "Filled in a form"],
    ["a forwarded one", { details: { forwarded: true } }, "Forwarded"],
    ["an edited one", { edited_at: "2026-01-01T10:01:00Z" }, "edited"],
    ["a place", { kind: "location", location: { latitude: 1, longitude: 2, name: "Shop", address: "1 Street" } }, "1 Street"],
    ["a contact", { kind: "contacts", details: { contacts: [{ name: "Grace", phones: ["+1 555 0100"], emails: [] }] } }, "+1 555 0100"],
  ])("tells %s", (_, over, words) => {
    const { container } = bubble({ text: "Text", content: content(over) });
    expect(container.textContent).toContain(words);
  });

  it("leaves nothing of a deleted message but a line that says so", () => {
    const { container } = bubble({ text: "secret", content: content({ deleted_at: "2026-01-01T10:01:00Z" }) });
    expect(screen.getByText("Deleted by the customer")).toBeTruthy();
    expect(container.textContent).not.toContain("secret");
  });

  it("waits calmly for files, says why one is gone, and plays recordings in place", () => {
    const files = [
      file({ id: 1, filename: "later.png", state: "fetching" }),
      file({ id: 2, filename: "gone.pdf", state: "refused", refusal: { code: "no_file", message: "x" } }),
      file({ id: 3, filename: "note.ogg", media_type: "audio/ogg" }),
    ];
    bubble({ text: "", attachments: files });
    expect(screen.getByText("On its way…")).toBeTruthy();
    expect(screen.getByText("The file is not available at the provider.")).toBeTruthy();
    expect(screen.getByLabelText("Recording note.ogg").tagName).toBe("AUDIO");
  });

  it("survives whatever a provider puts into details", () => {
    for (const details of [null, {}, { items: 1, contacts: "x" }, { items: [null, 3, {}], contacts: [[], { phones: 7 }] }]) {
      expect(readOrder(content({ kind: "order", details })).every((item) => item.product === "?")).toBe(true);
      expect(readContacts(content({ kind: "contacts", details })).every((card) => card.name === "")).toBe(true);
    }
  });
});

describe("a message on its way", () => {
  const own = { direction: "outbound" as const, author: { kind: "agent" as const, id: 1 } };

  it.each([
    ["queued", "Sending"], ["sent", "Sent"], ["delivered", "Delivered"], ["read", "Read"], ["failed", "Not delivered"], ["unknown", "Not confirmed"],
  ] as const)("says %s in words, not by colour alone", (status, words) => {
    bubble({ ...own, status });
    expect(screen.getByTitle(words).textContent).toBe(words);
  });

  it("tells the time of each stage it has reached", () => {
    bubble({ ...own, status: "read", sent_at: "2026-01-01T10:00:00Z", read_at: "2026-01-01T10:05:00Z" });
    expect(screen.getByTitle(/^Sent .+ Read .+$/)).toBeTruthy();
  });

  it("says why it waits, and can be sent now or taken back", async () => {
    const { sent } = bubble({ ...own, status: "queued", error: { code: "offline_line", message: "The line is down." } });
    expect(screen.getByText(/Waits: The line is down\./)).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Send now" }));
    await waitFor(() => expect(sent.map(({ path }) => path)).toContain("/tasks/10/send-now"));
    await userEvent.click(screen.getByRole("button", { name: "Cancel" }));
    await waitFor(() => expect(sent.map(({ path }) => path)).toContain("/tasks/10/messages/500/cancel"));
  });

  it("has a menu that arrow keys walk and Escape closes", async () => {
    const { desk } = bubble({ ...own, status: "sent" });
    const button = screen.getByRole("button", { name: "Message actions" });
    await userEvent.click(button);
    expect(screen.getAllByRole("menuitem", { hidden: true }).map((each) => each.textContent)).toEqual(["Copy", "Details"]);
    await userEvent.keyboard("{ArrowDown}");
    expect(document.activeElement?.textContent).toBe("Details");
    await userEvent.keyboard("{Escape}");
    expect(document.activeElement).toBe(button);
    await userEvent.click(button);
    await userEvent.keyboard("{ArrowDown}{Enter}");
    expect(desk.ui.state.get().dialog?.name).toBe("message");
  });
});
