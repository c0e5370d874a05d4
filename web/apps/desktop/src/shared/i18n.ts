import { i18n } from "@lingui/core";

export const languages = { en: "English", de: "Deutsch" } as const;
export type Language = keyof typeof languages;

export function isLanguage(value: unknown): value is Language {
  return typeof value === "string" && value in languages;
}

export function browserLanguage(): Language {
  const wanted = navigator.languages.map((tag) => tag.slice(0, 2)).find(isLanguage);
  return wanted ?? "en";
}

export async function activate(language: Language): Promise<void> {
  if (i18n.locale === language) return;
  const { messages } = await (language === "de" ? import("../locales/de.po") : import("../locales/en.po"));
  i18n.loadAndActivate({ locale: language, messages });
  document.documentElement.lang = language;
}

export { i18n };
