import { useLingui } from "@lingui/react/macro";
import type { Message, Task } from "@rapport/api-client";
import { myLeg } from "@rapport/event-store";
import { RotateCcw, TextCursorInput } from "lucide-react";
import { useState } from "react";
import { useDesk, useDeskState } from "../../shared/desk.ts";
import { useStore } from "../../shared/store.ts";
import classes from "./Workflow.module.css";

/** Beside a line about a workflow: that it runs, and what can be done once it has ended. */
export function WorkflowState({ message, task }: { message: Message; task: Task }) {
  const { t } = useLingui();
  const desk = useDesk();
  const [busy, setBusy] = useState(false);
  const me = useDeskState((state) => state.me.id);
  const mine = useDeskState((state) => {
    const now = state.tasks.get(task.id);
    return now !== undefined && myLeg(now, state.me.id)?.state === "active";
  });
  const { code, params } = message.announcement ?? { code: "", params: {} };
  const runId = Number(params["run_id"] ?? 0);
  const last = useStore(desk.threads.all, (all) => {
    const lines = all.get(message.conversation_id)?.messages ?? [];
    return lines.findLast((line) => line.announcement?.params["run_id"] === runId)?.seq === message.seq;
  });
  if (!last) return null;
  if (code === "workflow_started" || code === "rule_started_workflow") {
    return (
      <span className={classes.running} role="status">
        {t`running…`}
      </span>
    );
  }
  if (mine !== true || message.task_id !== task.id) return null;
  const retry = async () => {
    setBusy(true);
    try {
      await desk.api.retryWorkflow(task.id, runId);
      desk.ui.noteRun(runId, true);
    } catch (error) {
      desk.toasts.error(error);
    } finally {
      setBusy(false);
    }
  };
  const insert = async () => {
    try {
      const { run } = await desk.api.workflowRun(task.id, runId);
      if (run.text !== null) desk.ui.inserter?.(run.text);
    } catch (error) {
      desk.toasts.error(error);
    }
  };
  return (
    <>
      {params["not_told"] !== undefined && <span className={classes.untold}>{t`The customer was not told.`}</span>}
      {code === "workflow_failed" && (
        <button type="button" className={classes.button} disabled={busy} onClick={() => void retry()}>
          <RotateCcw size={13} aria-hidden /> {t`Try again`}
        </button>
      )}
      {code === "workflow_done" && params["composer"] !== undefined && params["agent_id"] === me && (
        <button type="button" className={classes.button} onClick={() => void insert()}>
          <TextCursorInput size={13} aria-hidden /> {t`Insert the text`}
        </button>
      )}
    </>
  );
}
