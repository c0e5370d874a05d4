import { Popover } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { Keyboard, LogOut, Settings, ShieldCheck, SlidersHorizontal } from "lucide-react";
import { Avatar } from "../shared/Avatar.tsx";
import { useDesk, useUser, worksAtDesk } from "../shared/desk.ts";
import { administers } from "../shared/rights.ts";
import { useStore } from "../shared/store.ts";
import classes from "./UserMenu.module.css";

export function UserMenu() {
  const { t } = useLingui();
  const desk = useDesk();
  const user = useUser();
  const name = user?.name ?? "";
  const open = useStore(desk.ui.state, (ui) => ui.userMenu);
  const signOut = () => {
    desk.ui.set({ userMenu: false });
    void desk.signOut();
  };
  const account = () => {
    desk.ui.set({ userMenu: false });
    desk.ui.navigate("/account");
  };
  const administer = () => {
    desk.ui.set({ userMenu: false });
    desk.ui.navigate("/admin");
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
          <span>{user?.login}</span>
        </p>
        <button type="button" className={classes.item} onClick={() => desk.ui.open({ name: "preferences" })}>
          <Settings size={16} aria-hidden />
          <Trans>Preferences</Trans>
        </button>
        <button type="button" className={classes.item} onClick={account}>
          <ShieldCheck size={16} aria-hidden />
          <Trans>Your account</Trans>
        </button>
        {worksAtDesk(user) && (
          <button type="button" className={classes.item} onClick={() => desk.ui.open({ name: "shortcuts" })}>
            <Keyboard size={16} aria-hidden />
            <Trans>Keyboard shortcuts</Trans>
          </button>
        )}
        {administers(user) && (
          <button type="button" className={classes.item} onClick={administer}>
            <SlidersHorizontal size={16} aria-hidden />
            <Trans>Administration</Trans>
          </button>
        )}
        <button type="button" className={classes.item} onClick={signOut}>
          <LogOut size={16} aria-hidden />
          <Trans>Sign out</Trans>
        </button>
      </Popover.Dropdown>
    </Popover>
  );
}
