import { ActionIcon, Popover } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { Bell, BellOff, CircleAlert, Info, Volume2, VolumeX } from "lucide-react";
import { useDesk, useDeskState } from "../../shared/desk.ts";
import { useStore } from "../../shared/store.ts";
import { dayAndTime, dayKey, timeOfDay } from "../../shared/time.ts";
import { centre } from "./centre.ts";
import { Tip } from "../../shared/Tip.tsx";
import classes from "./NotificationCentre.module.css";

export function NotificationCentre() {
  const { t, i18n } = useLingui();
  const desk = useDesk();
  const open = useStore(desk.ui.state, (ui) => ui.notifications);
  const entries = useStore(centre.entries, (list) => list);
  const sound = useStore(desk.preferences.values, (values) => values.sound);
  const unread = entries.filter((entry) => entry.unread).length;
  const held = useDeskState((state) => state.tasks);
  const show = (taskId: number | null) => {
    toggle(false);
    if (taskId !== null) desk.ui.openTask(taskId);
  };
  const toggle = (notifications: boolean) => {
    desk.ui.set({ notifications });
    if (!notifications) centre.markRead();
  };
  return (
    <Popover opened={open} onChange={toggle} position="bottom-end" width={340} shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <ActionIcon variant="subtle" color="gray" size={36} pos="relative" aria-expanded={open} aria-label={t`Notifications, ${unread} unread`} onClick={() => toggle(!open)}>
          {sound.silent ? <BellOff size={18} /> : <Bell size={18} />}
          {unread > 0 && <span className={classes.badge}>{unread}</span>}
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown p={0}>
        <div className={classes.head}>
          <h2>
            <Trans>Notifications</Trans>
          </h2>
          {entries.length > 0 && (
            <>
              <button type="button" onClick={() => centre.markRead()}>
                <Trans>Mark all read</Trans>
              </button>
              <button type="button" onClick={() => centre.clear()}>
                <Trans>Clear</Trans>
              </button>
            </>
          )}
          <Tip label={sound.silent ? t`Sounds on` : t`Silence sounds`}>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={t`Silence sounds`}
              aria-pressed={sound.silent}
              onClick={() => desk.preferences.change({ sound: { ...sound, silent: !sound.silent } })}
            >
              {sound.silent ? <VolumeX size={17} /> : <Volume2 size={17} />}
            </ActionIcon>
          </Tip>
        </div>
        {entries.length === 0 ? (
          <p className={classes.empty}>
            <Trans>Nothing new.</Trans>
          </p>
        ) : (
          <ul className={classes.list}>
            {entries.map((entry) => (
              <li key={entry.id} data-level={entry.level} data-unread={entry.unread}>
                {entry.level === "info" ? <Info size={17} aria-hidden /> : <CircleAlert size={17} aria-hidden />}
                {entry.taskId !== null && held?.has(entry.taskId) === true ? (
                  <button type="button" onClick={() => show(entry.taskId)}>
                    {entry.text}
                  </button>
                ) : (
                  <span>{entry.text}</span>
                )}
                <time dateTime={entry.at}>{dayKey(entry.at) === dayKey(new Date().toISOString()) ? timeOfDay(entry.at, i18n.locale) : dayAndTime(entry.at, i18n.locale)}</time>
              </li>
            ))}
          </ul>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}
