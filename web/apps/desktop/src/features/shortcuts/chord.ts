/** A chord is written as its modifiers and the physical key: "Ctrl+Alt+KeyA". */

const MODIFIER_CODES = /^(Control|Alt|Shift|Meta|AltGraph|OS)/;

interface KeyPress {
  code: string;
  ctrlKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
  metaKey: boolean;
  getModifierState: (key: string) => boolean;
}

/** The chord of a key press; null while only modifiers are down, or when AltGr types a character. */
export function chordOf(event: KeyPress): string | null {
  if (MODIFIER_CODES.test(event.code) || event.code === "") return null;
  // AltGr reports itself as Ctrl+Alt on Windows: it must never trigger a command.
  if (event.getModifierState("AltGraph")) return null;
  const parts: string[] = [];
  if (event.ctrlKey) parts.push("Ctrl");
  if (event.altKey) parts.push("Alt");
  if (event.shiftKey) parts.push("Shift");
  if (event.metaKey) parts.push("Meta");
  return [...parts, event.code].join("+");
}

/** "Ctrl+Alt+KeyA" → "Ctrl Alt A" */
export function chordText(chord: string): string {
  const names: Record<string, string> = { Slash: "/", Comma: ",", Period: ".", ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→" };
  const mac = navigator.platform.startsWith("Mac");
  return chord
    .split("+")
    .map((part) => (mac && part === "Alt" ? "Option" : (names[part] ?? part.replace(/^(Key|Digit)/, ""))))
    .join(" ");
}

/** The command that already has a chord, if any. */
export function conflict(chords: ReadonlyMap<string, string | null>, chord: string, except: string): string | null {
  for (const [id, held] of chords) if (held === chord && id !== except) return id;
  return null;
}
