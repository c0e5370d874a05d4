import { ActionIcon, Menu, Tooltip } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { Keyboard, LogOut, Moon, PanelLeft, Search, Settings, Sun } from "lucide-react";
import { StateSelector } from "../features/agent-state/StateSelector.tsx";
import { ConnectionPill } from "../features/connection/ConnectionPill.tsx";
import { NotificationCentre } from "../features/notifications/NotificationCentre.tsx";
import { Avatar } from "../shared/Avatar.tsx";
import { useDark } from "../shared/dark.ts";
import { useDesk, useDeskState } from "../shared/desk.ts";
import { Logo } from "../shared/Logo.tsx";
import { useStore } from "../shared/store.ts";
import classes from "./Header.module.css";

export function Header() {
  const { t } = useLingui();
  const desk = useDesk();
  const listOpen = useStore(desk.preferences.values, (values) => values.task_list_open);
  return (
    <header className={classes.header}>
      <div className={classes.brand}>
        <Logo size={28} />
        <h1 className={classes.name}>Rapport</h1>
      </div>
      <Tooltip label={listOpen ? t`Collapse the task list` : t`Expand the task list`}>
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
      </Tooltip>
      <button type="button" className={classes.search} onClick={() => desk.ui.open({ name: "palette" })}>
        <Search size={16} aria-hidden />
        <span className={classes.searchText}>
          <Trans>Go to, or do…</Trans>
        </span>
        <kbd>Ctrl K</kbd>
      </button>
      <div className={classes.right}>
        <ConnectionPill />
        <StateSelector />
        <NotificationCentre />
        <ThemeButton />
        <UserMenu />
      </div>
    </header>
  );
}

function ThemeButton() {
  const { t } = useLingui();
  const desk = useDesk();
  const dark = useDark();
  const label = dark ? t`Light colours` : t`Dark colours`;
  return (
    <Tooltip label={label}>
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
    </Tooltip>
  );
}

function UserMenu() {
  const { t } = useLingui();
  const desk = useDesk();
  const name = useDeskState((state) => state.user.name) ?? "";
  const login = useDeskState((state) => state.user.login);
  const open = useStore(desk.ui.state, (ui) => ui.userMenu);
  return (
    <Menu opened={open} onChange={(userMenu) => desk.ui.set({ userMenu })} position="bottom-end" width={230} shadow="md">
      <Menu.Target>
        <button type="button" className={classes.user} aria-label={t`Your account: ${name}`}>
          <Avatar name={name} size={32} />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {name} · {login}
        </Menu.Label>
        <Menu.Item leftSection={<Settings size={16} />} onClick={() => desk.ui.open({ name: "preferences" })}>
          <Trans>Preferences</Trans>
        </Menu.Item>
        <Menu.Item leftSection={<Keyboard size={16} />} onClick={() => desk.ui.open({ name: "shortcuts" })}>
          <Trans>Keyboard shortcuts</Trans>
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<LogOut size={16} />} onClick={() => void desk.signOut()}>
          <Trans>Sign out</Trans>
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
