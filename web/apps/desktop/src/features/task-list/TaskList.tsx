import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Coffee, Inbox } from "lucide-react";
import { useDesk, useDeskState } from "../../shared/desk.ts";
import { OfferCard } from "../offers/OfferCard.tsx";
import { groupsOf, type Row } from "./rows.ts";
import { NewMessageButton } from "../outbound/NewMessageButton.tsx";
import { TaskRow } from "./TaskRow.tsx";
import classes from "./TaskList.module.css";

export function TaskList({ open, openTaskId }: { open: boolean; openTaskId: number | null }) {
  const { t } = useLingui();
  const desk = useDesk();
  const groups = useDeskState(groupsOf);
  if (groups === undefined) return null;
  const { offered, active, wrapUp } = groups;
  const none = offered.length + active.length + wrapUp.length === 0;
  return (
    <aside className={classes.list} data-open={open} aria-label={t`Task list`} id="task-list" tabIndex={-1}>
      {offered.length > 0 && (
        <section className={classes.offers} aria-label={t`Offered`}>
          <h2>
            <Trans>Offered</Trans> <span>{offered.length}</span>
          </h2>
          {offered.map((row) => (
            <OfferCard key={row.task.id} row={row} />
          ))}
          {offered.length > 1 && (
            <button type="button" className={classes.acceptAll} onClick={() => void desk.acceptAll()}>
              <Plural value={offered.length} one="Accept # request" other="Accept # requests" />
            </button>
          )}
        </section>
      )}
      <Group title={t`Active`} rows={active} openTaskId={openTaskId} />
      <Group title={t`Wrap-up`} rows={wrapUp} openTaskId={openTaskId} />
      {none && <Empty />}
      <NewMessageButton />
    </aside>
  );
}

function Group({ title, rows, openTaskId }: { title: string; rows: Row[]; openTaskId: number | null }) {
  if (rows.length === 0) return null;
  return (
    <section aria-label={title}>
      <h2>
        {title} <span>{rows.length}</span>
      </h2>
      <ul>
        {rows.map((row) => (
          <TaskRow key={row.task.id} row={row} open={row.task.id === openTaskId} />
        ))}
      </ul>
    </section>
  );
}

function Empty() {
  const available = useDeskState((state) => state.me.status === "available");
  return (
    <div className={classes.empty}>
      {available === true ? <Inbox size={26} aria-hidden /> : <Coffee size={26} aria-hidden />}
      <p>
        {available === true ? (
          <Trans>All quiet. New requests appear here.</Trans>
        ) : (
          <Trans>Nothing here. Go available to receive requests.</Trans>
        )}
      </p>
    </div>
  );
}
