import { ApiError, newKey, type OutboundAnswer, type OutboundChoice } from "@rapport/api-client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useDesk, useDeskState, type Desk } from "../../shared/desk.ts";
import { errorText } from "../../shared/error-text.ts";

/** On which accounts the agent may write first; undefined until it is known. */
export function useOutboundChoices(): readonly OutboundChoice[] | undefined {
  const desk = useDesk();
  const version = useDeskState((state) => state.catalog.version);
  return useQuery({ queryKey: ["outbound", version], queryFn: () => desk.api.outboundChoices(), staleTime: 60_000, retry: false }).data?.items;
}

export interface Sending {
  busy: boolean;
  problem: string | null;
  /** The conversation that is open already, where that is why nothing was sent. */
  openTask: number | null;
  send: (call: (desk: Desk, key: string) => Promise<OutboundAnswer>) => Promise<void>;
}

/**
 * Sends once: a second try after a lost answer has the same key, so that nothing starts twice.
 * The key belongs to what is sent; with other words it is another one.
 */
export function useSending(written: string, onSent: () => void): Sending {
  const desk = useDesk();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [openTask, setOpenTask] = useState<number | null>(null);
  const [once, setOnce] = useState({ written, key: newKey() });
  const send: Sending["send"] = async (call) => {
    if (busy) return;
    const key = once.written === written ? once.key : newKey();
    setOnce({ written, key });
    setBusy(true);
    setProblem(null);
    setOpenTask(null);
    try {
      const { task } = await call(desk, key);
      onSent();
      desk.ui.openTask(task.id);
    } catch (error) {
      setProblem(errorText(error));
      const found = error instanceof ApiError && error.code === "already_open" ? error.details["task_id"] : null;
      setOpenTask(typeof found === "number" ? found : null);
      setBusy(false);
    }
  };
  return { busy, problem, openTask, send };
}
