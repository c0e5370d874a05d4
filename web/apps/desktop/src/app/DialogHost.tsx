import { useEffect } from "react";
import { useDesk, useDeskState, useTask } from "../shared/desk.ts";
import { useStore } from "../shared/store.ts";
import { dialogs } from "./registry.ts";

/** Shows the one dialog that is open. RONA opens by itself: nothing reaches the agent until they choose. */
export function DialogHost() {
  const desk = useDesk();
  const dialog = useStore(desk.ui.state, (ui) => ui.dialog);
  const rona = useDeskState((state) => state.me.status === "rona");
  const task = useTask(dialog?.taskId ?? null);

  useEffect(() => {
    const open = desk.ui.state.get().dialog;
    if (rona === true && open === null) desk.ui.open({ name: "rona" });
    if (rona === false && open?.name === "rona") desk.ui.close();
  }, [desk, rona, dialog]);

  // A dialog about a conversation closes with it.
  const orphan = dialog?.taskId !== undefined && task === undefined;
  useEffect(() => {
    if (orphan) desk.ui.close();
  }, [desk, orphan]);

  if (dialog === null || orphan) return null;
  const Dialog = dialogs[dialog.name];
  return <Dialog key={`${dialog.name}-${dialog.taskId ?? 0}`} dialog={dialog} onClose={() => desk.ui.close()} />;
}
