import { useSyncExternalStore } from "react";
import { region } from "./region.ts";

let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of [...listeners]) each();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The time, to the second; one clock drives all timers, so that they tick together. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => {
    if (timer === undefined) now = Date.now();
    return now;
  });
}

let serverOffset = 0;
/** Server clock minus local clock, so that timers are right on a computer whose clock is wrong. */
export function setServerOffset(milliseconds: number): void {
  serverOffset = milliseconds;
}

export function secondsSince(at: string, current: number): number {
  return Math.max(0, Math.floor((current + serverOffset - Date.parse(at)) / 1000));
}

export function secondsUntil(at: string, current: number): number {
  return Math.max(0, Math.ceil((Date.parse(at) - current - serverOffset) / 1000));
}

/** 0:14, 12:05, 1:03:09 */
export function clock(seconds: number): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

const STYLES = {
  timeOfDay: { timeStyle: "short" },
  longDay: { weekday: "long", day: "numeric", month: "long" },
  shortDate: { dateStyle: "medium" },
  exactTime: { dateStyle: "medium", timeStyle: "medium" },
  dayAndTime: { dateStyle: "medium", timeStyle: "short" },
} satisfies Record<string, Intl.DateTimeFormatOptions>;

const formats = new Map<string, Intl.DateTimeFormat>();

/** Making a format takes longer than a hundred uses of it, and a thread shows a time per message. */
function written(at: string, locale: string, style: keyof typeof STYLES): string {
  const tag = region(locale);
  const key = `${style} ${tag}`;
  let format = formats.get(key);
  if (format === undefined) formats.set(key, (format = new Intl.DateTimeFormat(tag, STYLES[style])));
  return format.format(new Date(at));
}

export function timeOfDay(at: string, locale: string): string {
  return written(at, locale, "timeOfDay");
}

export function dayKey(at: string): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${date.getMonth()}-${date.getDate()}`;
}

export function longDay(at: string, locale: string): string {
  return written(at, locale, "longDay");
}

export function shortDate(at: string, locale: string): string {
  return written(at, locale, "shortDate");
}

export function exactTime(at: string, locale: string): string {
  return written(at, locale, "exactTime");
}

export function dayAndTime(at: string, locale: string): string {
  return written(at, locale, "dayAndTime");
}
