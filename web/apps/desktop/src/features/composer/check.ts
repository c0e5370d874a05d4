/** Why Send is not possible; null when it is. */
export type SendProblem =
  | "empty"
  | "over_limit"
  | "customer_left"
  | "opted_out"
  | "window_closed"
  | "parked"
  | "uploading"
  | "file_problem"
  | "unresolved"
  | null;

interface Situation {
  text: string;
  limit: number | null;
  customerLeft: boolean;
  barrier: "opted_out" | "window_closed" | null;
  parked: boolean;
  uploading: boolean;
  /** A field of a template still shows its name. */
  unresolved?: boolean;
  refusedFiles: boolean;
  readyFiles: number;
}

/** Characters as people count them: an emoji outside the basic plane is one. */
export function countCharacters(text: string): number {
  return [...text].length;
}

export function checkSend(situation: Situation): SendProblem {
  const { text, limit } = situation;
  if (situation.customerLeft) return "customer_left";
  if (situation.parked) return "parked";
  if (situation.barrier !== null) return situation.barrier;
  if (limit !== null && countCharacters(text) > limit) return "over_limit";
  if (situation.refusedFiles) return "file_problem";
  if (situation.uploading) return "uploading";
  if (situation.unresolved === true) return "unresolved";
  if (text.trim() === "" && situation.readyFiles === 0) return "empty";
  return null;
}
