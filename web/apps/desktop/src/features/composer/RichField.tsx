import type { StyleKind } from "@rapport/api-client";
import type { Rich } from "@rapport/rich-text";
import { useEffect, useImperativeHandle, useLayoutEffect, useRef, type ClipboardEvent, type KeyboardEvent, type Ref } from "react";
import { Editor } from "./editor.ts";
import type { FieldHandle } from "./field.ts";
import classes from "./RichField.module.css";

interface Props {
  ref?: Ref<FieldHandle>;
  label: string;
  placeholder: string;
  describedBy: string;
  invalid: boolean;
  disabled?: boolean;
  allowed: ReadonlySet<StyleKind>;
  value: Rich;
  onChange: (rich: Rich) => void;
  onStyled: (kinds: ReadonlySet<StyleKind>) => void;
  onKeyDown: (event: KeyboardEvent) => void;
  onPaste?: (event: ClipboardEvent) => void;
}

/** A field in which styles are seen as they are written. */
export function RichField({ ref, label, placeholder, describedBy, invalid, disabled = false, allowed, value, onChange, onStyled, onKeyDown, onPaste }: Props) {
  const root = useRef<HTMLDivElement>(null);
  const editor = useRef<Editor | null>(null);
  const ports = useRef({ allowed, onChange, onStyled });
  ports.current = { allowed, onChange, onStyled };

  useLayoutEffect(() => {
    if (root.current === null) return;
    const made = new Editor(root.current, {
      allowed: () => ports.current.allowed,
      changed: (rich) => ports.current.onChange(rich),
      styled: (kinds) => ports.current.onStyled(kinds),
    });
    editor.current = made;
    return made.attach();
  }, []);
  useLayoutEffect(() => editor.current?.show(value), [value]);
  useEffect(() => {
    // React would warn of children in an element that it does not draw.
    if (root.current !== null) root.current.contentEditable = disabled ? "false" : "true";
  }, [disabled]);

  useImperativeHandle(ref, () => ({
    focus: () => editor.current?.focus(),
    textBefore: () => editor.current?.textBefore() ?? "",
    insert: (text, replaceBefore = 0) => {
      editor.current?.insert(text, replaceBefore);
      editor.current?.focus();
    },
    toggle: (kind) => {
      editor.current?.toggle(kind);
      editor.current?.focus();
    },
  }));
  return (
    <div
      ref={root}
      id="composer"
      className={classes.field}
      role="textbox"
      aria-multiline="true"
      aria-label={label}
      aria-describedby={describedBy}
      aria-invalid={invalid}
      aria-disabled={disabled || undefined}
      aria-placeholder={placeholder}
      data-placeholder={placeholder}
      tabIndex={disabled ? -1 : 0}
      spellCheck
      onKeyDown={onKeyDown}
      onPasteCapture={onPaste}
    />
  );
}
