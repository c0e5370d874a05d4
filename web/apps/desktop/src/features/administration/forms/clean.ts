import type { Spec, Value } from "../types.ts";
import type { Field } from "./schema.ts";

/** Values as they are sent: lines that are empty, and spaces around the others, are nobody's wish. */
export function cleaned(fields: readonly Field[], spec: Spec): Spec {
  return Object.fromEntries(
    Object.entries(spec).map(([name, value]) => {
      const field = fields.find((each) => each.name === name);
      return [name, field === undefined ? value : cleanValue(field, value)];
    }),
  );
}

function cleanValue(field: Field, value: Value): Value {
  if (value === null) return value;
  if (field.type === "texts" && Array.isArray(value)) return value.map((line) => String(line).trim()).filter(Boolean);
  if (field.type === "group") return cleaned(field.fields, value as Spec);
  if (field.type === "rows" && Array.isArray(value)) return value.map((row) => cleaned(field.fields, row as Spec));
  return value;
}
