/**
 * Builds the widget's parts into `src/rapport/static/widget/` and holds them to their budget
 * (`limits`, compressed). Each part is one plain script.
 */
import { createHash } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";

const here = dirname(fileURLToPath(import.meta.url));
const target = resolve(here, "../../../src/rapport/static/widget");
/** Of what is loaded, compressed: with every page, when a visitor opens the form, while a chat is running. */
const limits = [
  ["loader", ["widget"], 3000],
  ["loader and form", ["widget", "panel", "form"], 15000],
  ["running chat", ["widget", "panel", "chat"], 16500],
];

const parts = {
  panel: "src/panel/main.tsx",
  form: "src/form/PreChat.tsx",
  chat: "src/chat/Conversation.tsx",
  files: "src/files/files.ts",
  sheets: "src/sheets/sheets.ts",
  styled: "src/styled/Styled.tsx",
  emoji: "src/emoji/EmojiPicker.tsx",
  sound: "src/sound/sound.ts",
  de: "src/texts/de.ts",
  widget: "src/loader/loader.ts",
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
      lib: { entry: resolve(here, entry), formats: ["iife"], name: "r", fileName: () => `${name}.js` },
    },
  });
  const code = readFileSync(resolve(target, `${name}.js`));
  if (name !== "widget") version.update(code);
  sizes[name] = gzipSync(code, { level: 9 }).length;
  console.log(`${name}.js ${code.length} B, ${sizes[name]} B gz`);
}

let over = false;
for (const [what, names, limit] of limits) {
  const size = names.reduce((sum, name) => sum + sizes[name], 0);
  console.log(`${what}: ${size} B gz of ${limit}`);
  over ||= size > limit;
}
if (over) {
  console.error("The widget is over its budget.");
  process.exit(1);
}
