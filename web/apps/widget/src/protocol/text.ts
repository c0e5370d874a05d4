/** A run of plain text, or an address that can be followed. */
export type Segment = { text: string; href?: string };

const LINK = /\bhttps?:\/\/[^\s<>"'`]+|\bwww\.[^\s<>"'`]+|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+/gi;

/** Finds web and mail addresses. Only these schemes ever become links. */
export function linkify(text: string): Segment[] {
  const segments: Segment[] = [];
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    const found = trimmed(match[0]);
    if (match.index > end) segments.push({ text: text.slice(end, match.index) });
    const href = /^https?:/i.test(found)
      ? found
      : found.includes("@") && !/^www\./i.test(found)
        ? `mailto:${found}`
        : `https://${found}`;
    segments.push({ text: found, href });
    end = match.index + found.length;
  }
  if (end < text.length) segments.push({ text: text.slice(end) });
  return segments;
}

/** Leaves the sentence's own punctuation, and a bracket that was opened before it, outside the link. */
function trimmed(link: string): string {
  let found = link.replace(/[.,;:!?]+$/, "");
  if (found.endsWith(")") && !found.includes("(")) found = found.slice(0, -1);
  return found;
}

/** Characters as the server counts them: by code point, not by UTF-16 unit. */
export function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** Whether a file's type is on the list; entries are `image/png`, `image/*`, `.pdf` or `*`. */
export function typeAllowed(types: readonly string[], name: string, mediaType: string): boolean {
  if (!types.length) return true;
  const lower = name.toLowerCase();
  return types.some(
    (type) =>
      type === "*" ||
      type === "*/*" ||
      type === mediaType ||
      (type.endsWith("/*") && mediaType.startsWith(type.slice(0, -1))) ||
      (!type.includes("/") && lower.endsWith(type.startsWith(".") ? type : `.${type}`)),
  );
}
