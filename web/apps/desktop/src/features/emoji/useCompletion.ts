import { useCallback, useRef, useState, type KeyboardEvent, type RefObject } from "react";
import { useDesk } from "../../shared/desk.ts";
import type { FieldHandle } from "../composer/field.ts";
import { findEmojis, loadEmojis, typedName, withTone, type Emoji } from "./emojis.ts";
import { emojiHabits, noteUsed } from "./recent.ts";

const MOST = 6;

export interface Completion {
  suggestions: readonly Emoji[];
  at: number;
  /** After each change of the text. */
  typed: () => void;
  /** True when the key was meant for the suggestions. */
  onKeyDown: (event: KeyboardEvent) => boolean;
  choose: (emoji: Emoji) => void;
}

/** `:name` opens suggestions; `:name:` becomes the emoji at once. */
export function useCompletion(field: RefObject<FieldHandle | null>, enabled: boolean): Completion {
  const desk = useDesk();
  const [suggestions, setSuggestions] = useState<readonly Emoji[]>([]);
  const [at, setAt] = useState(0);
  const asked = useRef(0);

  const put = useCallback(
    (emoji: Emoji, length: number) => {
      const char = withTone(emoji, emojiHabits.get().tone);
      field.current?.insert(char, length);
      noteUsed(char);
      asked.current += 1;
      setSuggestions([]);
    },
    [field],
  );

  const look = useCallback(async () => {
    const mine = ++asked.current;
    const typed = typedName(field.current?.textBefore() ?? "");
    if (typed === null) return setSuggestions([]);
    const all = await loadEmojis(desk.preferences.values.get().language).catch(() => []);
    // The text may have gone on while the data came.
    if (mine !== asked.current) return;
    const exact = typed.closed ? all.find((emoji) => emoji.name === typed.name || emoji.otherNames.includes(typed.name)) : undefined;
    if (exact !== undefined) return put(exact, typed.length);
    setAt(0);
    setSuggestions(typed.closed ? [] : findEmojis(all, typed.name, MOST));
  }, [desk, field, put]);

  const choose = (emoji: Emoji) => {
    const typed = typedName(field.current?.textBefore() ?? "");
    if (typed !== null) put(emoji, typed.length);
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
