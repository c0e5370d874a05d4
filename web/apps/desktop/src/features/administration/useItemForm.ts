import { ApiError, newKey } from "@rapport/api-client";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo, useRef, useState } from "react";
import { useDesk } from "../../shared/desk.ts";
import { createItem, fetchItem, refresh, replaceItem } from "./data.ts";
import { cleaned } from "./forms/clean.ts";
import { fieldErrors } from "./forms/errors.ts";
import type { Form } from "./forms/form.ts";
import { blankOf, type Field } from "./forms/schema.ts";
import { same, withValue } from "./forms/values.ts";
import type { Draft, Item, Spec } from "./types.ts";

export interface ItemFormModel {
  form: Form;
  name: string;
  rename: (name: string) => void;
  secrets: Record<string, string | null>;
  setSecret: (name: string, value: string | null | undefined) => void;
  /** Shows at the fields what somebody else, such as a probe, was told about them. */
  show: (error: unknown) => void;
  /** What is stored, as far as this page knows; null for something new. */
  base: Item | null;
  dirty: boolean;
  saving: boolean;
  saved: boolean;
  failure: unknown;
  /** What somebody else has stored meanwhile. */
  theirs: Item | null;
  save: (over?: Item) => Promise<Item | null>;
  take: (item: Item) => void;
  dismiss: () => void;
}

/** What was created a moment ago: its own page says so, as the page for new things is gone. */
let created = { id: 0, at: 0 };
const NO_ERRORS: ReadonlyMap<string, string> = new Map();

/** The state of one form: what is written, what is stored, and what the server said. */
export function useItemForm(kind: string, fields: readonly Field[], loaded: Item | null, initial?: Partial<Draft>): ItemFormModel {
  const desk = useDesk();
  const client = useQueryClient();
  const start = useMemo(() => ({ ...blankOf(fields), ...initial?.spec }), [fields, initial]);
  const [base, setBase] = useState(loaded);
  const [name, setName] = useState(loaded?.name ?? initial?.name ?? "");
  const [spec, setSpec] = useState<Spec>(() => ({ ...start, ...loaded?.spec }));
  const [secrets, setSecrets] = useState<Record<string, string | null>>({});
  const [errors, setErrors] = useState(NO_ERRORS);
  const [failure, setFailure] = useState<unknown>(null);
  const [saving, setSaving] = useState(false);
  const [saved, setSaved] = useState(() => loaded !== null && loaded.id === created.id && performance.now() - created.at < 3000);
  const [theirs, setTheirs] = useState<Item | null>(null);
  const key = useRef(newKey());

  const stored = base === null ? start : base.spec;
  const dirty = name !== (base?.name ?? initial?.name ?? "") || !same(spec, { ...start, ...stored }) || Object.keys(secrets).length > 0;

  const change = useCallback<Form["change"]>((path, value) => {
    setSaved(false);
    setSpec((held) => withValue(held, path, value) as Spec);
    const at = `spec.${path.join(".")}`;
    setErrors((held) => (held.size === 0 ? held : new Map([...held].filter(([each]) => each !== at && !each.startsWith(`${at}.`)))));
  }, []);

  const take = (item: Item) => {
    setBase(item);
    setName(item.name);
    setSpec({ ...start, ...item.spec });
    setSecrets({});
    setErrors(NO_ERRORS);
    setFailure(null);
    setTheirs(null);
  };

  const save = async (over?: Item): Promise<Item | null> => {
    const on = over ?? base;
    const draft: Draft = { name: name.trim(), spec: cleaned(fields, spec), ...(Object.keys(secrets).length > 0 ? { secrets } : {}) };
    setSaving(true);
    setFailure(null);
    setErrors(NO_ERRORS);
    try {
      const item = on === null ? await createItem(desk, kind, draft, key.current) : await replaceItem(desk, kind, on.id, draft, on.version);
      take(item);
      key.current = newKey();
      await refresh(client);
      // Of something new its own page says so, which is opened next.
      if (on === null) created = { id: item.id, at: performance.now() };
      else setSaved(true);
      return item;
    } catch (error) {
      await refused(error, on);
      return null;
    } finally {
      setSaving(false);
    }
  };

  const refused = async (error: unknown, on: Item | null) => {
    // Without an answer the same key asks for the same thing; after one it is another request.
    if (!(error instanceof ApiError) || !error.unanswered) key.current = newKey();
    setErrors(fieldErrors(error, spec));
    setFailure(error);
    if (error instanceof ApiError && error.code === "stale_version" && on !== null) {
      setTheirs(await fetchItem(desk, kind, on.id).catch(() => null));
    }
  };

  return {
    form: useMemo(() => ({ kind, spec, errors, change }), [kind, spec, errors, change]),
    name,
    rename: (next) => {
      setSaved(false);
      setName(next);
      setErrors((held) => new Map([...held].filter(([path]) => path !== "name")));
    },
    secrets,
    setSecret: (secret, value) => {
      setSaved(false);
      setSecrets((held) => {
        const { [secret]: _, ...rest } = held;
        return value === undefined ? rest : { ...rest, [secret]: value };
      });
    },
    base,
    dirty,
    saving,
    saved,
    failure,
    theirs,
    save,
    take,
    show: (error) => setErrors(fieldErrors(error, spec)),
    dismiss: () => {
      setTheirs(null);
      setFailure(null);
    },
  };
}
