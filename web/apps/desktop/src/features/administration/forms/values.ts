import type { Spec, Value } from "../types.ts";

export type Path = readonly (string | number)[];

export function pathText(path: Path): string {
  return path.join(".");
}

export function valueAt(root: Value, path: Path): Value | undefined {
  let value: Value | undefined = root;
  for (const step of path) {
    if (value === null || typeof value !== "object") return undefined;
    value = (value as Record<string | number, Value>)[step];
  }
  return value;
}

/** A copy with one value replaced. */
export function withValue(root: Value, path: Path, value: Value): Value {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (Array.isArray(root)) {
    const copy = [...root];
    copy[step as number] = withValue(copy[step as number] ?? null, rest, value);
    return copy;
  }
  const object = root !== null && typeof root === "object" ? root : {};
  return { ...object, [step]: withValue(object[step as string] ?? null, rest, value) };
}

export function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => key in b && same((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]));
}

export interface Difference {
  path: string;
  before: Value | undefined;
  after: Value | undefined;
}

/** Which fields differ, nested groups taken apart. */
export function differences(before: Spec, after: Spec, prefix = ""): Difference[] {
  const found: Difference[] = [];
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const was = before[key];
    const will = after[key];
    if (isGroup(was) && isGroup(will)) found.push(...differences(was, will, `${prefix}${key}.`));
    else if (!same(was, will)) found.push({ path: prefix + key, before: was, after: will });
  }
  return found;
}

function isGroup(value: Value | undefined): value is Spec {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
