import { ActionIcon, Slider, Switch } from "@mantine/core";
import { useLingui } from "@lingui/react/macro";
import { Volume2 } from "lucide-react";
import { useDesk } from "../../shared/desk.ts";
import { useStore } from "../../shared/store.ts";
import { play, SOUND_KINDS, type SoundKind } from "../notifications/sound.ts";
import { Setting } from "./Setting.tsx";
import classes from "./PreferencesDialog.module.css";

/** Which sounds are heard, and how loud; each can be tried. */
export function SoundSettings() {
  const { t } = useLingui();
  const desk = useDesk();
  const sound = useStore(desk.preferences.values, (values) => values.sound);
  const change = (patch: Partial<typeof sound>) => desk.preferences.change({ sound: { ...sound, ...patch } });
  const names: Record<SoundKind, string> = {
    offer: t`New requests`,
    message: t`Messages`,
    outcome: t`Answers to transfers and conferences`,
    warning: t`Warnings`,
  };
  return (
    <>
      <Setting label={t`Silence all sounds`}>
        {(id) => <Switch aria-labelledby={id} checked={sound.silent} onChange={(event) => change({ silent: event.currentTarget.checked })} />}
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
              onChange={(percent) => change({ volume: percent / 100 })}
              onChangeEnd={(percent) => play("message", percent / 100)}
            />
          </div>
        )}
      </Setting>
      <Setting label={t`Sounds for`}>
        {(id) => (
          <div className={classes.kinds} role="group" aria-labelledby={id}>
            {SOUND_KINDS.map((kind) => (
              <div key={kind}>
                <Switch
                  size="sm"
                  label={names[kind]}
                  disabled={sound.silent}
                  checked={sound.kinds[kind]}
                  onChange={(event) => change({ kinds: { ...sound.kinds, [kind]: event.currentTarget.checked } })}
                />
                <ActionIcon variant="subtle" color="gray" aria-label={t`Listen: ${names[kind]}`} onClick={() => play(kind, sound.volume)}>
                  <Volume2 size={16} />
                </ActionIcon>
              </div>
            ))}
          </div>
        )}
      </Setting>
    </>
  );
}
