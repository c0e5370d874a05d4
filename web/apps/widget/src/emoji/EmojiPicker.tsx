import { h } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { provide } from "../host";
import { EMOJIS } from "./emojis";

export interface EmojiPickerProps {
  label: string;
  onPick: (emoji: string) => void;
  onClose: () => void;
}

/** The columns of the grid, as in chat.css. */
const COLUMNS = 8;
const STEPS: Record<string, number> = {
  ArrowRight: 1,
  ArrowLeft: -1,
  ArrowDown: COLUMNS,
  ArrowUp: -COLUMNS,
};

/** A grid to walk by arrow keys; one Tab stop in all. */
function EmojiPicker({ label, onPick, onClose }: EmojiPickerProps) {
  const [current, setCurrent] = useState(0);
  const grid = useRef<HTMLDivElement>(null);
  const focusOn = (index: number) =>
    (grid.current?.children[index] as HTMLElement | undefined)?.focus();
  useEffect(() => focusOn(0), []);

  return (
    <div
      class="emojis"
      role="group"
      aria-label={label}
      ref={grid}
      onKeyDown={(event) => {
        if (event.key === "Escape") {
          event.stopPropagation();
          onClose();
        }
        const step = STEPS[event.key];
        if (!step) return;
        event.preventDefault();
        focusOn(Math.min(EMOJIS.length - 1, Math.max(0, current + step)));
      }}
    >
      {EMOJIS.map((emoji, i) => (
        <button
          key={emoji}
          type="button"
          tabIndex={i === current ? 0 : -1}
          onFocus={() => setCurrent(i)}
          onClick={() => onPick(emoji)}
        >
          {emoji}
        </button>
      ))}
    </div>
  );
}

provide(EmojiPicker);
