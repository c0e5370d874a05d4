import { msg } from "@lingui/core/macro";
import type { Area } from "./areas.ts";
import type { Field } from "./forms/schema.ts";
import { layouts, type Section } from "./layouts.ts";
import { labelOf } from "./texts/texts.ts";
import type { Spec } from "./types.ts";

export interface ShownSection extends Omit<Section, "fields"> {
  id: string;
  fields: Field[];
}

/** Of accounts these have pages of their own; of hours everything has. */
const elsewhere: Record<string, (name: string, spec: Spec) => boolean> = {
  accounts: (name, spec) =>
    name === "channel" || name === "settings" || (name === "webchat" && spec["channel"] !== "webchat") || (name === "address" && spec["channel"] === "webchat"),
};

/** The sections of a form: as laid out, then the fields that no section names. */
export function sectionsFor(area: Area, fields: readonly Field[], spec: Spec): ShownSection[] {
  const shown = fields.filter(({ name }) => elsewhere[area.kind]?.(name, spec) !== true);
  const byName = new Map(shown.map((field) => [field.name, field]));
  if (area.only !== undefined) {
    const chosen = area.only.flatMap((name) => byName.get(name) ?? []);
    const plain = chosen.filter(({ type }) => type !== "group");
    const grouped = chosen.filter(({ type }) => type === "group").map((field) => ({ id: field.name, title: labelOf(field), fields: [field] }));
    return [...(plain.length > 0 ? [{ id: "plain", title: msg`Basics`, fields: plain }] : []), ...grouped];
  }
  const layout = layouts[area.kind];
  if (layout === undefined) return [{ id: "all", title: msg`Basics`, fields: shown }];
  if (area.kind === "hours") return [{ ...layout[0]!, id: "hours", fields: shown }];
  const named = new Set(layout.flatMap((section) => section.fields));
  const rest = shown.filter(({ name }) => !named.has(name));
  const sections = layout.map((section, index) => ({ ...section, id: String(index), fields: section.fields.flatMap((name) => byName.get(name) ?? []) }));
  if (rest.length > 0) sections.push({ id: "rest", title: msg`Further settings`, fields: rest, folded: true });
  return sections.filter((section) => section.fields.length > 0);
}
