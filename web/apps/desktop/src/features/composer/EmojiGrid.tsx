import { useLingui } from "@lingui/react/macro";
import { useRef, type KeyboardEvent } from "react";
import { emojiGroups } from "./emoji-data.ts";
import classes from "./EmojiGrid.module.css";

const COLUMNS = 8;

export default function EmojiGrid({ onChoose }: { onChoose: (emoji: string) => void }) {
  const { t } = useLingui();
  const grid = useRef<HTMLDivElement>(null);
  const walk = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const buttons = [...(grid.current?.querySelectorAll("button") ?? [])];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    buttons[Math.max(0, Math.min(buttons.length - 1, at + step))]?.focus();
  };
  return (
    <div ref={grid} className={classes.grid} role="group" aria-label={t`Emojis`} onKeyDown={walk}>
      {emojiGroups.map((group) => (
        <div key={group[0]} className={classes.group}>
          {group.map((emoji) => (
            <button key={emoji} type="button" aria-label={emoji} onClick={() => onChoose(emoji)}>
              {emoji}
            </button>
          ))}
        </div>
      ))}
    </div>
  );
}
