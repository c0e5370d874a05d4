import { defineConfig } from "@lingui/cli";
import { formatter } from "@lingui/format-po";

export default defineConfig({
  sourceLocale: "en",
  locales: ["en", "de"],
  // What only administrators and supervisors read loads with their pages; see shared/i18n.ts.
  catalogs: [
    { path: "<rootDir>/src/locales/{locale}", include: ["src"], exclude: ["src/features/{administration,floor,reports}/**"] },
    { path: "<rootDir>/src/locales/supervision/{locale}", include: ["src/features/floor", "src/features/reports"] },
    { path: "<rootDir>/src/locales/administration/{locale}", include: ["src/features/administration"] },
  ],
  // Without line numbers the catalogues change only when a text does.
  format: formatter({ lineNumbers: false, origins: false }),
});
