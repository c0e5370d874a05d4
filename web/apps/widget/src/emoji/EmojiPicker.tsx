import { h, useEffect, useRef, useState } from "../kit";
import { provide } from "../host";
import css from "./emoji.css?inline";
import { EMOJIS } from "./emojis";

interface Props {
  label: string;
  /** Where the emoji goes: at the caret. */
  area: HTMLTextAreaElement;
  onChange: (text: string) => void;
  onClose: () => void;
}

/** The columns of the grid, as in emoji.css. */
const COLUMNS = 8;
const STEPS: Record<string, number> = {
  ArrowRight: 1,
  ArrowLeft: -1,
  ArrowDown: COLUMNS,
  ArrowUp: -COLUMNS,
};

/** A grid to walk by arrow keys; one Tab stop in all. */
export function EmojiPicker({ label, area, onChange, onClose }: Props) {
  const [current, setCurrent] = useState(0);
  const grid = useRef<HTMLDivElement | null>(null);
  const focusOn = (index: number) =>
    (grid.current?.children[index] as HTMLElement | undefined)?.focus();
  useEffect(() => focusOn(0), []);

  function pick(emoji: string): void {
    const { selectionStart: from, selectionEnd: to, value } = area;
    onChange(value.slice(0, from) + emoji + value.slice(to));
    requestAnimationFrame(() => {
      area.setSelectionRange(from + emoji.length, from + emoji.length);
    });
  }

  return (
    <div
      class="emojis"
      role="group"
      aria-label={label}
      ref={grid}
      onkeydown={(event) => {
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
          onfocus={() => setCurrent(i)}
          onclick={() => pick(emoji)}
        >
          {emoji}
        </button>
      ))}
    </div>
  );
}

provide({ EmojiPicker, css });
