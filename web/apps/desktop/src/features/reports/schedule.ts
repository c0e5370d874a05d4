import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { ReportSending } from "@rapport/api-client";
import { region } from "../../shared/region.ts";

/** A Monday; from there the days of the week are counted. */
const MONDAY = Date.UTC(2024, 0, 1);

export function weekdayName(day: number, locale: string, weekday: "long" | "short"): string {
  return new Intl.DateTimeFormat(locale, { weekday, timeZone: "UTC" }).format(new Date(MONDAY + day * 86_400_000));
}

export function hourName(hour: number, locale: string): string {
  return new Intl.DateTimeFormat(region(locale), { timeStyle: "short", timeZone: "UTC" }).format(new Date(MONDAY + hour * 3_600_000));
}

/** Why a sending failed, where the other server has no words of its own. */
const failures: Record<string, MessageDescriptor> = {
  unreachable: msg`The mail server can't be reached.`,
  unanswered: msg`The mail server did not say whether it took the mail.`,
  account_gone: msg`The e-mail account is switched off or deleted.`,
  not_configured: msg`The mailbox has no server to send with.`,
  owner_may_not: msg`Whoever scheduled this report may no longer see reports.`,
};

export function failureText(sending: ReportSending): MessageDescriptor | string {
  const { code, reason } = sending;
  if (code === null) return reason ?? "";
  const number = /^smtp_(\d{3})$/.exec(code)?.[1];
  return failures[code] ?? reason ?? (number === undefined ? code : msg`The mail server did not take it (${number}).`);
}
