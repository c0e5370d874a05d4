import { useParams } from "@tanstack/react-router";

/** The conversation that the address names. */
export function useOpenTaskId(): number | null {
  const { taskId } = useParams({ strict: false }) as { taskId?: string };
  const id = Number(taskId);
  return Number.isInteger(id) && id > 0 ? id : null;
}
