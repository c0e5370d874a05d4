import { Button } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import type { Task } from "@rapport/api-client";
import { useQueryClient } from "@tanstack/react-query";
import { useDesk } from "../../shared/desk.ts";
import { useStore } from "../../shared/store.ts";
import { useObstacle } from "./useObstacle.ts";

/** Assigns a waiting conversation to the agent and opens it; whoever comes second is told so. */
export function TakeButton({ task, size, label, onDone }: { task: Task; size: "xs" | "sm"; label?: string; onDone?: () => void }) {
  const { t } = useLingui();
  const desk = useDesk();
  const client = useQueryClient();
  const busy = useStore(desk.busy, (set) => set.has(task.id));
  const obstacle = useObstacle(task.channel);
  const take = async () => {
    const taken = await desk.takeFromQueue(task);
    void client.invalidateQueries({ queryKey: ["queues"] });
    onDone?.();
    if (taken) desk.ui.openTask(task.id);
  };
  return (
    <Button size={size} variant={size === "xs" ? "light" : "filled"} loading={busy} disabled={obstacle !== null} title={obstacle ?? undefined} aria-label={label ?? t`Assign to me`} onClick={() => void take()}>
      <Trans>Assign to me</Trans>
    </Button>
  );
}
