import { Button, NativeSelect, SegmentedControl, Switch, Textarea } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import type { DialogProps } from "../../app/registry.ts";
import { Dialog } from "../../shared/Dialog.tsx";
import { useDesk } from "../../shared/desk.ts";
import { languages, isLanguage } from "../../shared/i18n.ts";
import { useStore } from "../../shared/store.ts";
import { NotificationSettings } from "./NotificationSettings.tsx";
import { Setting } from "./Setting.tsx";
import { SoundSettings } from "./SoundSettings.tsx";
import { UNDO_SECONDS, type PreferenceValues } from "./preferences.ts";
import classes from "./PreferencesDialog.module.css";

export default function PreferencesDialog({ onClose }: DialogProps) {
  const { t } = useLingui();
  const desk = useDesk();
  const values = useStore(desk.preferences.values, (held) => held);
  const change = (patch: Partial<PreferenceValues>) => desk.preferences.change(patch);
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
      <SoundSettings />
      <NotificationSettings />
      <Setting label={t`Open the linked page on acceptance`} hint={t`In a tab of its own, where the queue has such a page`}>
        {(id) => <Switch aria-labelledby={id} checked={values.screen_pop_opens} onChange={(event) => change({ screen_pop_opens: event.currentTarget.checked })} />}
      </Setting>
      <Setting label={t`Signature`} hint={t`Below your mails`}>
        {(id) => <Textarea aria-labelledby={id} className={classes.signature} autosize minRows={2} maxRows={5} maxLength={1000} value={values.signature} onChange={({ currentTarget: { value } }) => change({ signature: value })} />}
      </Setting>
      <Setting label={t`Undo sending of mails`} hint={t`How long a mail waits before it leaves`}>
        {(id) => (
          <SegmentedControl
            aria-labelledby={id}
            value={String(values.undo_send_s)}
            onChange={(value) => change({ undo_send_s: UNDO_SECONDS.find((seconds) => String(seconds) === value) ?? 5 })}
            data={UNDO_SECONDS.map((seconds) => ({ value: String(seconds), label: seconds === 0 ? t`Off` : t`${seconds} s` }))}
          />
        )}
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
