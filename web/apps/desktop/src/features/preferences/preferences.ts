import { Store } from "../../shared/store.ts";
import { browserLanguage, isLanguage, type Language } from "../../shared/i18n.ts";
import type { SoundKind } from "../notifications/sound.ts";

export type UndoSeconds = 0 | 5 | 10 | 20;
export const UNDO_SECONDS: readonly UndoSeconds[] = [0, 5, 10, 20];

export interface PreferenceValues {
  theme: "auto" | "light" | "dark";
  language: Language;
  /** `kinds`: what is heard; silent, nothing is. */
  sound: { silent: boolean; volume: number; kinds: Record<SoundKind, boolean> };
  desktop_notifications: boolean;
  /** What is accepted opens its page in the other system, in a tab of its own. */
  screen_pop_opens: boolean;
  task_list_open: boolean;
  side_panel_open: boolean;
  /** Templates that the agent has marked, and used lately, newest first. */
  templates: { favourites: number[]; recent: number[] };
  /** For how many seconds a mail can be taken back. */
  undo_send_s: UndoSeconds;
  /** Stands below the agent's mails, before the mailbox's own. */
  signature: string;
  /** The agent's own chords; an empty one means none. Saved as a merge patch, so entries are never removed. */
  shortcuts: { enabled: boolean; chords: Record<string, string> };
}

const CACHE = "rapport.preferences";

function defaults(): PreferenceValues {
  return {
    theme: "auto",
    language: browserLanguage(),
    sound: { silent: false, volume: 0.6, kinds: heard({}) },
    desktop_notifications: false,
    screen_pop_opens: false,
    task_list_open: true,
    side_panel_open: true,
    templates: { favourites: [], recent: [] },
    undo_send_s: 5,
    signature: "",
    shortcuts: { enabled: true, chords: {} },
  };
}

type Save = (patch: Partial<PreferenceValues>) => Promise<unknown>;

/** The agent's own settings: kept in their profile, and in the browser for the time before signing in. */
export class Preferences {
  readonly values: Store<PreferenceValues>;
  private readonly save: Save;
  private pending: Partial<PreferenceValues> = {};
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(save: Save) {
    this.save = save;
    this.values = new Store(complete(readCache()));
  }

  load(stored: Record<string, unknown>): void {
    this.values.set({ ...complete({ ...this.values.get(), ...stored }), ...this.pending });
    this.cache();
  }

  change(patch: Partial<PreferenceValues>): void {
    this.values.update((values) => ({ ...values, ...patch }));
    this.cache();
    this.pending = { ...this.pending, ...patch };
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.push(), 400);
  }

  private async push(): Promise<void> {
    const sent = this.pending;
    try {
      await this.save(sent);
      if (this.pending === sent) this.pending = {};
    } catch {
      // Kept in the browser, and sent with the next change.
    }
  }

  private cache(): void {
    try {
      localStorage.setItem(CACHE, JSON.stringify(this.values.get()));
    } catch {
      // Without storage the settings come from the profile after signing in.
    }
  }
}

/** Unknown or broken stored values fall back to the defaults, one by one. */
export function complete(stored: Record<string, unknown>): PreferenceValues {
  const base = defaults();
  const sound = record(stored["sound"]);
  const shortcuts = record(stored["shortcuts"]);
  const templates = record(stored["templates"]);
  const theme = stored["theme"];
  return {
    theme: theme === "light" || theme === "dark" ? theme : "auto",
    language: isLanguage(stored["language"]) ? stored["language"] : base.language,
    sound: {
      silent: sound["silent"] === true,
      volume: typeof sound["volume"] === "number" ? Math.min(1, Math.max(0, sound["volume"])) : base.sound.volume,
      kinds: heard(record(sound["kinds"])),
    },
    desktop_notifications: stored["desktop_notifications"] === true,
    screen_pop_opens: stored["screen_pop_opens"] === true,
    task_list_open: stored["task_list_open"] !== false,
    side_panel_open: stored["side_panel_open"] !== false,
    templates: { favourites: numbers(templates["favourites"]), recent: numbers(templates["recent"]) },
    undo_send_s: UNDO_SECONDS.find((seconds) => seconds === stored["undo_send_s"]) ?? base.undo_send_s,
    signature: typeof stored["signature"] === "string" ? stored["signature"] : "",
    shortcuts: { enabled: shortcuts["enabled"] !== false, chords: record(shortcuts["chords"]) as Record<string, string> },
  };
}

/** Every kind is heard unless it was switched off. */
function heard(stored: Record<string, unknown>): Record<SoundKind, boolean> {
  return { offer: stored["offer"] !== false, message: stored["message"] !== false, outcome: stored["outcome"] !== false, warning: stored["warning"] !== false };
}

function numbers(value: unknown): number[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === "number") : [];
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function readCache(): Record<string, unknown> {
  try {
    return record(JSON.parse(localStorage.getItem(CACHE) ?? "{}"));
  } catch {
    return {};
  }
}
