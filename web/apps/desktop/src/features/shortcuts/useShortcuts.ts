import { useEffect } from "react";
import type { Desk } from "../../shared/desk.ts";
import { chordOf } from "./chord.ts";
import { chordsOf, commands } from "./commands.ts";

/** Listens for chords everywhere, and for `?` outside text fields. */
export function useShortcuts(desk: Desk): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const state = desk.state.get();
      const { enabled, chords } = desk.preferences.values.get().shortcuts;
      if (!enabled || event.defaultPrevented || event.repeat || state === null) return;
      if (event.key === "?" && !event.ctrlKey && !event.altKey && !event.metaKey && !inField(event.target)) {
        event.preventDefault();
        desk.ui.open({ name: "shortcuts" });
        return;
      }
      const chord = chordOf(event);
      if (chord === null) return;
      // An open dialog keeps the keyboard, except for the palette and the overlay, or the way out of RONA.
      const dialog = desk.ui.state.get().dialog;
      const held = chordsOf(chords);
      const command = commands.find(({ id }) => held.get(id) === chord || (id === "page.palette" && chord === "Meta+KeyK"));
      if (command === undefined) return;
      const allowed = dialog?.name === "rona" ? ["state.available"] : ["page.palette", "page.shortcuts"];
      if (dialog !== null && !allowed.includes(command.id)) return;
      event.preventDefault();
      if (command.available?.(state, desk) !== false) command.run(desk);
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, [desk]);
}

function inField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]") !== null;
}
