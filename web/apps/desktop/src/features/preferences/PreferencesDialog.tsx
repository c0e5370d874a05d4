import { Button, NativeSelect, SegmentedControl, Slider, Switch } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { Volume2 } from "lucide-react";
import { useId, type ReactNode } from "react";
import type { DialogProps } from "../../app/registry.ts";
import { Dialog } from "../../shared/Dialog.tsx";
import { useDesk } from "../../shared/desk.ts";
import { languages, isLanguage } from "../../shared/i18n.ts";
import { useStore } from "../../shared/store.ts";
import { play } from "../notifications/sound.ts";
import type { PreferenceValues } from "./preferences.ts";
import classes from "./PreferencesDialog.module.css";

export default function PreferencesDialog({ onClose }: DialogProps) {
  const { t } = useLingui();
  const desk = useDesk();
  const values = useStore(desk.preferences.values, (held) => held);
  const change = (patch: Partial<PreferenceValues>) => desk.preferences.change(patch);
  const { sound } = values;
  const notify = async (on: boolean) => {
    if (on && "Notification" in window && Notification.permission !== "granted") {
      if ((await Notification.requestPermission()) !== "granted") return;
    }
    change({ desktop_notifications: on });
  };
  return (
    <Dialog title={t`Preferences`} onClose={onClose} size={520}>
      <Setting label={t`Colours`}>
        {(id) => (
          <SegmentedControl
            aria-labelledby={id}
            value={values.theme}
            onChange={(theme) => change({ theme: theme as PreferenceValues["theme"] })}
            data={[
              { value: "auto", label: t`Automatic` },
              { value: "light", label: t`Light` },
              { value: "dark", label: t`Dark` },
            ]}
          />
        )}
      </Setting>
      <Setting label={t`Language`}>
        {(id) => (
          <NativeSelect
            aria-labelledby={id}
            value={values.language}
            onChange={({ currentTarget: { value } }) => isLanguage(value) && change({ language: value })}
            data={Object.entries(languages).map(([value, label]) => ({ value, label }))}
          />
        )}
      </Setting>
      <Setting label={t`Silence all sounds`}>
        {(id) => <Switch aria-labelledby={id} checked={sound.silent} onChange={(event) => change({ sound: { ...sound, silent: event.currentTarget.checked } })} />}
      </Setting>
      <Setting label={t`Volume`}>
        {() => (
          <div className={classes.volume}>
            <Slider
              thumbLabel={t`Volume`}
              min={0}
              max={100}
              step={5}
              label={null}
              disabled={sound.silent}
              value={Math.round(sound.volume * 100)}
              onChange={(percent) => change({ sound: { ...sound, volume: percent / 100 } })}
              onChangeEnd={(percent) => play("message", percent / 100)}
            />
            <Button size="compact-sm" variant="default" leftSection={<Volume2 size={14} />} onClick={() => play("offer", sound.volume)}>
              <Trans>Listen</Trans>
            </Button>
          </div>
        )}
      </Setting>
      <Setting label={t`Desktop notifications`} hint={t`While this tab is in the background`}>
        {(id) => <Switch aria-labelledby={id} checked={values.desktop_notifications} onChange={(event) => void notify(event.currentTarget.checked)} />}
      </Setting>
      <Setting label={t`Keyboard shortcuts`}>
        {() => (
          <Button variant="default" size="xs" onClick={() => desk.ui.open({ name: "shortcuts" })}>
            <Trans>Show and change</Trans>
          </Button>
        )}
      </Setting>
    </Dialog>
  );
}

function Setting({ label, hint, children }: { label: string; hint?: string; children: (labelId: string) => ReactNode }) {
  const id = useId();
  return (
    <div className={classes.setting}>
      <div>
        <span id={id}>{label}</span>
        {hint !== undefined && <small>{hint}</small>}
      </div>
      {children(id)}
    </div>
  );
}
