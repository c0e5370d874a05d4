import { useImperativeHandle, useLayoutEffect, useRef, type ClipboardEvent, type KeyboardEvent, type Ref } from "react";
import type { FieldHandle } from "./field.ts";

export interface PlainFieldProps {
  ref?: Ref<FieldHandle>;
  id?: string;
  label: string;
  placeholder: string;
  describedBy: string;
  invalid: boolean;
  disabled?: boolean;
  value: string;
  onChange: (text: string) => void;
  onKeyDown: (event: KeyboardEvent) => void;
  onPaste?: (event: ClipboardEvent) => void;
}

const TALLEST = 220;

/** A field for channels without styles, and for notes: it grows with its text. */
export function PlainField({ ref, id = "composer", label, placeholder, describedBy, invalid, disabled = false, value, onChange, onKeyDown, onPaste }: PlainFieldProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    const area = field.current;
    if (area === null) return;
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight, TALLEST)}px`;
  }, [value]);
  useImperativeHandle(ref, () => ({
    focus: () => field.current?.focus({ preventScroll: true }),
    textBefore: () => {
      const area = field.current;
      return area === null || area.selectionStart !== area.selectionEnd ? "" : area.value.slice(0, area.selectionStart);
    },
    insert: (text, replaceBefore = 0) => {
      const area = field.current;
      if (area === null) return;
      const at = Math.max(0, area.selectionStart - replaceBefore);
      onChange(area.value.slice(0, at) + text + area.value.slice(area.selectionEnd));
      requestAnimationFrame(() => {
        area.focus();
        area.setSelectionRange(at + text.length, at + text.length);
      });
    },
    // A template has fields: the rich field takes over, which knows them.
    load: () => undefined,
    restore: () => undefined,
    walk: () => null,
    chooseOpen: () => null,
    toggle: () => undefined,
  }));
  return (
    <textarea
      ref={field}
      id={id}
      rows={2}
      aria-label={label}
      aria-describedby={describedBy}
      aria-invalid={invalid}
      placeholder={placeholder}
      disabled={disabled}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      onKeyDown={onKeyDown}
      onPaste={onPaste}
    />
  );
}
