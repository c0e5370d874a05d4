import { useLingui } from "@lingui/react/macro";
import type { Completion } from "./useCompletion.ts";
import { emojiHabits } from "./recent.ts";
import { withTone } from "./emojis.ts";
import classes from "./Suggestions.module.css";

/** What `:name` may mean; the field keeps the focus. */
export function Suggestions({ completion: { suggestions, at, choose } }: { completion: Completion }) {
  const { t } = useLingui();
  const active = suggestions[at];
  if (active === undefined) return null;
  const { tone } = emojiHabits.get();
  return (
    <div className={classes.box}>
      <div role="listbox" aria-label={t`Emojis that fit`}>
        {suggestions.map((emoji, index) => (
          <div
            key={emoji.char}
            role="option"
            aria-selected={index === at}
            onMouseDown={(event) => {
              event.preventDefault();
              choose(emoji);
            }}
          >
            <span>{withTone(emoji, tone)}</span>
            {emoji.name === "" ? emoji.label : `:${emoji.name}:`}
          </div>
        ))}
      </div>
      <span className="visually-hidden" role="status">
        {t`${active.label}, Enter takes it`}
      </span>
    </div>
  );
}
