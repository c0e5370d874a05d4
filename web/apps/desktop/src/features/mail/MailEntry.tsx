import type { Task } from "@rapport/api-client";
import type { ThreadRow } from "../conversation/thread-rows.ts";
import { MailRow, OutgoingMailRow } from "./MailRow.tsx";

/** A mail in the thread: one that is there, or one on its way to the server. */
export default function MailEntry({ row, task }: { row: Extract<ThreadRow, { kind: "message" | "outgoing" }>; task: Task }) {
  return row.kind === "message" ? <MailRow message={row.message} task={task} /> : <OutgoingMailRow item={row.item} />;
}
