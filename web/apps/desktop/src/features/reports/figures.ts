import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { Report, ReportBy, ReportPeriod } from "@rapport/api-client";
import { percent } from "../../shared/numbers.ts";
import { clock } from "../../shared/time.ts";
import { region } from "../../shared/region.ts";

/** The words of every figure; what each counts is in docs/glossary.md. */
export const figureNames: Record<string, MessageDescriptor> = {
  arrived: msg`Arrived`,
  started: msg`Started by agents`,
  offered: msg`Offered`,
  accepted: msg`Accepted`,
  rona: msg`RONA`,
  abandoned: msg`Abandoned`,
  timed_out: msg`Timed out`,
  closed: msg`Closed`,
  dropped: msg`Dropped`,
  handled: msg`Handled`,
  answered_in_time: msg`Answered in time`,
  transfers: msg`Transfers`,
  conferences: msg`Conferences`,
  supervised: msg`Joined by supervisors`,
  taken_over: msg`Taken over`,
  received: msg`Messages received`,
  sent: msg`Messages sent`,
  reason: msg`Wrap-up reasons`,
  service_level: msg`Service level`,
  speed_of_answer_s: msg`Speed of answer`,
  first_response_s: msg`First response`,
  handle_time_s: msg`Handle time`,
  wrap_up_time_s: msg`Wrap-up time`,
  available_s: msg`Time available`,
  occupancy: msg`Occupancy`,
  surveys_asked: msg`Asked`,
  surveys_answered: msg`Answered`,
  survey_rate: msg`Response rate`,
  satisfaction: msg`Satisfaction`,
  rated_1: msg`Rated 1`,
  rated_2: msg`Rated 2`,
  rated_3: msg`Rated 3`,
  rated_4: msg`Rated 4`,
  rated_5: msg`Rated 5`,
};

export interface Preset {
  id: string;
  title: MessageDescriptor;
  columns: readonly string[];
  /** Groupings under which the figures mean something. */
  by: readonly ReportBy[];
}

const everyGroup: readonly ReportBy[] = ["day", "hour", "quarter", "queue", "channel", "team", "agent"];
const ofPeople: readonly ReportBy[] = ["agent", "team", "day", "hour"];

export const presets: readonly Preset[] = [
  { id: "conversations", title: msg`Conversations`, columns: ["arrived", "started", "accepted", "handled", "abandoned", "dropped", "timed_out", "service_level"], by: everyGroup },
  { id: "times", title: msg`Times`, columns: ["speed_of_answer_s", "first_response_s", "handle_time_s", "wrap_up_time_s", "accepted"], by: everyGroup },
  { id: "people", title: msg`Agents`, columns: ["accepted", "rona", "handled", "handle_time_s", "available_s", "occupancy"], by: ofPeople },
  { id: "cooperation", title: msg`Transfers and conferences`, columns: ["transfers", "conferences", "supervised", "taken_over"], by: everyGroup },
  { id: "messages", title: msg`Messages`, columns: ["received", "sent"], by: everyGroup },
  { id: "satisfaction", title: msg`Satisfaction`, columns: ["satisfaction", "surveys_asked", "surveys_answered", "survey_rate", "rated_1", "rated_2", "rated_3", "rated_4", "rated_5"], by: everyGroup },
  { id: "reasons", title: msg`Wrap-up reasons`, columns: ["reason"], by: ["reason"] },
];

export const groupNames: Record<ReportBy, MessageDescriptor> = {
  day: msg`Day`,
  hour: msg`Hour`,
  quarter: msg`Quarter of an hour`,
  queue: msg`Queue`,
  channel: msg`Channel`,
  team: msg`Team`,
  agent: msg`Agent`,
  reason: msg`Reason`,
};

export function figureText(name: string, value: number | null | undefined, locale: string): string {
  if (value === null || value === undefined) return "–";
  if (name === "service_level" || name === "occupancy" || name === "survey_rate") return percent(value, locale);
  if (name.endsWith("_s")) return clock(Math.round(value));
  return new Intl.NumberFormat(locale).format(value);
}

/** A moment in the company's time zone, as finely as the grouping. */
export function momentText(key: string, report: Report, locale: string): string {
  const day: Intl.DateTimeFormatOptions = { weekday: "short", day: "numeric", month: "short" };
  const time: Intl.DateTimeFormatOptions = report.by === "day" ? {} : { hour: "2-digit", minute: "2-digit" };
  return new Intl.DateTimeFormat(region(locale), { ...day, ...time, timeZone: report.time_zone }).format(new Date(key));
}

export const periodNames: Record<ReportPeriod, MessageDescriptor> = {
  today: msg`Today`,
  yesterday: msg`Yesterday`,
  week: msg`Last 7 days`,
  last_week: msg`Last week`,
  month: msg`Last 30 days`,
  last_month: msg`Last month`,
};

/** First and last day of a period, as the browser's calendar has them. Weeks begin on Mondays. */
export function daysOf(period: ReportPeriod, now: Date): { first: string; last: string } {
  const [year, month, date] = [now.getFullYear(), now.getMonth(), now.getDate()];
  const text = (day: Date) => `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, "0")}-${String(day.getDate()).padStart(2, "0")}`;
  const back = (count: number) => text(new Date(year, month, date - count));
  const sinceMonday = (now.getDay() + 6) % 7;
  const spans: Record<ReportPeriod, [string, string]> = {
    today: [back(0), back(0)],
    yesterday: [back(1), back(1)],
    week: [back(6), back(0)],
    last_week: [back(sinceMonday + 7), back(sinceMonday + 1)],
    month: [back(29), back(0)],
    last_month: [text(new Date(year, month - 1, 1)), text(new Date(year, month, 0))],
  };
  const [first, last] = spans[period];
  return { first, last };
}
