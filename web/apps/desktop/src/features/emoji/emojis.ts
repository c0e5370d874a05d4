import type { Language } from "../../shared/i18n.ts";

export interface Emoji {
  char: string;
  label: string;
  /** Everything it can be found by, in lower case. */
  words: string;
  /** For `:name:`; empty for some. */
  name: string;
  otherNames: readonly string[];
  group: number;
  /** The five skin tones, light to dark. */
  skins: readonly string[] | null;
}

const held = new Map<Language, Promise<readonly Emoji[]>>();

/** The emojis with their words in a language; fetched once, when first needed. */
export function loadEmojis(language: Language): Promise<readonly Emoji[]> {
  const known = held.get(language);
  if (known !== undefined) return known;
  const loading = (language === "de" ? import("virtual:emoji/de") : import("virtual:emoji/en")).then(({ default: rows }) =>
    rows.map(([char, label, words, names, group, skins]): Emoji => {
      const [name = "", ...otherNames] = names.split(" ");
      const found = `${label} ${words} ${names.replaceAll("_", " ")} ${names}`.toLowerCase();
      return { char, label, words: found, name, otherNames, group, skins: skins === 0 ? null : skins.split("|") };
    }),
  );
  held.set(language, loading);
  loading.catch(() => held.delete(language));
  return loading;
}

/** Those in which every word begins a word; whole names first. */
export function findEmojis(all: readonly Emoji[], query: string, most: number): Emoji[] {
  const wanted = query.toLowerCase().split(/[\s_]+/).filter(Boolean);
  if (wanted.length === 0) return [];
  const hits = all.flatMap((emoji, order) => {
    const fits = wanted.every((word) => emoji.words.startsWith(word) || emoji.words.includes(` ${word}`));
    if (!fits) return [];
    const first = wanted.join("_");
    const rank = emoji.name === first ? 0 : emoji.name.startsWith(first) ? 1 : emoji.label.toLowerCase().startsWith(wanted[0] ?? "") ? 2 : 3;
    return [{ emoji, rank, order }];
  });
  return hits.sort((a, b) => a.rank - b.rank || a.order - b.order).slice(0, most).map(({ emoji }) => emoji);
}

export function withTone(emoji: Emoji, tone: number): string {
  return tone === 0 ? emoji.char : (emoji.skins?.[tone - 1] ?? emoji.char);
}

/** `:nam` at the end of a text, which asks for suggestions; `:name:` asks for the emoji itself. */
export function typedName(before: string): { name: string; closed: boolean; length: number } | null {
  const match = /(?:^|[\s(])(:([a-z0-9_+-]{2,40})(:?))$/i.exec(before);
  if (match === null) return null;
  const [, whole = "", name = "", colon = ""] = match;
  return { name: name.toLowerCase(), closed: colon === ":", length: whole.length };
}
