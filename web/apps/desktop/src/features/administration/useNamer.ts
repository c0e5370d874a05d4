import { useQueries } from "@tanstack/react-query";
import { useDesk } from "../../shared/desk.ts";
import { itemsQuery } from "./data.ts";
import type { Field } from "./forms/schema.ts";
import type { Spec, Value } from "./types.ts";

/** Writes names where a spec has ids, for people to compare. */
export function useNamer(fields: readonly Field[]): (spec: Spec) => Spec {
  const desk = useDesk();
  const kinds = [...new Set(kindsOf(fields))];
  const names = new Map<string, string>();
  useQueries({ queries: kinds.map((kind) => itemsQuery(desk, kind)) }).forEach(({ data }, index) => {
    for (const item of data ?? []) names.set(`${kinds[index]} ${item.id}`, item.name);
  });
  const named = (kind: string, id: Value) => names.get(`${kind} ${String(id)}`) ?? id;
  const specOf = (inner: readonly Field[], spec: Spec): Spec =>
    Object.fromEntries(Object.entries(spec).map(([name, value]) => [name, valueOf(inner.find((field) => field.name === name), value)]));
  const valueOf = (field: Field | undefined, value: Value): Value => {
    if (field === undefined || value === null) return value;
    switch (field.type) {
      case "reference":
        return named(field.kind, value);
      case "references":
        return (value as Value[]).map((id) => named(field.kind, id));
      case "group":
        return specOf(field.fields, value as Spec);
      case "rows":
        return (value as Spec[]).map((row) => specOf(field.fields, row));
      default:
        return value;
    }
  };
  return (spec) => specOf(fields, spec);
}

function kindsOf(fields: readonly Field[]): string[] {
  return fields.flatMap((field) => {
    if (field.type === "reference" || field.type === "references") return [field.kind];
    return field.type === "group" || field.type === "rows" ? kindsOf(field.fields) : [];
  });
}
