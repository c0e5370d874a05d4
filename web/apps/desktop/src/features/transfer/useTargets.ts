import type { Targets } from "@rapport/api-client";
import { useQuery } from "@tanstack/react-query";
import { useDesk } from "../../shared/desk.ts";

/** The queues and agents that a conversation can go to, as they are now. */
export function useTargets(taskId: number, kind: "transfer" | "conference") {
  const desk = useDesk();
  return useQuery<Targets>({
    queryKey: ["targets", kind, taskId],
    queryFn: ({ signal }) =>
      kind === "transfer"
        ? desk.api.transferTargets(taskId, "", { signal })
        : desk.api.conferenceTargets(taskId, "", { signal }),
    staleTime: 0,
    gcTime: 0,
  });
}
