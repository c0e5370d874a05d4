import { ActionIcon } from "@mantine/core";
import { useLingui } from "@lingui/react/macro";
import { Link, useLocation } from "@tanstack/react-router";
import { ChartColumn, ChartLine, History, Inbox, Keyboard, Layers, LayoutDashboard, Search, Settings, SlidersHorizontal } from "lucide-react";
import type { ReactNode } from "react";
import { useDesk, useUser, worksAtDesk } from "../shared/desk.ts";
import { administers, mayLook, seesFloor } from "../shared/rights.ts";
import { Tip } from "../shared/Tip.tsx";
import classes from "./Nav.module.css";

export function Nav() {
  const { t } = useLingui();
  const desk = useDesk();
  const user = useUser();
  const works = worksAtDesk(user);
  const page = useLocation({
    select: ({ pathname }) => (/^\/(queues|search|history|account|floor|reports|my-figures|admin)(?=\/|$)/.exec(pathname)?.[1] ?? "desk"),
  });
  return (
    <nav className={classes.nav} aria-label={t`Pages`} id="navigation">
      {works && <NavLink to="/" label={t`Desk`} current={page === "desk"} icon={<Inbox size={20} />} />}
      {works && <NavLink to="/queues" label={t`Queues`} current={page === "queues"} icon={<Layers size={20} />} />}
      {works && <NavLink to="/search" label={t`Search`} current={page === "search"} icon={<Search size={20} />} />}
      {works && <NavLink to="/history" label={t`My last day`} current={page === "history"} icon={<History size={20} />} />}
      {works && <NavLink to="/my-figures" label={t`My figures`} current={page === "my-figures"} icon={<ChartLine size={20} />} />}
      {seesFloor(user) && <NavLink to="/floor" label={t`Floor`} current={page === "floor"} icon={<LayoutDashboard size={20} />} />}
      {mayLook(user, "reports") && <NavLink to="/reports" label={t`Reports`} current={page === "reports"} icon={<ChartColumn size={20} />} />}
      {administers(user) && (
        <NavLink to="/admin" label={t`Administration`} current={page === "admin"} icon={<SlidersHorizontal size={20} />} />
      )}
      <span className={classes.space} />
      {works && (
        <Tip label={t`Keyboard shortcuts (?)`} position="right">
          <ActionIcon variant="subtle" color="gray" size={40} aria-label={t`Keyboard shortcuts`} onClick={() => desk.ui.open({ name: "shortcuts" })}>
            <Keyboard size={20} />
          </ActionIcon>
        </Tip>
      )}
      <Tip label={t`Preferences`} position="right">
        <ActionIcon variant="subtle" color="gray" size={40} aria-label={t`Preferences`} onClick={() => desk.ui.open({ name: "preferences" })}>
          <Settings size={20} />
        </ActionIcon>
      </Tip>
    </nav>
  );
}

function NavLink({ to, label, icon, current }: { to: "/" | "/queues" | "/search" | "/history" | "/my-figures" | "/floor" | "/reports" | "/admin"; label: string; icon: ReactNode; current: boolean }) {
  return (
    <Tip label={label} position="right">
      <Link to={to} className={classes.link!} aria-label={label} data-current={current} aria-current={current ? "page" : undefined}>
        {icon}
      </Link>
    </Tip>
  );
}
