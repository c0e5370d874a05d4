import { i18n } from "@lingui/core";
import { msg } from "@lingui/core/macro";

export const UNITS = { s: 1, min: 60, h: 3600, d: 86_400 } as const;
export type Unit = keyof typeof UNITS;

/** The largest unit of which these seconds are whole. */
export function largestUnit(seconds: number): Unit {
  if (seconds === 0) return "s";
  const found = (["d", "h", "min"] as const).find((unit) => seconds % UNITS[unit] === 0);
  return found ?? "s";
}

/** Seconds in words, such as 1 min 30 s. */
export function durationText(seconds: number): string {
  const parts: string[] = [];
  let rest = seconds;
  for (const unit of ["d", "h", "min", "s"] as const) {
    const count = Math.floor(rest / UNITS[unit]);
    rest -= count * UNITS[unit];
    if (count > 0) parts.push(unitText(count, unit));
  }
  return parts.slice(0, 2).join(" ") || unitText(0, "s");
}

function unitText(count: number, unit: Unit): string {
  switch (unit) {
    case "d":
      return i18n._(msg`${count} d`);
    case "h":
      return i18n._(msg`${count} h`);
    case "min":
      return i18n._(msg`${count} min`);
    case "s":
      return i18n._(msg`${count} s`);
  }
}
