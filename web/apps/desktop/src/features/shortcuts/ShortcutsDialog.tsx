import { Switch } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { RotateCcw } from "lucide-react";
import { useState, type KeyboardEvent } from "react";
import type { DialogProps } from "../../app/registry.ts";
import { Dialog } from "../../shared/Dialog.tsx";
import { useDesk } from "../../shared/desk.ts";
import { useStore } from "../../shared/store.ts";
import { chordOf, chordText, conflict } from "./chord.ts";
import { chordsOf, commands, type Command } from "./commands.ts";
import classes from "./ShortcutsDialog.module.css";

/** All shortcuts by group; each can be changed by pressing another chord. */
export default function ShortcutsDialog({ onClose }: DialogProps) {
  const { t, i18n } = useLingui();
  const desk = useDesk();
  const { enabled, chords: own } = useStore(desk.preferences.values, (values) => values.shortcuts);
  const chords = chordsOf(own);
  const [editing, setEditing] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const groups = Map.groupBy(commands, (command) => i18n._(command.group));

  const assign = (command: Command, chord: string | null) => {
    const taken = chord === null ? null : conflict(chords, chord, command.id);
    if (taken !== null) {
      const other = commands.find(({ id }) => id === taken);
      const name = other === undefined ? taken : i18n._(other.title);
      setProblem(t`Already used for “${name}”. Press another one.`);
      return;
    }
    desk.preferences.change({ shortcuts: { enabled, chords: { ...own, [command.id]: chord ?? "" } } });
    setEditing(null);
    setProblem(null);
  };
  const onKey = (command: Command) => (event: KeyboardEvent) => {
    if (event.key === "Tab") return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Escape") return (setEditing(null), setProblem(null));
    if (event.key === "Backspace" || event.key === "Delete") return assign(command, null);
    const chord = chordOf(event.nativeEvent);
    if (chord === null) return;
    if (!/(Ctrl|Alt|Meta)\+/.test(chord)) return setProblem(t`Use Ctrl or Alt with a key, so that typing stays free.`);
    assign(command, chord);
  };

  return (
    <Dialog title={t`Keyboard shortcuts`} onClose={onClose} size={640}>
      <div className={classes.top}>
        <p>
          <Trans>Click a shortcut to change it; Backspace removes it. Press ? anywhere to come back here.</Trans>
        </p>
        <Switch
          label={t`Shortcuts on`}
          checked={enabled}
          onChange={(event) => desk.preferences.change({ shortcuts: { enabled: event.currentTarget.checked, chords: own } })}
        />
      </div>
      {[...groups].map(([group, list]) => (
        <section key={group} className={classes.group}>
          <h3>{group}</h3>
          {list.map((command) => {
            const chord = chords.get(command.id) ?? null;
            const active = editing === command.id;
            const title = i18n._(command.title);
            return (
              <div key={command.id} className={classes.row}>
                <span className={classes.title}>
                  {title}
                  {active && problem !== null && <small role="alert">{problem}</small>}
                </span>
                {chord !== command.chord && (
                  <button type="button" className={classes.reset} aria-label={t`Reset “${title}”`} onClick={() => assign(command, command.chord)}>
                    <RotateCcw size={14} />
                  </button>
                )}
                <button
                  type="button"
                  className={classes.chord}
                  data-editing={active}
                  aria-label={chord === null ? t`Set a shortcut for “${title}”` : t`Change ${chordText(chord)} for “${title}”`}
                  onClick={() => (setEditing(command.id), setProblem(null))}
                  onKeyDown={active ? onKey(command) : undefined}
                  onBlur={() => active && setEditing(null)}
                >
                  {active ? t`Press keys…` : chord === null ? t`None` : chordText(chord)}
                </button>
              </div>
            );
          })}
        </section>
      ))}
    </Dialog>
  );
}
