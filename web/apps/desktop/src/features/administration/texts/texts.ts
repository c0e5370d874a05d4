import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import { words, type Field } from "../forms/schema.ts";
import type { Value } from "../types.ts";
import { channelTexts } from "./channels.ts";
import { integrationTexts } from "./integration.ts";
import { peopleTexts } from "./people.ts";
import { queueTexts } from "./queues.ts";
import { writingTexts } from "./writing.ts";

/** A field in words. What has none is shown by its name. */
export interface FieldText {
  label: MessageDescriptor;
  help?: MessageDescriptor;
  /** What nothing means, shown in the empty field. */
  none?: MessageDescriptor;
  add?: MessageDescriptor;
  choices?: Record<string, MessageDescriptor>;
}

/** By model and field, as the schema names them. */
const texts: Record<string, FieldText> = { ...queueTexts, ...peopleTexts, ...channelTexts, ...writingTexts, ...integrationTexts };

const common: Record<string, MessageDescriptor> = {
  webchat: msg`Website chat`,
  email: msg`E-mail`,
  messenger: msg`Messenger`,
  sms: msg`SMS`,
  whatsapp: msg`WhatsApp`,
  custom: msg`Own channel`,
  chat: msg`Chat`,
  social: msg`Messenger, SMS, WhatsApp`,
};

export interface ShownText {
  label: string;
  help: string | undefined;
  none: string | undefined;
  add: string | undefined;
  choice: (value: string) => string;
}

export function useFieldText(field: Field): ShownText {
  const { i18n } = useLingui();
  const text = texts[`${field.model}.${field.name}`];
  const say = (message: MessageDescriptor | undefined) => (message === undefined ? undefined : i18n._(message));
  return {
    label: say(text?.label) ?? field.title,
    help: say(text?.help),
    none: say(text?.none),
    add: say(text?.add),
    choice: (value) => say(text?.choices?.[value] ?? common[value]) ?? words(value),
  };
}

/** A field's label, to be said later. */
export function labelOf(field: Field): MessageDescriptor {
  return texts[`${field.model}.${field.name}`]?.label ?? { id: field.title, message: field.title };
}

/** Fields and their values in words, for lists of changes. */
export function useInWords(): { label: (fields: readonly Field[], path: string) => string; value: (value: Value | undefined, field: Field | undefined) => string } {
  const { t, i18n } = useLingui();
  const name = (field: Field) => i18n._(labelOf(field));
  const label = (fields: readonly Field[], path: string) => {
    const steps = pathOf(fields, path);
    return steps.map((step) => (typeof step === "string" ? words(step) : name(step))).join(" · ");
  };
  const value = (given: Value | undefined, field: Field | undefined): string => {
    if (given === null || given === undefined || given === "") return t`nothing`;
    if (typeof given === "boolean") return given ? t`yes` : t`no`;
    if (typeof given !== "object") return choiceOf(String(given), field);
    if (Array.isArray(given)) {
      const rows = given.some((each) => typeof each === "object");
      return given.map((each) => value(each, field)).join(rows ? "; " : ", ") || t`nothing`;
    }
    const fields = field !== undefined && "fields" in field ? field.fields : [];
    const parts = Object.entries(given).map(([key, each]) => `${label(fields, key)}: ${value(each, fields.find((one) => one.name === key))}`);
    return parts.join(", ") || t`nothing`;
  };
  const choiceOf = (given: string, field: Field | undefined) => {
    if (field?.type !== "choice" && field?.type !== "choices") return given;
    const message = texts[`${field.model}.${field.name}`]?.choices?.[given] ?? common[given];
    return message === undefined ? words(given) : i18n._(message);
  };
  return { label, value };
}

/** The fields that a path such as `webchat.theme` leads through; what is no field stays as written. */
export function pathOf(fields: readonly Field[], path: string): (Field | string)[] {
  let within = fields;
  return path.split(".").map((step) => {
    const field = within.find(({ name }) => name === step);
    within = field !== undefined && "fields" in field ? field.fields : [];
    return field ?? step;
  });
}
