export interface Choice {
  id: "quarter" | "hour" | "four_hours" | "tomorrow";
  at: Date;
}

/** The usual times to come back to a conversation; tomorrow means nine in the morning, here. */
export function parkingTimes(now: Date): Choice[] {
  const later = (minutes: number) => new Date(now.getTime() + minutes * 60_000);
  const tomorrow = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1, 9);
  return [
    { id: "quarter", at: later(15) },
    { id: "hour", at: later(60) },
    { id: "four_hours", at: later(240) },
    { id: "tomorrow", at: tomorrow },
  ];
}

/** For an input of type datetime-local, which knows no time zone. */
export function localValue(at: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}
