import type { ApprovedTemplate, FilledTemplate } from "@rapport/api-client";

/** The values typed so far, by part, in the order of the template's fields. */
export interface Values {
  header: readonly string[];
  body: readonly string[];
  buttons: readonly string[];
}

export function fieldsOf(template: ApprovedTemplate): { header: number; body: number; buttons: number } {
  return { header: template.header_fields, body: template.body_fields, buttons: openButtons(template) };
}

export function emptyValues(template: ApprovedTemplate): Values {
  const { header, body, buttons } = fieldsOf(template);
  const blank = (count: number) => Array.from({ length: count }, () => "");
  return { header: blank(header), body: blank(body), buttons: blank(buttons) };
}

/** Null while a field is empty: the provider refuses a form with a hole. */
export function filledTemplate({ name, language }: ApprovedTemplate, values: Values): FilledTemplate | null {
  const trim = (list: readonly string[]) => list.map((value) => value.trim());
  const [header, body, buttons] = [trim(values.header), trim(values.body), trim(values.buttons)];
  if ([...header, ...body, ...buttons].includes("")) return null;
  return { name, language, header, body, buttons };
}

/** What the customer reads; a field that is still empty shows its place. */
export function preview(template: ApprovedTemplate, values: Values): string {
  const parts = [fill(template.header, values.header), fill(template.body, values.body), template.footer];
  return parts.filter((part) => part !== null && part !== "").join("\n\n");
}

/** Placeholders are `{{1}}` or `{{name}}`; values belong to them in order of first appearance. */
function fill(text: string | null, values: readonly string[]): string | null {
  if (text === null) return null;
  const seen: string[] = [];
  return text.replace(/\{\{\s*([^{}]+?)\s*\}\}/g, (whole, name: string) => {
    if (!seen.includes(name)) seen.push(name);
    const index = /^\d+$/.test(name) ? Number(name) - 1 : seen.indexOf(name);
    const value = values[index]?.trim() ?? "";
    return value === "" ? whole : value;
  });
}

/** The names of a part's fields, as the template calls them. */
export function fieldNames(text: string | null, count: number): string[] {
  const names = [...new Set([...(text ?? "").matchAll(/\{\{\s*([^{}]+?)\s*\}\}/g)].map(([, name]) => name ?? ""))];
  return Array.from({ length: count }, (_, index) => {
    const name = names[index];
    return name === undefined || /^\d+$/.test(name) ? String(index + 1) : name;
  });
}

/** Buttons whose address has an open end; only those at the front can be given one. */
function openButtons({ buttons }: ApprovedTemplate): number {
  const first = buttons.findIndex((button) => !JSON.stringify(button["url"] ?? "").includes("{{"));
  return first === -1 ? buttons.length : first;
}
