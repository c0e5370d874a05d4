import { i18n, type Messages } from "@lingui/core";

export const languages = { en: "English", de: "Deutsch" } as const;
export type Language = keyof typeof languages;

export function isLanguage(value: unknown): value is Language {
  return typeof value === "string" && value in languages;
}

export function browserLanguage(): Language {
  const wanted = navigator.languages.map((tag) => tag.slice(0, 2)).find(isLanguage);
  return wanted ?? "en";
}

type Load = () => Promise<{ messages: Messages }>;

/** The texts by part: those of the desk, and those that come with pages that few people open. */
const sources = {
  desk: { en: () => import("../locales/en.po"), de: () => import("../locales/de.po") },
  supervision: { en: () => import("../locales/supervision/en.po"), de: () => import("../locales/supervision/de.po") },
  administration: { en: () => import("../locales/administration/en.po"), de: () => import("../locales/administration/de.po") },
} satisfies Record<string, Record<Language, Load>>;
export type Part = keyof typeof sources;

const shown = new Set<Part>(["desk"]);

async function load(language: Language, parts: Iterable<Part>): Promise<void> {
  const loaded = await Promise.all([...parts].map((part) => sources[part][language]()));
  for (const { messages } of loaded) i18n.load(language, messages);
}

export async function activate(language: Language): Promise<void> {
  if (i18n.locale === language) return;
  await load(language, shown);
  i18n.activate(language);
  document.documentElement.lang = language;
}

/** A page's code together with its texts, in this language and in every one chosen later. */
export function withTexts<T>(part: Part, code: () => Promise<T>): () => Promise<T> {
  return async () => {
    shown.add(part);
    const texts = isLanguage(i18n.locale) ? load(i18n.locale, [part]) : Promise.resolve();
    const [module] = await Promise.all([code(), texts]);
    return module;
  };
}

export { i18n };
