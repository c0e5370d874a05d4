import { Button, SegmentedControl } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Layers } from "lucide-react";
import { useMemo, useState } from "react";
import type { DialogProps } from "../../app/registry.ts";
import { Dialog } from "../../shared/Dialog.tsx";
import { useDesk } from "../../shared/desk.ts";
import { SearchList, type Option } from "../../shared/SearchList.tsx";
import { StateDot, useStatusLabel } from "../../shared/StateDot.tsx";
import { useStore } from "../../shared/store.ts";

/** Gives a conversation to an agent, at whom it rings, or to a queue. */
export default function ReassignDialog({ dialog, onClose }: DialogProps) {
  const { t } = useLingui();
  const desk = useDesk();
  const task = dialog.steered;
  const busy = useStore(desk.busy, (set) => task !== undefined && set.has(task.id));
  const floor = useQuery({ queryKey: ["floor"], queryFn: () => desk.api.floor(), gcTime: 0 });
  const [tab, setTab] = useState<"agent" | "queue">("agent");
  const [chosen, setChosen] = useState<string | null>(null);
  const label = useStatusLabel();
  const options = useMemo<readonly Option[]>(() => {
    if (tab === "queue") {
      return (floor.data?.queues ?? []).map(({ id, name, waiting, available_agents }) => ({
        id: String(id),
        label: name,
        icon: <Layers size={16} aria-hidden />,
        detail: t`${waiting} waiting · ${available_agents} available`,
      }));
    }
    return (floor.data?.agents ?? []).map(({ id, name, status }) => ({
      id: String(id),
      label: name,
      icon: <StateDot status={status} />,
      detail: label(status),
      blocked: status === "available" ? null : label(status),
    }));
  }, [floor.data, tab, label, t]);
  if (task === undefined) return null;
  const submit = async () => {
    if (chosen === null) return;
    const body = tab === "queue" ? { queue_id: Number(chosen) } : { agent_id: Number(chosen) };
    if (await desk.steer(task, "reassign", body)) onClose();
  };
  return (
    <Dialog
      title={t`Reassign the conversation`}
      onClose={onClose}
      padded={false}
      footer={
        <>
          <Button variant="default" onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button disabled={chosen === null} loading={busy} onClick={() => void submit()}>
            <Trans>Reassign</Trans>
          </Button>
        </>
      }
    >
      <SegmentedControl
        m="0 16px 10px"
        value={tab}
        onChange={(value) => {
          setTab(value as "agent" | "queue");
          setChosen(null);
        }}
        data={[
          { value: "agent", label: t`Agent` },
          { value: "queue", label: t`Queue` },
        ]}
      />
      <SearchList
        key={tab}
        label={tab === "queue" ? t`Queues` : t`Agents`}
        placeholder={tab === "queue" ? t`Search queues` : t`Search agents`}
        options={options}
        selected={chosen}
        onChoose={setChosen}
        onConfirm={() => void submit()}
        empty={floor.isPending ? "" : floor.isError ? <Trans>The list could not be loaded.</Trans> : tab === "queue" ? <Trans>No queue is available.</Trans> : <Trans>No agent is available.</Trans>}
      />
    </Dialog>
  );
}
