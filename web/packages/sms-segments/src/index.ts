// How a text becomes SMS segments; the twin of `src/rapport/domain/segments.py`, which names the
// standards. Both keep the table `tests/unit/domain/segments.json`.

export type Encoding = "gsm" | "ucs2";

/** `used` units of the encoding, and `left` in the last segment. No text is no segment. */
export interface Segments {
  encoding: Encoding;
  count: number;
  used: number;
  left: number;
}

const BASIC = new Set(
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
);
const EXTENSION = new Set("\f^{}\\[~]|€");
const ALONE: Record<Encoding, number> = { gsm: 160, ucs2: 70 };
const JOINED: Record<Encoding, number> = { gsm: 153, ucs2: 67 };

/** GSM 7-bit if every character is in its alphabet or the extension, else UCS-2. */
export function encodingOf(text: string): Encoding {
  for (const char of text) if (!BASIC.has(char) && !EXTENSION.has(char)) return "ucs2";
  return "gsm";
}

/** Counts the segments of a text as `split` cuts it. */
export function segments(text: string): Segments {
  const encoding = encodingOf(text);
  const used = costOf(text, encoding);
  if (used <= ALONE[encoding]) return { encoding, count: text ? 1 : 0, used, left: ALONE[encoding] - used };
  const parts = split(text);
  return { encoding, count: parts.length, used, left: JOINED[encoding] - costOf(parts.at(-1) ?? "", encoding) };
}

/** Cuts a text into segments; neither a surrogate pair nor an escaped character is torn. */
export function split(text: string): string[] {
  const encoding = encodingOf(text);
  if (!text) return [];
  if (costOf(text, encoding) <= ALONE[encoding]) return [text];
  const parts: string[] = [];
  let part = "";
  let room = JOINED[encoding];
  for (const char of text) {
    const cost = costOf(char, encoding);
    if (cost > room) {
      parts.push(part);
      part = "";
      room = JOINED[encoding];
    }
    part += char;
    room -= cost;
  }
  parts.push(part);
  return parts;
}

function costOf(text: string, encoding: Encoding): number {
  if (encoding === "ucs2") return text.length;
  let cost = 0;
  for (const char of text) cost += EXTENSION.has(char) ? 2 : 1;
  return cost;
}
