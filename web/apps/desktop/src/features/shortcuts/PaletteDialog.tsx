import { useLingui } from "@lingui/react/macro";
import { useMemo } from "react";
import { pages, type DialogProps } from "../../app/registry.ts";
import { Dialog } from "../../shared/Dialog.tsx";
import { ChannelIcon } from "../../shared/ChannelIcon.tsx";
import { useDesk } from "../../shared/desk.ts";
import { customerName, queueName } from "../../shared/people.ts";
import { SearchList, type Option } from "../../shared/SearchList.tsx";
import { groupsOf } from "../task-list/rows.ts";
import { chordText } from "./chord.ts";
import { chordsOf, commands } from "./commands.ts";
import classes from "./PaletteDialog.module.css";

/** Go to a conversation or page, or do anything there is a command for. */
export default function PaletteDialog({ onClose }: DialogProps) {
  const { t, i18n } = useLingui();
  const desk = useDesk();
  const entries = useMemo(() => {
    const state = desk.state.get();
    const list: { option: Option; run: () => void }[] = [];
    if (state === null) return list;
    const groups = groupsOf(state);
    for (const { task, contact } of [...groups.active, ...groups.wrapUp]) {
      list.push({
        option: {
          id: `task-${task.id}`,
          label: customerName(contact),
          detail: queueName(state.catalog, task.queue_id),
          icon: <ChannelIcon channel={task.channel} size={15} />,
          group: t`Conversations`,
        },
        run: () => desk.ui.openTask(task.id),
      });
    }
    for (const { path, title, open } of pages) {
      if (open?.(state.user) === false) continue;
      list.push({ option: { id: `page-${path}`, label: i18n._(title), group: t`Pages` }, run: () => desk.ui.navigate(path) });
    }
    const chords = chordsOf(desk.preferences.values.get().shortcuts.chords);
    for (const command of commands) {
      if (command.id === "page.palette" || command.available?.(state, desk) === false) continue;
      const chord = chords.get(command.id);
      list.push({
        option: {
          id: command.id,
          label: i18n._(command.title),
          detail: chord ? <kbd className={classes.chord}>{chordText(chord)}</kbd> : "",
          group: t`Commands`,
        },
        run: () => command.run(desk),
      });
    }
    return list;
  }, [desk, i18n, t]);
  const options = useMemo(() => entries.map((entry) => entry.option), [entries]);

  return (
    <Dialog title={t`Go to, or do…`} onClose={onClose} size={560} padded={false} look="palette">
      <SearchList
        label={t`Results`}
        placeholder={t`Go to, or do…`}
        options={options}
        height={380}
        onChoose={(id) => {
          onClose();
          entries.find((entry) => entry.option.id === id)?.run();
        }}
      />
    </Dialog>
  );
}
