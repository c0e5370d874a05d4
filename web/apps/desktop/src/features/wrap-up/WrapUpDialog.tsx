import { Button } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { myLeg } from "@rapport/event-store";
import { useEffect, useMemo, useState } from "react";
import type { DialogProps } from "../../app/registry.ts";
import { Dialog } from "../../shared/Dialog.tsx";
import { useDesk, useDeskState, useTask } from "../../shared/desk.ts";
import { capabilitiesOf } from "../../shared/people.ts";
import { SearchList, type Option } from "../../shared/SearchList.tsx";
import { useStore } from "../../shared/store.ts";
import { WrapUpClock } from "./WrapUpClock.tsx";
import classes from "./WrapUpDialog.module.css";

export default function WrapUpDialog({ dialog, onClose }: DialogProps) {
  const { t } = useLingui();
  const desk = useDesk();
  const task = useTask(dialog.taskId ?? null);
  const leg = useDeskState((state) => (task === undefined ? undefined : myLeg(task, state.me.id)));
  const reasons = useDeskState((state) => state.catalog.reasons);
  const several = useDeskState((state) => task !== undefined && capabilitiesOf(state.catalog, task).several_reasons) === true;
  const mayCancel = useDeskState((state) => state.catalog.settings.wrap_up_cancel_allowed) === true;
  const busy = useStore(desk.busy, (set) => task !== undefined && set.has(task.id));
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const queueId = leg?.queue_id;
  const options = useMemo<Option[]>(
    () =>
      (reasons ?? [])
        .filter((reason) => reason.queue_ids === null || (queueId !== undefined && reason.queue_ids.includes(queueId)))
        .map((reason) => ({ id: String(reason.id), label: reason.name })),
    [reasons, queueId],
  );
  const wrapping = leg?.state === "wrapping_up";
  useEffect(() => {
    if (!wrapping) onClose();
  }, [wrapping, onClose]);
  if (task === undefined || leg === undefined) return null;

  const choose = (id: string) =>
    setChosen((held) => (several ? (held.includes(id) ? held.filter((each) => each !== id) : [...held, id]) : [id]));
  // A reason that the search hides is still chosen: it stays named above the list.
  const names = options.filter(({ id }) => chosen.includes(id)).map(({ label }) => label).join(", ");
  const submit = async () => {
    if (chosen.length > 0 && (await desk.wrapUp(task, chosen.map(Number)))) onClose();
  };
  return (
    <Dialog
      title={t`Wrap Up Reasons`}
      onClose={onClose}
      padded={false}
      footer={
        <>
          <div className={classes.clock}>
            <WrapUpClock leg={leg} />
            {leg.due_at !== null && mayCancel && (
              <button type="button" onClick={() => void desk.cancelWrapUpTimer(task)}>
                <Trans>Cancel timer</Trans>
              </button>
            )}
          </div>
          <Button disabled={chosen.length === 0} loading={busy} onClick={() => void submit()}>
            <Trans>Submit Wrap Up</Trans>
          </Button>
        </>
      }
    >
      <p className={classes.hint}>
        {names !== "" ? names : several ? t`Choose one or more reasons.` : t`Choose one reason.`}
      </p>
      <SearchList
        label={t`Wrap-up reasons`}
        placeholder={t`Search reasons`}
        options={options}
        selected={chosen}
        onChoose={choose}
        {...(several ? {} : { onConfirm: () => void submit() })}
      />
    </Dialog>
  );
}
