import { useLingui } from "@lingui/react/macro";
import { Check, Search } from "lucide-react";
import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import classes from "./SearchList.module.css";

export interface Option {
  id: string;
  label: string;
  icon?: ReactNode;
  /** Second line or words at the right. */
  detail?: ReactNode;
  /** Why it can't be chosen; shown beside it. */
  blocked?: string | null;
  group?: string;
  /** Found by these words too. */
  words?: string;
}

interface Props {
  label: string;
  placeholder: string;
  options: readonly Option[];
  /** Ids that carry a check mark. */
  selected?: string | readonly string[] | null;
  onChoose: (id: string) => void;
  /** Enter on an already chosen option. */
  onConfirm?: () => void;
  /** Of the list; "fit" takes as much as it needs. */
  height?: number | "fit";
  empty?: ReactNode;
  /** The option that Enter would choose, as it changes. */
  onActive?: (id: string | null) => void;
  aside?: ReactNode;
}

/** A search field over a list: typing filters, arrow keys walk, Enter chooses. The field keeps the focus. */
export function SearchList({ label, placeholder, options, selected, onChoose, onConfirm, height = 300, empty, onActive, aside }: Props) {
  const { t } = useLingui();
  const base = useId();
  const list = useRef<HTMLDivElement>(null);
  const [query, setQuery] = useState("");
  const [walked, setWalked] = useState<string | null>(null);
  const chosen = useMemo(() => new Set(typeof selected === "string" ? [selected] : (selected ?? [])), [selected]);
  const shown = useMemo(() => {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    return options.filter((option) => words.every((word) => `${option.label} ${option.words ?? ""}`.toLowerCase().includes(word)));
  }, [options, query]);
  const free = shown.filter((option) => !option.blocked);
  const active = free.find((option) => option.id === walked) ?? free[0];

  const activeId = active?.id ?? null;
  useEffect(() => onActive?.(activeId), [onActive, activeId]);

  const walk = (step: number) => {
    if (active === undefined) return;
    const next = free[(free.indexOf(active) + step + free.length) % free.length];
    if (next === undefined) return;
    setWalked(next.id);
    list.current?.querySelector(`[id="${base}-${next.id}"]`)?.scrollIntoView({ block: "nearest" });
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") walk(1);
    else if (event.key === "ArrowUp") walk(-1);
    else if (event.key === "Enter" && active !== undefined) {
      if (chosen.has(active.id) && onConfirm !== undefined) onConfirm();
      else onChoose(active.id);
    } else return;
    event.preventDefault();
  };

  return (
    <div className={classes.wrap}>
      <div className={classes.field}>
        <Search size={16} aria-hidden />
        <input
          type="text"
          role="combobox"
          aria-expanded={shown.length > 0}
          aria-controls={`${base}-list`}
          aria-activedescendant={active === undefined ? undefined : `${base}-${active.id}`}
          aria-autocomplete="list"
          aria-label={placeholder}
          placeholder={placeholder}
          data-autofocus
          autoFocus
          value={query}
          onChange={(event) => setQuery(event.currentTarget.value)}
          onKeyDown={keys}
        />
        {aside}
      </div>
      <div className={classes.lower}>
        <div ref={list} id={`${base}-list`} role="listbox" aria-label={label} tabIndex={-1} className={classes.list}
          data-fit={height === "fit"}
          style={height === "fit" ? undefined : { height }}>
          {shown.map((option, index) => (
            <div key={option.id} role="presentation">
              {option.group !== undefined && option.group !== shown[index - 1]?.group && (
                <div className={classes.group} role="presentation">
                  {option.group}
                </div>
              )}
              <div
                id={`${base}-${option.id}`}
                role="option"
                aria-selected={chosen.has(option.id)}
                aria-disabled={option.blocked ? true : undefined}
                className={classes.option}
                data-active={option === active}
                onClick={() => (option.blocked ? undefined : (setWalked(option.id), onChoose(option.id)))}
                onMouseMove={() => (option.blocked ? undefined : setWalked(option.id))}
              >
                {option.icon}
                <span className={classes.label}>{option.label}</span>
                <span className={classes.detail}>{option.blocked ? option.blocked : option.detail}</span>
                {chosen.has(option.id) && <Check size={16} className={classes.check} aria-hidden />}
              </div>
            </div>
          ))}
        </div>
        {/* Beside the list, not in it: a list box may hold options only, and a status is read out. */}
        <p role="status" className={classes.empty}>
          {shown.length > 0 ? null : query === "" && empty !== undefined ? empty : t`Nothing found`}
        </p>
      </div>
    </div>
  );
}
