import { useId, type ReactNode } from "react";
import classes from "./PreferencesDialog.module.css";

/** One line of the preferences: what it is, and the control for it. */
export function Setting({ label, hint, children }: { label: string; hint?: string; children: (labelId: string) => ReactNode }) {
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
