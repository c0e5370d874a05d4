import { useLingui } from "@lingui/react/macro";
import { CircleAlert, X } from "lucide-react";
import { useDesk } from "./desk.ts";
import { errorText } from "./error-text.ts";
import { useStore } from "./store.ts";
import classes from "./ToastList.module.css";

/** Why something could not be done, in words, over everything else. */
export function ToastList() {
  const { t } = useLingui();
  const desk = useDesk();
  const toasts = useStore(desk.toasts.list, (list) => list);
  return (
    <div className={classes.list} role="status" aria-live="polite">
      {toasts.map((toast) => (
        <div key={toast.id} className={classes.toast}>
          <CircleAlert size={18} aria-hidden />
          <span>{errorText(toast.error)}</span>
          <button type="button" aria-label={t`Dismiss`} onClick={() => desk.toasts.dismiss(toast.id)}>
            <X size={16} />
          </button>
        </div>
      ))}
    </div>
  );
}
