import { Button, Switch } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { useDesk } from "../../shared/desk.ts";
import { useStore } from "../../shared/store.ts";
import { askPermission, DesktopNotifications, permission } from "../notifications/desktop-notification.ts";
import { Setting } from "./Setting.tsx";
import classes from "./PreferencesDialog.module.css";

/** Notifications outside the page: wanted here, allowed by the browser, and tried. */
export function NotificationSettings() {
  const { t } = useLingui();
  const desk = useDesk();
  const wanted = useStore(desk.preferences.values, (values) => values.desktop_notifications);
  const [allowed, setAllowed] = useState(permission);
  const change = async (on: boolean) => {
    const answer = on && allowed === "default" ? await askPermission() : allowed;
    setAllowed(answer);
    if (!on || answer === "granted") desk.preferences.change({ desktop_notifications: on });
  };
  const tryIt = () => {
    void new DesktopNotifications().show({ tag: "test", heading: t`This is how a request is announced`, body: t`Rapport`, taskId: null, stays: false });
  };
  const hints = {
    granted: t`While this tab is in the background`,
    default: t`While this tab is in the background`,
    denied: t`The browser blocks them for this site. Allow them in its settings.`,
    none: t`This browser has none.`,
  };
  return (
    <Setting label={t`Desktop notifications`} hint={hints[allowed]}>
      {(id) => (
        <div className={classes.outside}>
          {wanted && allowed === "granted" && (
            <Button size="compact-sm" variant="default" onClick={tryIt}>
              <Trans>Try it</Trans>
            </Button>
          )}
          <Switch
            aria-labelledby={id}
            disabled={allowed === "denied" || allowed === "none"}
            checked={wanted && allowed === "granted"}
            onChange={(event) => void change(event.currentTarget.checked)}
          />
        </div>
      )}
    </Setting>
  );
}
