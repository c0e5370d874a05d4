import type { TemplateItem } from "@rapport/api-client";
import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState, type KeyboardEvent, type RefObject } from "react";
import type { FieldHandle } from "../composer/field.ts";
import type { TemplateSource } from "./source.ts";

const MOST = 6;

export interface TemplateCompletion {
  suggestions: readonly TemplateItem[];
  at: number;
  /** After each change of the text. */
  typed: () => void;
  /** True when the key was meant for the suggestions. */
  onKeyDown: (event: KeyboardEvent) => boolean;
  choose: (item: TemplateItem) => void;
}

/** `/name` at the beginning of a word suggests templates. */
export function useTemplateCompletion(
  field: RefObject<FieldHandle | null>,
  source: TemplateSource,
  enabled: boolean,
  load: (templateId: number, replaceBefore: number) => void,
): TemplateCompletion {
  const queries = useQueryClient();
  const [suggestions, setSuggestions] = useState<readonly TemplateItem[]>([]);
  const [at, setAt] = useState(0);
  const asked = useRef(0);

  const look = async () => {
    const mine = ++asked.current;
    const name = slashName(field.current?.textBefore() ?? "");
    if (name === null) return setSuggestions([]);
    const { items } = await queries
      .fetchQuery({ queryKey: ["templates", source.key], queryFn: source.list, staleTime: 30_000 })
      .catch(() => ({ items: [] }));
    // The text may have gone on while the list came.
    if (mine !== asked.current) return;
    setAt(0);
    setSuggestions(matching(items, name));
  };
  const choose = (item: TemplateItem) => {
    const name = slashName(field.current?.textBefore() ?? "");
    asked.current += 1;
    setSuggestions([]);
    if (name !== null) load(item.id, name.length + 1);
  };
  const onKeyDown = (event: KeyboardEvent): boolean => {
    if (suggestions.length === 0 || event.nativeEvent.isComposing) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const chosen = suggestions[at];
    if (step !== undefined) setAt((at + step + suggestions.length) % suggestions.length);
    else if ((event.key === "Enter" || event.key === "Tab") && chosen !== undefined) choose(chosen);
    else if (event.key === "Escape") setSuggestions([]);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  };
  // The caret has moved only after the event that changed the text.
  const typed = () => void (enabled && queueMicrotask(() => void look()));
  return { suggestions, at, typed, onKeyDown, choose };
}

/** What stands behind the `/` that the caret follows; null where there is none at the beginning of a word. */
export function slashName(before: string): string | null {
  return /(?:^|\s)\/([^\s/]{0,40})$/u.exec(before)?.[1] ?? null;
}

/** Names that begin with it first, then those with a word that does. */
export function matching(items: readonly TemplateItem[], name: string): TemplateItem[] {
  const wanted = name.toLowerCase();
  const rank = (item: TemplateItem) => {
    const label = item.name.toLowerCase();
    if (label.startsWith(wanted)) return item.favourite ? 0 : 1;
    return label.split(/\s+/).some((word) => word.startsWith(wanted)) ? 2 : 3;
  };
  return items.filter((item) => rank(item) < 3).sort((a, b) => rank(a) - rank(b)).slice(0, MOST);
}
