import { createRequire } from "node:module";
import type { Plugin } from "vite";

const require = createRequire(import.meta.url);
const COMPONENT_GROUP = 2;

interface Entry {
  hexcode: string;
  unicode: string;
  label: string;
  tags?: string[];
  group?: number;
  order?: number;
  skins?: { hexcode: string; unicode: string }[];
}

/**
 * `virtual:emoji/<language>`: what the picker needs of emojibase-data (MIT), one small array per
 * language, so that the pages load neither the 50 MB of the package nor anything from elsewhere.
 */
export function emoji(): Plugin {
  return {
    name: "rapport-emoji",
    resolveId: (id) => (id.startsWith("virtual:emoji/") ? `\0${id}` : null),
    load: (id) => (id.startsWith("\0virtual:emoji/") ? `export default JSON.parse(${JSON.stringify(JSON.stringify(rows(id.slice(-2))))})` : null),
  };
}

/** [emoji, label, other words, short names, group, skin tones from light to dark or 0] */
function rows(language: string): unknown[] {
  const all = require(`emojibase-data/${language}/compact.json`) as Entry[];
  const names = require("emojibase-data/en/shortcodes/github.json") as Record<string, string | string[]>;
  return all
    .filter((entry) => entry.group !== undefined && entry.group !== COMPONENT_GROUP)
    .sort((a, b) => (a.order ?? 0) - (b.order ?? 0))
    .map((entry) => {
      const known = [names[entry.hexcode] ?? []].flat();
      // "+1" is a name too, but "thumbsup" is what people look for.
      const ordered = known.sort((a, b) => Number(/^[a-z]/i.test(b)) - Number(/^[a-z]/i.test(a)));
      const skins = entry.skins?.length === 5 ? entry.skins.map(character).join("|") : 0;
      return [character(entry), entry.label, (entry.tags ?? []).join(" "), ordered.join(" "), entry.group, skins];
    });
}

/** Without the variation selector where the character is an emoji anyway: it would cost an SMS. */
function character({ hexcode, unicode }: { hexcode: string; unicode: string }): string {
  const bare = String.fromCodePoint(...hexcode.split("-").map((part) => Number.parseInt(part, 16)));
  return /^\p{Emoji_Presentation}/u.test(bare) || bare.includes("\ufe0f") ? bare : unicode;
}
