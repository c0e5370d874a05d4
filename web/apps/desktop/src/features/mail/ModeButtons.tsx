import { useLingui } from "@lingui/react/macro";
import type { ComposerMode, MailMode } from "@rapport/api-client";
import classes from "./Mail.module.css";

/** Reply, Reply All, Forward. */
export function ModeButtons({ mode, onChoose }: { mode: ComposerMode; onChoose: (mode: MailMode) => void }) {
  const { t } = useLingui();
  const names: [MailMode, string][] = [
    ["reply", t`Reply`],
    ["reply_all", t`Reply All`],
    ["forward", t`Forward`],
  ];
  return (
    <div className={classes.modes} role="group" aria-label={t`How to answer`}>
      {names.map(([id, name]) => (
        <button key={id} type="button" aria-pressed={id === mode} onClick={() => onChoose(id)}>
          {name}
        </button>
      ))}
    </div>
  );
}
