import type { Task } from "@rapport/api-client";
import { useEffect, type RefObject } from "react";
import { useDesk } from "../../shared/desk.ts";
import { useStore } from "../../shared/store.ts";
import type { FieldHandle } from "../composer/field.ts";

/** What a workflow that was started here has for the message field is put at the caret, once. */
export function useWorkflowText(task: Task, field: RefObject<FieldHandle | null>, enabled: boolean): void {
  const desk = useDesk();
  const messages = useStore(desk.threads.all, (all) => all.get(task.conversation_id)?.messages);
  useEffect(() => {
    if (!enabled) return;
    const insert = (text: string) => field.current?.insert(text);
    desk.ui.inserter = insert;
    return () => void (desk.ui.inserter = null);
  }, [desk, field, enabled]);
  const started = useStore(desk.ui.startedRuns, (ids) => ids);
  useEffect(() => {
    if (!enabled || started.size === 0) return;
    for (const { announcement } of messages ?? []) {
      const runId = Number(announcement?.params["run_id"] ?? 0);
      if (announcement?.code !== "workflow_done" || !started.has(runId)) continue;
      desk.ui.noteRun(runId, false);
      if (announcement.params["composer"] === undefined) continue;
      desk.api.workflowRun(task.id, runId).then(
        ({ run }) => run.text !== null && desk.ui.inserter?.(run.text),
        (error: unknown) => desk.toasts.error(error),
      );
    }
  }, [desk, task.id, messages, started, enabled]);
}
