import { lingui } from "@lingui/vite-plugin";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { emoji } from "./emoji.ts";

const server = process.env["RAPPORT_URL"] ?? "http://127.0.0.1:8080";

export default defineConfig({
  base: "/static/desktop/",
  // Missing German texts fail the build, so that no language is ever shipped half done.
  plugins: [react(), emoji(), lingui({ macroTransform: true, failOnMissing: true, failOnCompileError: true })],
  build: {
    outDir: "../../../src/rapport/static/desktop",
    emptyOutDir: true,
    // Inlined data: URLs would need exceptions in the content security policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
  },
  server: { proxy: { "/api": { target: server, ws: true } } },
});
