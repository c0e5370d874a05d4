/**
 * Builds the widget's parts into `src/rapport/static/widget/` and holds them to their budget
 * (docs: loader 3 kB, loader and panel 15 kB, both compressed). Each part is one plain script.
 */
import { createHash } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";

const here = dirname(fileURLToPath(import.meta.url));
const target = resolve(here, "../../../src/rapport/static/widget");
const LOADER_LIMIT = 3000;
const TOTAL_LIMIT = 15000;

const parts = {
  panel: "src/panel/main.tsx",
  chat: "src/chat/Conversation.tsx",
  emoji: "src/emoji/EmojiPicker.tsx",
  de: "src/texts/de.ts",
  widget: "src/loader/loader.ts",
};
/** These build upon the Preact of another part, which the loader puts on their script element. */
const output = { globals: () => "document.currentScript.kit" };
const rolldown = {
  chat: { external: "preact", output },
  emoji: { external: /^preact/, output },
};
const sizes = {};
const version = createHash("sha256");

rmSync(target, { recursive: true, force: true });
for (const [name, entry] of Object.entries(parts)) {
  await build({
    root: here,
    configFile: false,
    logLevel: "warn",
    publicDir: false,
    // The loader is built last: it asks for the other parts by the hash of what they hold.
    define: {
      __VERSION__: JSON.stringify(name === "widget" ? version.digest("base64url").slice(0, 6) : ""),
    },
    build: {
      outDir: target,
      emptyOutDir: false,
      target: "es2022",
      // Constructed style sheets came with these; older ones have no panel to style anyway.
      cssTarget: ["chrome123", "firefox120", "safari17.5"],
      modulePreload: false,
      rolldownOptions: rolldown[name] ?? {},
      lib: { entry: resolve(here, entry), formats: ["iife"], name: "r", fileName: () => `${name}.js` },
    },
  });
  const code = readFileSync(resolve(target, `${name}.js`));
  if (name !== "widget") version.update(code);
  sizes[name] = gzipSync(code, { level: 9 }).length;
  console.log(`${name}.js ${code.length} B, ${sizes[name]} B gz`);
}

const total = sizes.widget + sizes.panel;
console.log(`loader and panel: ${total} B gz of ${TOTAL_LIMIT}`);
if (sizes.widget > LOADER_LIMIT || total > TOTAL_LIMIT) {
  console.error("The widget is over its budget.");
  process.exit(1);
}
