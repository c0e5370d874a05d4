import { Button } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import classes from "./Account.module.css";

/** The codes for when the phone is lost, shown this once. */
export function RecoveryCodes({ codes, done, onDone }: { codes: readonly string[]; done: string; onDone: () => void }) {
  const { t } = useLingui();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(codes.join("\n"));
      setCopied(true);
    } catch {
      // Without the right to the clipboard they can be selected and copied by hand.
    }
  };
  return (
    <div className={classes.wide} role="group" aria-label={t`Recovery codes`}>
      <p className={classes.keep}>
        <Trans>Keep these recovery codes where you find them without your phone. Each lets you in once. They are shown only now.</Trans>
      </p>
      <ul className={classes.codes}>
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <div className={classes.buttons}>
        <Button onClick={onDone}>{done}</Button>
        <Button variant="default" onClick={() => void copy()}>
          {copied ? t`Copied` : t`Copy`}
        </Button>
      </div>
    </div>
  );
}
