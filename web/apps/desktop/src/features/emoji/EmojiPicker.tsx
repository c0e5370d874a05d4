import { useLingui } from "@lingui/react/macro";
import { Search } from "lucide-react";
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { useDesk } from "../../shared/desk.ts";
import { useStore } from "../../shared/store.ts";
import { findEmojis, loadEmojis, withTone, type Emoji } from "./emojis.ts";
import { chooseTone, emojiHabits, noteUsed } from "./recent.ts";
import classes from "./EmojiPicker.module.css";

const COLUMNS = 9;
const MOST_FOUND = 90;
const HAND = ["✋", "✋🏻", "✋🏼", "✋🏽", "✋🏾", "✋🏿"];

interface Section {
  id: string;
  title: string;
  items: readonly { char: string; label: string }[];
}

/** Search, recent ones, skin tone; the field keeps the focus, arrow keys walk the grid. */
export default function EmojiPicker({ onChoose }: { onChoose: (emoji: string) => void }) {
  const { t } = useLingui();
  const desk = useDesk();
  const language = useStore(desk.preferences.values, (values) => values.language);
  const { recent, tone } = useStore(emojiHabits, (value) => value);
  const [all, setAll] = useState<readonly Emoji[]>([]);
  const [failed, setFailed] = useState(false);
  const [query, setQuery] = useState("");
  const [opened] = useState(recent);
  useEffect(() => {
    let current = true;
    loadEmojis(language).then(
      (emojis) => current && setAll(emojis),
      () => current && setFailed(true),
    );
    return () => void (current = false);
  }, [language]);
  const titles = [t`Smileys`, t`People`, "", t`Animals and nature`, t`Food and drink`, t`Travel and places`, t`Activities`, t`Objects`, t`Symbols`, t`Flags`];
  const shown = useMemo(() => sections(all, query, opened, tone), [all, query, opened, tone]);
  const choose = (char: string) => {
    noteUsed(char);
    onChoose(char);
  };
  return (
    <div className={classes.picker} role="group" aria-label={t`Emojis`}>
      <Top query={query} onQuery={setQuery} tone={tone} onEnter={() => shown[0]?.items[0] && choose(shown[0].items[0].char)} />
      <Grid
        sections={shown.map((each) => ({ ...each, title: each.id === "recent" ? t`Recent` : each.id === "found" ? t`Found` : (titles[Number(each.id)] ?? "") }))}
        empty={failed ? t`The emojis could not be loaded.` : all.length === 0 ? t`Loading…` : t`Nothing found`}
        onChoose={choose}
      />
    </div>
  );
}

function sections(all: readonly Emoji[], query: string, recent: readonly string[], tone: number): Omit<Section, "title">[] {
  const toned = (emoji: Emoji) => ({ char: withTone(emoji, tone), label: emoji.label });
  if (query.trim() !== "") {
    const found = findEmojis(all, query, MOST_FOUND);
    return found.length === 0 ? [] : [{ id: "found", items: found.map(toned) }];
  }
  if (all.length === 0) return [];
  const labels = new Map(all.flatMap((emoji) => [[emoji.char, emoji.label], ...(emoji.skins ?? []).map((skin) => [skin, emoji.label])] as [string, string][]));
  const groups = new Map<number, Emoji[]>();
  for (const emoji of all) groups.set(emoji.group, [...(groups.get(emoji.group) ?? [])].concat(emoji));
  const used = recent.map((char) => ({ char, label: labels.get(char) ?? char }));
  return [
    ...(used.length === 0 ? [] : [{ id: "recent", items: used }]),
    ...[...groups].map(([group, emojis]) => ({ id: String(group), items: emojis.map(toned) })),
  ];
}

function Top({ query, onQuery, tone, onEnter }: { query: string; onQuery: (query: string) => void; tone: number; onEnter: () => void }) {
  const { t } = useLingui();
  const tones = [t`No skin tone`, t`Light skin tone`, t`Medium-light skin tone`, t`Medium skin tone`, t`Medium-dark skin tone`, t`Dark skin tone`];
  const field = useRef<HTMLInputElement>(null);
  // The picker is loaded after the popover has looked for something to focus.
  useEffect(() => field.current?.focus({ preventScroll: true }), []);
  const down = (event: KeyboardEvent) => {
    if (event.key === "Enter") onEnter();
    else if (event.key === "ArrowDown") document.querySelector<HTMLElement>("[data-emoji]")?.focus();
    else return;
    event.preventDefault();
  };
  return (
    <div className={classes.top}>
      <span className={classes.search}>
        <Search size={15} aria-hidden />
        <input ref={field} type="text" aria-label={t`Search emojis`} placeholder={t`Search emojis`} data-autofocus value={query} onChange={(event) => onQuery(event.currentTarget.value)} onKeyDown={down} />
      </span>
      <select aria-label={t`Skin tone`} value={tone} onChange={(event) => chooseTone(Number(event.currentTarget.value))}>
        {HAND.map((hand, index) => (
          <option key={hand} value={index} aria-label={tones[index]}>
            {hand}
          </option>
        ))}
      </select>
    </div>
  );
}

function Grid({ sections: shown, empty, onChoose }: { sections: readonly Section[]; empty: string; onChoose: (char: string) => void }) {
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
    <div ref={grid} className={classes.grid} onKeyDown={walk}>
      {shown.map(({ id, title, items }, place) => (
        <section key={id} aria-label={title}>
          <h4>{title}</h4>
          <div>
            {items.map(({ char, label }, index) => (
              <button key={`${char}-${index}`} type="button" data-emoji tabIndex={place === 0 && index === 0 ? 0 : -1} aria-label={label} title={label} onClick={() => onChoose(char)}>
                {char}
              </button>
            ))}
          </div>
        </section>
      ))}
      {shown.length === 0 && (
        <p className={classes.empty} role="status">
          {empty}
        </p>
      )}
    </div>
  );
}
