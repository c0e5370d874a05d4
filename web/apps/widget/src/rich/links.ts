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
