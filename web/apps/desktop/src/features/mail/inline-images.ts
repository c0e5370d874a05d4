import type { Attachment } from "@rapport/api-client";

const IMAGES: ReadonlySet<string> = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);

/** What stands in the text where a picture is shown; in the plain text of the mail it stays. */
export function placeOf(name: string): string {
  return `[image: ${name.replace(/[[\]\n]/g, " ")}]`;
}

export function isPicture(file: { type: string }): boolean {
  return IMAGES.has(file.type);
}

/** HTML in which each place shows the picture of that name; the pictures go along with the mail. */
export function withPictures(html: string, attachments: readonly Attachment[]): string {
  let shown = html;
  for (const { id, filename, media_type } of attachments) {
    if (!IMAGES.has(media_type)) continue;
    const place = escaped(placeOf(filename));
    const at = shown.indexOf(place);
    if (at < 0) continue;
    shown = `${shown.slice(0, at)}<img src="cid:a${id}" alt="${escaped(filename)}">${shown.slice(at + place.length)}`;
  }
  return shown;
}

function escaped(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}
