import { i18n, type MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { ApiError } from "@rapport/api-client";
import { errorText, hasSentence } from "../../../shared/error-text.ts";
import type { Spec } from "../types.ts";
import { valueAt } from "./values.ts";

interface FieldFault {
  path: string;
  message: string;
  code?: string;
}

/** The server's rules in other languages than its own; in English it names what is concerned. */
const rules: Record<string, MessageDescriptor> = {
  name_taken: msg`There is already one with this name.`,
  login_taken: msg`This login belongs to somebody else. Choose another.`,
  site_key_taken: msg`This site key belongs to another website. Choose another.`,
  account_taken: msg`This account already has an entry point.`,
  not_served: msg`This queue does not serve the account's channel. Add the channel to the queue, or choose another.`,
  overflow_cycle: msg`Tasks would go round in a circle.`,
  unknown_reference: msg`What was chosen here is no longer there.`,
};

/** What the server has against which field, by path. */
export function fieldErrors(error: unknown, spec: Spec): Map<string, string> {
  const found = new Map<string, string>();
  if (!(error instanceof ApiError) || !Array.isArray(error.details["fields"])) return found;
  for (const { path, message, code } of error.details["fields"] as FieldFault[]) {
    const rule = i18n.locale === "en" ? undefined : rules[code ?? ""];
    if (!found.has(path)) found.set(path, rule === undefined ? wordsFor(path, message, spec) : i18n._(rule));
  }
  return found;
}

function wordsFor(path: string, message: string, spec: Spec): string {
  const steps = path.split(".").slice(1).map((step) => (/^\d+$/.test(step) ? Number(step) : step));
  const value = path.startsWith("spec.") ? valueAt(spec, steps) : undefined;
  if (value === null || value === "" || message === "Field required") return i18n._(msg`Please fill this in.`);
  return plainWords(message);
}

/** Why the server refuses: in English its own words, which name things; else by the code. */
export function refusalText(error: unknown): string {
  if (!(error instanceof ApiError) || error.status >= 500 || error.message === "") return errorText(error);
  return i18n.locale !== "en" && hasSentence(error.code) ? errorText(error) : error.message;
}

/** The sentences of the server's validation that people meet, in their language. */
export function plainWords(message: string): string {
  const number = /(-?[\d.]+)\D*$/.exec(message)?.[1] ?? "";
  const known: [RegExp, MessageDescriptor][] = [
    [/greater than or equal to/, msg`At least ${number}.`],
    [/greater than/, msg`More than ${number}.`],
    [/less than or equal to/, msg`At most ${number}.`],
    [/less than/, msg`Less than ${number}.`],
    [/at least \S+ characters?$/, msg`At least ${number} characters.`],
    [/at most \S+ characters?$/, msg`At most ${number} characters.`],
    [/at least \S+ items?/, msg`Choose at least ${number}.`],
    [/match pattern/, msg`This has not the right form.`],
    [/valid (integer|number)/, msg`This must be a number.`],
    [/valid (date|time)/, msg`This is not a date or time.`],
  ];
  const sentence = known.find(([pattern]) => pattern.test(message))?.[1];
  return sentence === undefined ? message : i18n._(sentence);
}
