import { Store } from "../../shared/store.ts";
import { browserLanguage, isLanguage, type Language } from "../../shared/i18n.ts";

export interface PreferenceValues {
  theme: "auto" | "light" | "dark";
  language: Language;
  sound: { silent: boolean; volume: number };
  desktop_notifications: boolean;
  task_list_open: boolean;
  side_panel_open: boolean;
  /** The agent's own chords; an empty one means none. Saved as a merge patch, so entries are never removed. */
  shortcuts: { enabled: boolean; chords: Record<string, string> };
}

const CACHE = "rapport.preferences";

function defaults(): PreferenceValues {
  return {
    theme: "auto",
    language: browserLanguage(),
    sound: { silent: false, volume: 0.6 },
    desktop_notifications: false,
    task_list_open: true,
    side_panel_open: true,
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
  const theme = stored["theme"];
  return {
    theme: theme === "light" || theme === "dark" ? theme : "auto",
    language: isLanguage(stored["language"]) ? stored["language"] : base.language,
    sound: {
      silent: sound["silent"] === true,
      volume: typeof sound["volume"] === "number" ? Math.min(1, Math.max(0, sound["volume"])) : base.sound.volume,
    },
    desktop_notifications: stored["desktop_notifications"] === true,
    task_list_open: stored["task_list_open"] !== false,
    side_panel_open: stored["side_panel_open"] !== false,
    shortcuts: { enabled: shortcuts["enabled"] !== false, chords: record(shortcuts["chords"]) as Record<string, string> },
  };
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
