import type { Host } from "../host";
import type { Texts } from "./en";

export type TextKey = keyof Texts;
export type Say = (key: TextKey, values?: Record<string, string | number>) => string;

/** English is built in; another language is a part of its own, and English stands in if it fails. */
export async function loadTexts(host: Host): Promise<Partial<Texts>> {
  if (!/^de\b/i.test(host.locale)) return {};
  return host.part<Texts>("de").catch(() => ({}));
}

/** Looks a text up in the first source that has it, and fills its `{…}` places. */
export function sayer(...sources: Partial<Record<string, string>>[]): Say {
  return (key, values = {}) => {
    const text = sources.find((source) => source[key])?.[key] ?? "";
    return text.replace(/\{(\w+)\}/g, (_, name: string) => `${values[name] ?? ""}`);
  };
}
