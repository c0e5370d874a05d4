import { Popover } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { Keyboard, LogOut, Settings } from "lucide-react";
import { Avatar } from "../shared/Avatar.tsx";
import { useDesk, useDeskState } from "../shared/desk.ts";
import { useStore } from "../shared/store.ts";
import classes from "./UserMenu.module.css";

export function UserMenu() {
  const { t } = useLingui();
  const desk = useDesk();
  const name = useDeskState((state) => state.user.name) ?? "";
  const login = useDeskState((state) => state.user.login);
  const open = useStore(desk.ui.state, (ui) => ui.userMenu);
  const signOut = () => {
    desk.ui.set({ userMenu: false });
    void desk.signOut();
  };
  return (
    <Popover opened={open} onChange={(userMenu) => desk.ui.set({ userMenu })} position="bottom-end" width={230} shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <button type="button" className={classes.user} aria-label={t`Your account: ${name}`} onClick={() => desk.ui.set({ userMenu: !open })}>
          <Avatar name={name} size={32} />
        </button>
      </Popover.Target>
      <Popover.Dropdown p={6}>
        <p className={classes.who}>
          <b>{name}</b>
          <span>{login}</span>
        </p>
        <button type="button" className={classes.item} onClick={() => desk.ui.open({ name: "preferences" })}>
          <Settings size={16} aria-hidden />
          <Trans>Preferences</Trans>
        </button>
        <button type="button" className={classes.item} onClick={() => desk.ui.open({ name: "shortcuts" })}>
          <Keyboard size={16} aria-hidden />
          <Trans>Keyboard shortcuts</Trans>
        </button>
        <button type="button" className={classes.item} onClick={signOut}>
          <LogOut size={16} aria-hidden />
          <Trans>Sign out</Trans>
        </button>
      </Popover.Dropdown>
    </Popover>
  );
}
