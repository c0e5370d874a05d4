import type { StyleKind } from "@rapport/api-client";
import type { Rich } from "@rapport/rich-text";
import { useEffect, useImperativeHandle, useLayoutEffect, useRef, type ClipboardEvent, type KeyboardEvent, type Ref } from "react";
import { flushSync } from "react-dom";
import { Editor } from "./editor.ts";
import type { FieldHandle } from "./field.ts";
import classes from "./RichField.module.css";

interface Props {
  ref?: Ref<FieldHandle>;
  /** Shortcuts find the composer by its own. */
  id?: string;
  label: string;
  placeholder: string;
  describedBy: string;
  invalid: boolean;
  disabled?: boolean;
  allowed: ReadonlySet<StyleKind>;
  value: Rich;
  onChange: (rich: Rich) => void;
  onStyled: (kinds: ReadonlySet<StyleKind>) => void;
  /** Something was tried that the locked template does not allow. */
  onLocked?: () => void;
  onKeyDown: (event: KeyboardEvent) => void;
  onPaste?: (event: ClipboardEvent) => void;
}

/** A field in which styles are seen as they are written. */
export function RichField({ ref, id = "composer", label, placeholder, describedBy, invalid, disabled = false, allowed, value, onChange, onStyled, onLocked, onKeyDown, onPaste }: Props) {
  const root = useRef<HTMLDivElement>(null);
  const editor = useRef<Editor | null>(null);
  const ports = useRef({ allowed, onChange, onStyled, onLocked });
  ports.current = { allowed, onChange, onStyled, onLocked };

  useLayoutEffect(() => {
    if (root.current === null) return;
    const made = new Editor(root.current, {
      allowed: () => ports.current.allowed,
      changed: (rich) => ports.current.onChange(rich),
      styled: (kinds) => ports.current.onStyled(kinds),
      locked: () => ports.current.onLocked?.(),
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
      // What is to be seen in the field is at once what Enter sends, also when nobody's key or click put it there.
      flushSync(() => editor.current?.insert(text, replaceBefore));
      editor.current?.focus();
    },
    load: (rich, whole, replaceBefore, at) => editor.current?.load(rich, whole, replaceBefore, at),
    restore: (rich) => editor.current?.restore(rich),
    walk: (step) => editor.current?.walk(step) ?? null,
    chooseOpen: () => editor.current?.chooseOpen() ?? null,
    link: (url) => {
      editor.current?.link(url);
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
      id={id}
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
