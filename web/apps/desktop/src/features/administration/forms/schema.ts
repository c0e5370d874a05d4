import type { Spec, Value } from "../types.ts";

/** The part of JSON Schema that the server's models use. */
export interface JsonSchema {
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
  anyOf?: JsonSchema[];
  type?: string;
  format?: string;
  title?: string;
  description?: string;
  default?: Value;
  enum?: string[];
  const?: string;
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
  propertyNames?: JsonSchema;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  maxLength?: number;
  maxItems?: number;
  pattern?: string;
  "x-reference"?: string;
}

interface Base {
  name: string;
  /** The model that the field belongs to, for its texts. */
  model: string;
  title: string;
  nullable: boolean;
  required: boolean;
  initial: Value;
}

export type Field = Base &
  (
    | { type: "text"; long: boolean; format: string | null; max: number | null }
    | { type: "number"; whole: boolean; seconds: boolean; min: number | null; max: number | null }
    | { type: "flag" }
    | { type: "choice"; values: string[] }
    | { type: "choices"; values: string[] }
    | { type: "reference"; kind: string }
    | { type: "references"; kind: string }
    | { type: "texts"; format: string | null; long: boolean }
    | { type: "rows"; fields: Field[]; max: number | null }
    | { type: "group"; fields: Field[] }
    | { type: "map"; keys: string[] | null; value: Field }
    | { type: "raw" }
  );

/** The fields of a model, as the schema describes them. */
export function fieldsOf(schema: JsonSchema, root: JsonSchema = schema): Field[] {
  const model = resolved(schema, root);
  const required = new Set(model.required ?? []);
  return Object.entries(model.properties ?? {}).map(([name, property]) =>
    fieldOf(name, property, root, model.title ?? "", required.has(name)),
  );
}

function resolved(schema: JsonSchema, root: JsonSchema): JsonSchema {
  if (schema.$ref === undefined) return schema;
  const found = root.$defs?.[schema.$ref.replace("#/$defs/", "")] ?? {};
  return { ...resolved(found, root), ...(schema.default === undefined ? {} : { default: schema.default }) };
}

function fieldOf(name: string, property: JsonSchema, root: JsonSchema, model: string, required: boolean): Field {
  const outer = resolved(property, root);
  const branches = (outer.anyOf ?? [outer]).map((branch) => resolved(branch, root));
  const nullable = branches.some((branch) => branch.type === "null");
  const real = branches.filter((branch) => branch.type !== "null");
  const inner = real[0] ?? {};
  const base = { name, model, title: words(name), nullable, required };
  const shape = real.length === 1 ? shapeOf(name, inner, root) : { type: "raw" as const };
  const initial = outer.default ?? (nullable ? null : blank(shape));
  return { ...base, initial, ...shape } as Field;
}

type Shape = Field extends infer F ? (F extends Base ? Omit<F, keyof Base> : never) : never;

function shapeOf(name: string, schema: JsonSchema, root: JsonSchema): Shape {
  const reference = schema["x-reference"];
  if (reference !== undefined) return { type: "reference", kind: reference };
  if (schema.enum !== undefined) return { type: "choice", values: schema.enum };
  switch (schema.type) {
    case "string":
      return { type: "text", long: (schema.maxLength ?? 0) > 300, format: schema.format ?? null, max: schema.maxLength ?? null };
    case "integer":
    case "number":
      return {
        type: "number",
        whole: schema.type === "integer",
        seconds: /_s(_|$)/.test(name),
        min: schema.minimum ?? schema.exclusiveMinimum ?? null,
        max: schema.maximum ?? schema.exclusiveMaximum ?? null,
      };
    case "boolean":
      return { type: "flag" };
    case "array":
      return listOf(resolved(schema.items ?? {}, root), schema, root);
    case "object":
      return objectOf(name, schema, root);
    default:
      return { type: "raw" };
  }
}

function listOf(item: JsonSchema, list: JsonSchema, root: JsonSchema): Shape {
  if (item["x-reference"] !== undefined) return { type: "references", kind: item["x-reference"] };
  if (item.enum !== undefined) return { type: "choices", values: item.enum };
  if (item.properties !== undefined) return { type: "rows", fields: fieldsOf(item, root), max: list.maxItems ?? null };
  if (item.type === "string") return { type: "texts", format: item.format ?? null, long: (item.maxLength ?? 0) > 300 };
  return { type: "raw" };
}

function objectOf(name: string, schema: JsonSchema, root: JsonSchema): Shape {
  if (schema.properties !== undefined) return { type: "group", fields: fieldsOf(schema, root) };
  if (typeof schema.additionalProperties !== "object") return { type: "raw" };
  const keys = schema.propertyNames === undefined ? null : (resolved(schema.propertyNames, root).enum ?? null);
  const value = fieldOf(name, schema.additionalProperties, root, "", true);
  return value.type === "text" || value.type === "number" ? { type: "map", keys, value } : { type: "raw" };
}

function blank(shape: Shape): Value {
  switch (shape.type) {
    case "text":
      return "";
    case "flag":
      return false;
    case "choices":
    case "references":
    case "texts":
    case "rows":
      return [];
    case "group":
      return blankOf(shape.fields);
    case "map":
    case "raw":
      return {};
    default:
      return null;
  }
}

/** A new thing's values: the defaults, and nothing where something must be chosen. */
export function blankOf(fields: readonly Field[]): Spec {
  return Object.fromEntries(fields.map((field) => [field.name, structuredClone(field.initial)]));
}

/** A field's name as words, for kinds and fields without texts of their own. */
export function words(name: string): string {
  const text = name.replace(/_s$/, "").replaceAll("_", " ").trim();
  return text.charAt(0).toUpperCase() + text.slice(1);
}
