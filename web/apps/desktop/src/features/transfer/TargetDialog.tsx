import { ActionIcon, Button, SegmentedControl } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import type { Target, Targets, Task } from "@rapport/api-client";
import { Layers, RefreshCw } from "lucide-react";
import { useMemo, useState } from "react";
import { Dialog } from "../../shared/Dialog.tsx";
import { useDesk, useDeskState } from "../../shared/desk.ts";
import { codeText } from "../../shared/error-text.ts";
import { SearchList, type Option } from "../../shared/SearchList.tsx";
import { StateDot, useStatusLabel } from "../../shared/StateDot.tsx";
import { useStore } from "../../shared/store.ts";
import { useTargets } from "./useTargets.ts";
import { Tip } from "../../shared/Tip.tsx";
import classes from "./TargetDialog.module.css";

export type TargetTab = "queue" | "agent";

interface Props {
  title: string;
  action: string;
  kind: "transfer" | "conference";
  task: Task;
  tabs: readonly TargetTab[];
  onClose: () => void;
  onChoose: (target: Target) => Promise<void>;
}

/** The dialog behind Transfer and Conference: a list of queues or agents, with their states. */
export function TargetDialog({ title, action, kind, task, tabs, onClose, onChoose }: Props) {
  const { t } = useLingui();
  const desk = useDesk();
  const busy = useStore(desk.busy, (set) => set.has(task.id));
  const targets = useTargets(task.id, kind);
  const [tab, setTab] = useState<TargetTab>(tabs[0] ?? "agent");
  const [chosen, setChosen] = useState<string | null>(null);
  const options = useOptions(targets.data, tab);
  const valid = options.some((option) => option.id === chosen && !option.blocked);
  const submit = () => {
    if (chosen === null || !valid) return;
    const id = Number(chosen);
    void onChoose(tab === "queue" ? { queue_id: id } : { agent_id: id });
  };
  return (
    <Dialog
      title={title}
      onClose={onClose}
      padded={false}
      footer={
        <>
          <Button variant="default" onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button disabled={!valid} loading={busy} onClick={submit}>
            {action}
          </Button>
        </>
      }
    >
      {tabs.length > 1 && (
        <SegmentedControl
          className={classes.tabs!}
          fullWidth
          value={tab}
          onChange={(value) => {
            setTab(value as TargetTab);
            setChosen(null);
          }}
          data={[
            { value: "queue", label: t`Queue` },
            { value: "agent", label: t`Agent` },
          ]}
        />
      )}
      <SearchList
        key={tab}
        label={tab === "queue" ? t`Queues` : t`Agents`}
        placeholder={tab === "queue" ? t`Search queues` : t`Search agents`}
        options={options}
        selected={chosen}
        onChoose={setChosen}
        onConfirm={submit}
        empty={targets.isPending ? "" : targets.isError ? <Trans>The list could not be loaded.</Trans> : tab === "queue" ? <Trans>No queue is available.</Trans> : <Trans>No agent is available.</Trans>}
        aside={
          <Tip label={t`Refresh the List`}>
            <ActionIcon variant="subtle" color="gray" aria-label={t`Refresh the List`} onClick={() => void targets.refetch()}>
              <RefreshCw size={16} className={targets.isFetching ? classes.spin : undefined} />
            </ActionIcon>
          </Tip>
        }
      />
    </Dialog>
  );
}

function useOptions(targets: Targets | undefined, tab: TargetTab): readonly Option[] {
  const { t } = useLingui();
  const codes = useDeskState((state) => state.catalog.idle_codes);
  const label = useStatusLabel();
  return useMemo(() => {
    if (targets === undefined) return [];
    if (tab === "queue") {
      return targets.queues.map(({ id, name, waiting, available_agents }) => ({
        id: String(id),
        label: name,
        icon: <Layers size={16} aria-hidden />,
        detail: t`${waiting} waiting · ${available_agents} available`,
      }));
    }
    return targets.agents.map(({ id, name, status, idle_code_id, supervisor, reachable, reason }) => {
      const state = codes?.find((code) => code.id === idle_code_id)?.name ?? label(status);
      const why = reason === null ? state : codeText(reason, state);
      return {
        id: String(id),
        label: name,
        icon: <StateDot status={status} />,
        detail: supervisor ? t`Supervisor · ${state}` : state,
        blocked: reachable ? null : why,
      };
    });
  }, [targets, tab, codes, label, t]);
}
