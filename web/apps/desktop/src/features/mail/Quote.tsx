import { Trans, useLingui } from "@lingui/react/macro";
import { Ellipsis } from "lucide-react";
import { useState } from "react";
import { Tip } from "../../shared/Tip.tsx";
import classes from "./Mail.module.css";

/** The mail that is answered or forwarded, behind an ellipsis; a forward sends it along. */
export function Quote({ forward, text }: { forward: boolean; text: string }) {
  const { t } = useLingui();
  const [open, setOpen] = useState(false);
  if (text === "") return null;
  const label = open ? t`Hide the quoted mail` : t`Show the quoted mail`;
  return (
    <div className={classes.quote}>
      <Tip label={label}>
        <button type="button" className={classes.dots} aria-expanded={open} aria-label={label} onClick={() => setOpen(!open)}>
          <Ellipsis size={17} />
        </button>
      </Tip>
      {open && (
        <>
          <small>{forward ? <Trans>Goes along below your text:</Trans> : <Trans>The mail that you answer:</Trans>}</small>
          <pre className={classes.quoted} tabIndex={0} role="region" aria-label={t`Quoted mail`}>
            {text}
          </pre>
        </>
      )}
    </div>
  );
}
