import { useLingui } from "@lingui/react/macro";
import { CloudOff, LoaderCircle, RefreshCw } from "lucide-react";
import { useDesk } from "../../shared/desk.ts";
import { useStore } from "../../shared/store.ts";
import classes from "./ConnectionPill.module.css";

/** Says so when the desk is not up to date; silent while all is well. */
export function ConnectionPill() {
  const { t } = useLingui();
  const desk = useDesk();
  const state = useStore(desk.connection.state, (value) => value);
  return (
    <div role="status" className={classes.place}>
      {state === "offline" && (
        <button type="button" className={classes.pill} data-state={state} onClick={() => desk.connection.tryNow()} title={t`Try again now`}>
          <CloudOff size={14} aria-hidden />
          <span>{t`Offline`}</span>
          <RefreshCw size={12} aria-hidden />
        </button>
      )}
      {(state === "connecting" || state === "catching_up") && (
        <span className={classes.pill} data-state={state}>
          <LoaderCircle size={14} className={classes.spin} aria-hidden />
          <span>{state === "connecting" ? t`Connecting…` : t`Catching up…`}</span>
        </span>
      )}
    </div>
  );
}
