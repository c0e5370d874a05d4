import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import ConferenceDialog from "../src/features/conference/ConferenceDialog.tsx";
import ConsentDialog from "../src/features/wrap-up/ConsentDialog.tsx";
import TransferDialog from "../src/features/transfer/TransferDialog.tsx";
import WrapUpDialog from "../src/features/wrap-up/WrapUpDialog.tsx";
import { leg, openDesk, task } from "./desk.ts";
import { show } from "./view.tsx";

const targets = {
  queues: [{ id: 3, name: "Help", waiting: 2, available_agents: 1 }],
  agents: [
    { id: 2, name: "Bea", status: "available", idle_code_id: null, supervisor: true, reachable: true, reason: null },
    { id: 4, name: "Dev", status: "idle", idle_code_id: null, supervisor: false, reachable: false, reason: "agent_at_capacity" },
  ],
};

describe("dialogs", () => {
  it("transfers to the queue chosen by keyboard alone", async () => {
    const { desk, sent } = openDesk({}, { "/tasks/10/transfer-targets": targets, "/tasks/10/transfer": { task: task({ version: 2 }) } });
    show(desk, <TransferDialog dialog={{ name: "transfer", taskId: 10 }} onClose={() => undefined} />);
    await screen.findByRole("option", { name: /Help/ });
    await waitFor(() => expect(document.activeElement).toBe(screen.getByRole("combobox")));
    await userEvent.keyboard("hel{Enter}{Enter}");
    await waitFor(() => expect(sent.find(({ path }) => path === "/tasks/10/transfer")?.body).toEqual({ epoch: 1, queue_id: 3 }));
  });

  it("lists unreachable agents with the reason, and does not let them be chosen", async () => {
    const { desk } = openDesk({}, { "/tasks/10/conference-targets": targets });
    show(desk, <ConferenceDialog dialog={{ name: "conference", taskId: 10 }} onClose={() => undefined} />);
    const dev = await screen.findByRole("option", { name: /Dev/ });
    expect(dev.getAttribute("aria-disabled")).toBe("true");
    expect(dev.textContent).toContain("No capacity left");
    await userEvent.click(dev);
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "Conference" }).disabled).toBe(true);
  });

  it("submits one wrap-up reason where the channel takes one, of those valid for the queue", async () => {
    const wrapping = task({ legs: [leg({ state: "wrapping_up", wrap_up_at: "2026-01-01T10:00:00Z", due_at: "2026-01-01T10:02:00Z" })] });
    const closed = task({ version: 2, legs: [leg({ state: "closed" })] });
    const { desk, sent } = openDesk({ tasks: [wrapping] }, { "/tasks/10/wrap-up": { task: closed } });
    const onClose = vi.fn();
    show(desk, <WrapUpDialog dialog={{ name: "wrap_up", taskId: 10 }} onClose={onClose} />);
    expect(screen.queryByRole("option", { name: "Refund" })).toBeNull();
    expect(screen.getByText("Cancel timer")).toBeTruthy();
    await userEvent.click(screen.getByRole("option", { name: "Solved" }));
    await userEvent.click(screen.getByRole("button", { name: "Submit Wrap Up" }));
    await waitFor(() => expect(onClose).toHaveBeenCalled());
    expect(sent.find(({ path }) => path === "/tasks/10/wrap-up")?.body).toEqual({ reason_ids: [1] });
    expect(desk.state.get()?.tasks.size).toBe(0);
  });

  it("asks for consent before ending a conference, and says so to the server", async () => {
    const parts = [leg(), leg({ id: 2, agent_id: 2, role: "invited", origin: "conference" })];
    const { desk, sent } = openDesk({ tasks: [task({ legs: parts })] }, { "/tasks/10/conference/end": { task: task({ version: 2 }) } });
    show(desk, <ConsentDialog dialog={{ name: "consent", taskId: 10 }} onClose={() => undefined} />);
    await userEvent.click(screen.getByRole("button", { name: /The customer agrees/ }));
    await waitFor(() => expect(sent.find(({ path }) => path === "/tasks/10/conference/end")?.body).toEqual({ epoch: 1, consent: true }));
  });

  it("offers the reasons of the queue that the agent's part was in", async () => {
    const mine = leg({ state: "wrapping_up", queue_id: 99 });
    const { desk } = openDesk({ tasks: [task({ queue_id: 1, legs: [mine] })] });
    show(desk, <WrapUpDialog dialog={{ name: "wrap_up", taskId: 10 }} onClose={() => undefined} />);
    expect(await screen.findByRole("option", { name: /Refund/ })).toBeTruthy();
  });
});
