import { describe, expect, it, vi } from "vitest";
import { chordOf, chordText, conflict } from "../src/features/shortcuts/chord.ts";
import { chordsOf, commands } from "../src/features/shortcuts/commands.ts";
import { leg, openDesk, task } from "./desk.ts";

const press = (over: object) => ({
  code: "KeyA", ctrlKey: false, altKey: false, shiftKey: false, metaKey: false, getModifierState: () => false, ...over,
});

describe("shortcuts", () => {
  it("match on the physical key, whatever the layout", () => {
    expect(chordOf(press({ ctrlKey: true, altKey: true, key: "å" }))).toBe("Ctrl+Alt+KeyA");
    expect(chordOf(press({ code: "ControlLeft", ctrlKey: true }))).toBeNull();
  });

  it("leave AltGr alone, which types characters on many keyboards", () => {
    const altGr = (key: string) => key === "AltGraph";
    expect(chordOf(press({ code: "KeyE", ctrlKey: true, altKey: true, getModifierState: altGr }))).toBeNull();
  });

  it("have no conflicting defaults", () => {
    const chords = commands.flatMap(({ chord }) => (chord === null ? [] : [chord]));
    expect(new Set(chords).size).toBe(chords.length);
  });

  it("can be remapped and removed, and conflicts are found", () => {
    const chords = chordsOf({ "request.accept": "Ctrl+Alt+KeyQ", "conversation.end": "" });
    expect(chords.get("request.accept")).toBe("Ctrl+Alt+KeyQ");
    expect(chords.get("conversation.end")).toBeNull();
    expect(conflict(chords, "Ctrl+Alt+KeyQ", "page.theme")).toBe("request.accept");
    expect(conflict(chords, "Ctrl+Alt+KeyQ", "request.accept")).toBeNull();
    expect(chordText("Ctrl+Alt+Digit8")).toBe("Ctrl Alt 8");
  });

  it("offer only what the open conversation allows", () => {
    const { desk } = openDesk();
    const state = desk.state.get();
    if (state === null) throw new Error("no state");
    const transfer = commands.find(({ id }) => id === "conversation.transfer");
    expect(transfer?.available?.(state, desk)).toBe(false);
    desk.ui.currentTask = () => 10;
    expect(transfer?.available?.(state, desk)).toBe(true);
    transfer?.run(desk);
    expect(desk.ui.state.get().dialog).toEqual({ name: "transfer", taskId: 10 });
  });

  it("accept the earliest request", async () => {
    const offers = [
      task({ id: 11, state: "offered", legs: [leg({ state: "offered", offered_at: "2026-01-01T10:05:00Z" })] }),
      task({ id: 12, state: "offered", legs: [leg({ state: "offered", offered_at: "2026-01-01T10:01:00Z" })] }),
    ];
    const { desk, sent } = openDesk({ tasks: offers }, { "/tasks/12/accept": { task: task({ id: 12, version: 2 }) } });
    commands.find(({ id }) => id === "request.accept")?.run(desk);
    await vi.waitFor(() => expect(sent.map(({ path }) => path)).toContain("/tasks/12/accept"));
  });
});
