import { defineConfig } from "@lingui/cli";
import { formatter } from "@lingui/format-po";

export default defineConfig({
  sourceLocale: "en",
  locales: ["en", "de"],
  catalogs: [{ path: "<rootDir>/src/locales/{locale}", include: ["src"] }],
  // Without line numbers the catalogues change only when a text does.
  format: formatter({ lineNumbers: false, origins: false }),
});
