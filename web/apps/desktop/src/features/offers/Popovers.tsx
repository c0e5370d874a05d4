import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { ChevronDown, ChevronUp } from "lucide-react";
import { useEffect, useState } from "react";
import { useDesk, useDeskState } from "../../shared/desk.ts";
import { useOpenTaskId } from "../../shared/open-task.ts";
import { useStore } from "../../shared/store.ts";
import { groupsOf } from "../task-list/rows.ts";
import { OfferCard } from "./OfferCard.tsx";
import classes from "./Popovers.module.css";

const SHOWN = 5;

/** Requests bottom right, while the task list does not stand for them; the earliest on top. */
export function Popovers() {
  const { t } = useLingui();
  const desk = useDesk();
  const offered = useDeskState((state) => groupsOf(state).offered) ?? [];
  const raised = useOpenTaskId() !== null;
  const listInView = useListInView();
  const folded = useStore(desk.ui.state, (ui) => ui.popoversFolded);
  if (offered.length === 0 || listInView) return null;
  const shown = offered.slice(0, SHOWN);
  const last = shown.length;
  const total = offered.length;
  return (
    <section className={classes.stack} data-raised={raised} aria-label={t`Requests`} id="popovers" tabIndex={-1}>
      <header className={classes.head}>
        <span>{total > SHOWN ? t`1–${last} of ${total}` : <Plural value={total} one="# request" other="# requests" />}</span>
        {total > 1 && (
          <button type="button" onClick={() => void desk.acceptAll()}>
            <Plural value={total} one="Accept # request" other="Accept # requests" />
          </button>
        )}
        <button
          type="button"
          aria-expanded={!folded}
          aria-label={folded ? t`Expand requests` : t`Collapse requests`}
          onClick={() => desk.ui.set({ popoversFolded: !folded })}
        >
          {folded ? <ChevronUp size={16} /> : <ChevronDown size={16} />}
        </button>
      </header>
      {!folded && (
        <div className={classes.cards}>
          {shown.map((row) => (
            <OfferCard key={row.task.id} row={row} />
          ))}
        </div>
      )}
      {folded && (
        <p className="visually-hidden">
          <Trans>Collapsed</Trans>
        </p>
      )}
    </section>
  );
}

/** True while the task list is expanded, on the screen, and the tab in front. */
function useListInView(): boolean {
  const desk = useDesk();
  const open = useStore(desk.preferences.values, (values) => values.task_list_open);
  const openTask = useOpenTaskId();
  const [visible, setVisible] = useState(() => !document.hidden);
  const [wide, setWide] = useState(() => matchMedia("(min-width: 761px)").matches);
  useEffect(() => {
    const onVisible = () => setVisible(!document.hidden);
    const query = matchMedia("(min-width: 761px)");
    const onWide = () => setWide(query.matches);
    document.addEventListener("visibilitychange", onVisible);
    query.addEventListener("change", onWide);
    return () => {
      document.removeEventListener("visibilitychange", onVisible);
      query.removeEventListener("change", onWide);
    };
  }, []);
  return visible && (wide ? open : openTask === null);
}
