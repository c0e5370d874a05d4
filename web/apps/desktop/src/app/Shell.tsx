import { Navigate, Outlet, useLocation } from "@tanstack/react-router";
import { useLingui } from "@lingui/react/macro";
import { ConnectionPill } from "../features/connection/ConnectionPill.tsx";
import { LiveRegion } from "../features/notifications/LiveRegion.tsx";
import { Popovers } from "../features/offers/Popovers.tsx";
import { useShortcuts } from "../features/shortcuts/useShortcuts.ts";
import { TaskList } from "../features/task-list/TaskList.tsx";
import { useDesk, useUser, worksAtDesk } from "../shared/desk.ts";
import { administers, mayLook } from "../shared/rights.ts";
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
  const works = worksAtDesk(useUser());
  const ready = useStore(desk.state, (state) => state !== null);
  const administration = useLocation({ select: ({ pathname }) => pathname.startsWith("/admin") });
  const office = useLocation({ select: ({ pathname }) => pathname.startsWith("/admin") || ["/account", "/reports"].includes(pathname) });
  const wide = useLocation({ select: ({ pathname }) => pathname === "/floor" || pathname === "/reports" });
  // On a narrow screen a page of its own takes the place of the task list, as a conversation does.
  const page = useLocation({ select: ({ pathname }) => ["/search", "/queues", "/history", "/account"].includes(pathname) });
  const listOpen = useStore(desk.preferences.values, (values) => values.task_list_open) && !administration && !wide;
  const openTask = useOpenTaskId();
  if (!works) return <OfficeShell serves={office} />;
  if (!ready) return <Opening />;
  return (
    <div className={classes.shell} data-list={listOpen} data-task={openTask !== null || administration || wide || page}>
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

/** The frame for somebody without a desk, such as an administrator: no task list, no state, no offers. */
function OfficeShell({ serves }: { serves: boolean }) {
  const { t } = useLingui();
  const user = useUser();
  const first = administers(user) ? "/admin" : mayLook(user, "reports") ? "/reports" : "/account";
  return (
    <div className={classes.shell} data-list="false" data-task="true">
      <a className={classes.skip} href="#main">
        {t`Skip to the page`}
      </a>
      <Header />
      <Nav />
      <main id="main" className={classes.main} tabIndex={-1}>
        {serves ? <Outlet /> : <Navigate to={first} replace />}
      </main>
      <DialogHost />
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
