import { useLingui } from "@lingui/react/macro";
import { Lock } from "lucide-react";
import type { TemplateCompletion } from "./useTemplateCompletion.ts";
import classes from "./Templates.module.css";

/** What `/name` may mean; the field keeps the focus. */
export function TemplateSuggestions({ completion: { suggestions, at, choose } }: { completion: TemplateCompletion }) {
  const { t } = useLingui();
  const active = suggestions[at];
  if (active === undefined) return null;
  return (
    <div className={classes.suggestions}>
      <div role="listbox" aria-label={t`Templates that fit`}>
        {suggestions.map((item, index) => (
          <div
            key={item.id}
            role="option"
            aria-selected={index === at}
            onMouseDown={(event) => {
              event.preventDefault();
              choose(item);
            }}
          >
            <b>{item.name}</b>
            {item.locked && <Lock size={13} aria-label={t`Locked`} />}
            <span>{item.excerpt}</span>
          </div>
        ))}
      </div>
      <span className="visually-hidden" role="status">
        {t`${active.name}, Enter takes it`}
      </span>
    </div>
  );
}
