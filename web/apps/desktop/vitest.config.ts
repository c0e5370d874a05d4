import { lingui } from "@lingui/vite-plugin";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { emoji } from "./emoji.ts";

export default defineConfig({
  plugins: [react(), emoji(), lingui({ macroTransform: true })],
  test: { environment: "happy-dom", include: ["test/**/*.test.{ts,tsx}"], setupFiles: ["test/setup.ts"] },
});
