import { Store } from "../../shared/store.ts";

const NAME = "rapport.emoji";
const KEPT = 24;

interface Kept {
  recent: readonly string[];
  /** 0: none; 1 to 5: light to dark. */
  tone: number;
}

/** What this agent used last, and in which skin tone; kept in this browser. */
export const emojiHabits = new Store<Kept>(read());

export function noteUsed(char: string): void {
  keep({ ...emojiHabits.get(), recent: [char, ...emojiHabits.get().recent.filter((each) => each !== char)].slice(0, KEPT) });
}

export function chooseTone(tone: number): void {
  keep({ ...emojiHabits.get(), tone });
}

function keep(value: Kept): void {
  emojiHabits.set(value);
  try {
    localStorage.setItem(NAME, JSON.stringify(value));
  } catch {
    // Remembered for this page only.
  }
}

function read(): Kept {
  try {
    const { recent, tone } = JSON.parse(localStorage.getItem(NAME) ?? "{}") as Partial<Kept>;
    return {
      recent: Array.isArray(recent) ? recent.filter((each) => typeof each === "string").slice(0, KEPT) : [],
      tone: typeof tone === "number" && tone >= 0 && tone <= 5 ? tone : 0,
    };
  } catch {
    return { recent: [], tone: 0 };
  }
}
