import { ActionIcon } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { Moon, PanelLeft, Search, Sun } from "lucide-react";
import { StateSelector } from "../features/agent-state/StateSelector.tsx";
import { ConnectionPill } from "../features/connection/ConnectionPill.tsx";
import { NotificationCentre } from "../features/notifications/NotificationCentre.tsx";
import { useDark } from "../shared/dark.ts";
import { useLocation } from "@tanstack/react-router";
import { useDesk, useUser, worksAtDesk } from "../shared/desk.ts";
import { Logo } from "../shared/Logo.tsx";
import { useStore } from "../shared/store.ts";
import { Tip } from "../shared/Tip.tsx";
import { UserMenu } from "./UserMenu.tsx";
import classes from "./Header.module.css";

export function Header() {
  const { t } = useLingui();
  const desk = useDesk();
  const listOpen = useStore(desk.preferences.values, (values) => values.task_list_open);
  const works = worksAtDesk(useUser());
  const administers = useLocation({ select: ({ pathname }) => pathname.startsWith("/admin") });
  return (
    <header className={classes.header}>
      <div className={classes.brand}>
        <Logo size={28} />
        <h1 className={classes.name}>Rapport</h1>
      </div>
      {works && !administers && (
        <Tip label={listOpen ? t`Collapse the task list` : t`Expand the task list`}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size={36}
            className={classes.wide!}
            aria-label={t`Task list`}
            aria-expanded={listOpen}
            onClick={() => desk.preferences.change({ task_list_open: !listOpen })}
          >
            <PanelLeft size={18} />
          </ActionIcon>
        </Tip>
      )}
      {works && (
        <button type="button" className={classes.search} onClick={() => desk.ui.open({ name: "palette" })}>
          <Search size={16} aria-hidden />
          <span className={classes.searchText}>
            <Trans>Go to, or do…</Trans>
          </span>
          <kbd>Ctrl K</kbd>
        </button>
      )}
      <div className={classes.right} data-office={!works}>
        {works && <ConnectionPill />}
        {works && <StateSelector />}
        {works && <NotificationCentre />}
        <ThemeButton />
        <UserMenu />
      </div>
      <div id="tips" className={classes.tips} />
    </header>
  );
}

function ThemeButton() {
  const { t } = useLingui();
  const desk = useDesk();
  const dark = useDark();
  const label = dark ? t`Light colours` : t`Dark colours`;
  return (
    <Tip label={label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size={36}
        className={classes.wide!}
        aria-label={label}
        onClick={() => desk.preferences.change({ theme: dark ? "light" : "dark" })}
      >
        {dark ? <Sun size={18} /> : <Moon size={18} />}
      </ActionIcon>
    </Tip>
  );
}
