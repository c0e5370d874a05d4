import { ActionIcon } from "@mantine/core";
import { useLingui } from "@lingui/react/macro";
import { Link, useLocation } from "@tanstack/react-router";
import { Inbox, Keyboard, Layers, Settings } from "lucide-react";
import type { ReactNode } from "react";
import { useDesk } from "../shared/desk.ts";
import { Tip } from "../shared/Tip.tsx";
import classes from "./Nav.module.css";

export function Nav() {
  const { t } = useLingui();
  const desk = useDesk();
  const onQueues = useLocation({ select: (location) => location.pathname === "/queues" });
  return (
    <nav className={classes.nav} aria-label={t`Pages`} id="navigation">
      <NavLink to="/" label={t`Desk`} current={!onQueues} icon={<Inbox size={20} />} />
      <NavLink to="/queues" label={t`Queues`} current={onQueues} icon={<Layers size={20} />} />
      <span className={classes.space} />
      <Tip label={t`Keyboard shortcuts (?)`} position="right">
        <ActionIcon variant="subtle" color="gray" size={40} aria-label={t`Keyboard shortcuts`} onClick={() => desk.ui.open({ name: "shortcuts" })}>
          <Keyboard size={20} />
        </ActionIcon>
      </Tip>
      <Tip label={t`Preferences`} position="right">
        <ActionIcon variant="subtle" color="gray" size={40} aria-label={t`Preferences`} onClick={() => desk.ui.open({ name: "preferences" })}>
          <Settings size={20} />
        </ActionIcon>
      </Tip>
    </nav>
  );
}

function NavLink({ to, label, icon, current }: { to: "/" | "/queues"; label: string; icon: ReactNode; current: boolean }) {
  return (
    <Tip label={label} position="right">
      <Link to={to} className={classes.link!} aria-label={label} data-current={current} aria-current={current ? "page" : undefined}>
        {icon}
      </Link>
    </Tip>
  );
}
