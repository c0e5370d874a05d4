import type { Leg, Task } from "@rapport/api-client";

export interface Conference {
  phase: "requested" | "running";
  invited: Leg;
}

/** The conference of a task, read from its invited leg. */
export function conferenceOf(task: Task): Conference | null {
  const invited = task.legs.findLast(
    (leg) => leg.role === "invited" && (leg.state === "offered" || leg.state === "active"),
  );
  if (invited === undefined) return null;
  return { phase: invited.state === "offered" ? "requested" : "running", invited };
}
