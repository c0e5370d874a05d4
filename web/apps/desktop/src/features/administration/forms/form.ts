import { createContext, useContext } from "react";
import type { Spec, Value } from "../types.ts";
import { pathText, valueAt, type Path } from "./values.ts";

/** One open form: its values, what the server had against them, and how a field changes one. */
export interface Form {
  kind: string;
  spec: Spec;
  /** Words by path, such as `spec.groups.0.teams`. */
  errors: ReadonlyMap<string, string>;
  change: (path: Path, value: Value) => void;
}

const FormContext = createContext<Form | null>(null);
export const FormProvider = FormContext.Provider;

export function useForm(): Form {
  const form = useContext(FormContext);
  if (form === null) throw new Error("No form around this field");
  return form;
}

/** A field's value and its error. Errors of values inside are told where those are shown. */
export function useValue(path: Path, deep = false, initial: Value = null): { value: Value; error: string | undefined; change: (value: Value) => void } {
  const form = useForm();
  const at = `spec.${pathText(path)}`;
  const stored = valueAt(form.spec, path);
  const inside = deep ? [...form.errors].find(([key]) => key.startsWith(`${at}.`))?.[1] : undefined;
  return {
    // A channel's settings are stored without those that nobody has changed.
    value: stored === undefined ? initial : stored,
    error: form.errors.get(at) ?? inside,
    change: (value) => form.change(path, value),
  };
}
