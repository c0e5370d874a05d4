import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { Composer } from "../src/features/composer/Composer.tsx";
import { openDesk, task } from "./desk.ts";
import { show } from "./view.tsx";

const attachments = { uploads: [], add: () => undefined, remove: () => undefined, takeReady: () => [] };
const field = () => screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Message" });
const send = () => screen.getByRole<HTMLButtonElement>("button", { name: "Send" });

describe("composer", () => {
  it("disables Send over the limit and says in words how much to delete", async () => {
    const { desk } = openDesk();
    show(desk, <Composer task={task()} attachments={attachments} />);
    await userEvent.type(field(), "x".repeat(23));
    expect(send().disabled).toBe(true);
    expect(screen.getByText("23/20")).toBeTruthy();
    expect(screen.getByRole("alert").textContent).toBe("The message is too long: delete 3 characters to send it.");
    await userEvent.type(field(), "{Backspace}{Backspace}{Backspace}");
    expect(send().disabled).toBe(false);
  });

  it("sends with Enter and starts a new line with Shift+Enter", async () => {
    const { desk, sent } = openDesk();
    show(desk, <Composer task={task()} attachments={attachments} />);
    await userEvent.type(field(), "one{Shift>}{Enter}{/Shift}two{Enter}");
    await waitFor(() => expect(sent.find(({ path }) => path === "/tasks/10/messages")?.body).toMatchObject({ text: "one\ntwo" }));
    expect(field().value).toBe("");
  });

  it("says next to Send that the customer has left, and opens again when they are back", () => {
    const { desk } = openDesk();
    const left = show(desk, <Composer task={task({ customer_left_at: "2026-01-01T10:00:00Z" })} attachments={attachments} />);
    expect(screen.getByText("The customer has left")).toBeTruthy();
    left.unmount();
    show(desk, <Composer task={task()} attachments={attachments} />);
    expect(screen.queryByText("The customer has left")).toBeNull();
  });

  it("keeps the draft on the server, and takes it up again", async () => {
    const { desk, sent } = openDesk({}, { "/conversations/100/draft": { text: "Dear", version: 4 } });
    show(desk, <Composer task={task()} attachments={attachments} />);
    await waitFor(() => expect(field().value).toBe("Dear"));
    await userEvent.type(field(), " Dana");
    await waitFor(() => expect(sent.find(({ method }) => method === "PUT")?.body).toEqual({ text: "Dear Dana", version: 4 }), { timeout: 2000 });
  });

  it("loses nothing that was typed when the page closes before the server has it", async () => {
    const { desk } = openDesk();
    const page = show(desk, <Composer task={task()} attachments={attachments} />);
    await userEvent.type(field(), "half a sent");
    page.unmount();
    const again = openDesk();
    show(again.desk, <Composer task={task()} attachments={attachments} />);
    expect(field().value).toBe("half a sent");
  });
});
