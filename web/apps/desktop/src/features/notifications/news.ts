import type { DeskEvent, Message, Notice, Task } from "@rapport/api-client";
import { myLeg, type DeskState } from "@rapport/event-store";

/** What an agent should hear about, read from what changed in one commit. */
export type News =
  | { kind: "offer"; task: Task }
  | { kind: "offer_gone"; task: Task; how: "expired" | "withdrawn" }
  | { kind: "message"; task: Task; message: Message }
  | { kind: "customer_left"; task: Task }
  | { kind: "dropped"; task: Task }
  | { kind: "outcome"; task: Task; agentId: number; how: Outcome }
  | { kind: "notice"; notice: Notice };
/** What became of what the agent asked of a colleague, or a colleague did to their conversation. */
export type Outcome = "joined" | "no_answer" | "left" | "transfer_accepted" | "taken_over";

export function newsOf(events: readonly DeskEvent[], before: DeskState, after: DeskState): News[] {
  const news: News[] = [];
  for (const [id, task] of after.tasks) {
    const leg = myLeg(task, after.me.id);
    const earlier = before.tasks.get(id);
    const was = earlier === undefined ? undefined : myLeg(earlier, before.me.id);
    if (leg?.state === "offered" && was?.id !== leg.id) news.push({ kind: "offer", task });
    if (leg?.state === "active" && task.customer_left_at !== null && earlier?.customer_left_at === null) {
      news.push({ kind: "customer_left", task });
    }
    if (earlier !== undefined) news.push(...outcomes(earlier, task, after.me.id));
  }
  for (const event of events) {
    const { task, message, notice } = event;
    if (notice !== undefined) news.push({ kind: "notice", notice });
    if (message !== undefined && isNewInbound(message, before)) {
      const mine = message.task_id === null ? undefined : after.tasks.get(message.task_id);
      const leg = mine === undefined ? undefined : myLeg(mine, after.me.id);
      if (mine !== undefined && leg?.state === "active") news.push({ kind: "message", task: mine, message });
    }
    const held = task === undefined ? undefined : before.tasks.get(task.id);
    const rang = held === undefined ? undefined : myLeg(held, before.me.id);
    // The one who did not answer hears of the expired request, the one who had transferred of this.
    if (event.kind === "task.dropped" && held !== undefined && rang?.state !== "offered") news.push({ kind: "dropped", task: held });
    if (task !== undefined && held !== undefined && rang?.state === "offered") {
      const now = task.legs.find((leg) => leg.id === rang.id);
      if (now?.outcome === "expired") news.push({ kind: "offer_gone", task: held, how: "expired" });
      if (now?.outcome === "withdrawn") news.push({ kind: "offer_gone", task: held, how: "withdrawn" });
    }
  }
  return news;
}

/** Colleagues' legs of a task in which the agent has or had the owner's part. */
function outcomes(before: Task, task: Task, me: number): News[] {
  const mine = before.legs.findLast((leg) => leg.agent_id === me && leg.state !== "closed");
  if (mine?.role !== "owner") return [];
  const tell = (agentId: number, how: Outcome): News => ({ kind: "outcome", task, agentId, how });
  return task.legs.flatMap((leg) => {
    const was = before.legs.find(({ id }) => id === leg.id);
    if (leg.agent_id === me || was?.state === leg.state) return [];
    if (leg.role === "owner") {
      if (leg.state !== "active") return [];
      if (leg.origin === "supervisor") return [tell(leg.agent_id, "taken_over")];
      return leg.origin === "transfer" && mine.outcome === "transferred" ? [tell(leg.agent_id, "transfer_accepted")] : [];
    }
    if (leg.state === "active") return [tell(leg.agent_id, "joined")];
    if (leg.outcome === "expired") return [tell(leg.agent_id, "no_answer")];
    return leg.outcome === "exited" && was?.state === "active" ? [tell(leg.agent_id, "left")] : [];
  });
}

function isNewInbound(message: Message, before: DeskState): boolean {
  if (message.direction !== "inbound" || message.task_id === null) return false;
  const last = before.lastMessages.get(message.task_id);
  return last === undefined || message.seq > last.seq;
}
