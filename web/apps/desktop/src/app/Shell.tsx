import { Outlet } from "@tanstack/react-router";
import { useLingui } from "@lingui/react/macro";
import { ConnectionPill } from "../features/connection/ConnectionPill.tsx";
import { LiveRegion } from "../features/notifications/LiveRegion.tsx";
import { Popovers } from "../features/offers/Popovers.tsx";
import { useShortcuts } from "../features/shortcuts/useShortcuts.ts";
import { TaskList } from "../features/task-list/TaskList.tsx";
import { useDesk } from "../shared/desk.ts";
import { useStore } from "../shared/store.ts";
import { DialogHost } from "./DialogHost.tsx";
import { Header } from "./Header.tsx";
import { Nav } from "./Nav.tsx";
import { useOpenTaskId } from "../shared/open-task.ts";
import classes from "./Shell.module.css";

/** The frame around every page: header, navigation, task list, and what floats above. */
export function Shell() {
  const { t } = useLingui();
  const desk = useDesk();
  useShortcuts(desk);
  const ready = useStore(desk.state, (state) => state !== null);
  const listOpen = useStore(desk.preferences.values, (values) => values.task_list_open);
  const openTask = useOpenTaskId();
  if (!ready) return <Opening />;
  return (
    <div className={classes.shell} data-list={listOpen} data-task={openTask !== null}>
      <a className={classes.skip} href="#main">
        {t`Skip to the conversation`}
      </a>
      <Header />
      <Nav />
      <TaskList open={listOpen} openTaskId={openTask} />
      <main id="main" className={classes.main} tabIndex={-1}>
        <Outlet />
      </main>
      <Popovers />
      <DialogHost />
      <LiveRegion />
    </div>
  );
}

/** Shown until the first snapshot: nothing at all for a moment, then only the pill. */
function Opening() {
  const { t } = useLingui();
  return (
    <main className={classes.opening}>
      <h1 className="visually-hidden">{t`Rapport`}</h1>
      <ConnectionPill />
    </main>
  );
}
