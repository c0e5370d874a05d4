/**
 * Builds the widget's parts into `src/rapport/static/widget/` and holds them to their budget
 * (`limits`, compressed). Each part is one plain script.
 */
import { createHash } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { minify } from "terser";
import { build } from "vite";

const here = dirname(fileURLToPath(import.meta.url));
const target = resolve(here, "../../../src/rapport/static/widget");
/** Of what is loaded, compressed: with every page, when a visitor opens the form, while a chat is running. */
const limits = [
  ["loader", ["widget"], 3000],
  ["loader and form", ["widget", "panel", "form"], 15000],
  ["running chat", ["widget", "panel", "chat"], 15000],
];

const parts = {
  panel: "src/panel/main.tsx",
  form: "src/form/PreChat.tsx",
  chat: "src/chat/Conversation.tsx",
  files: "src/files/files.ts",
  sheets: "src/sheets/sheets.ts",
  rich: "src/rich/Rich.tsx",
  emoji: "src/emoji/EmojiPicker.tsx",
  sound: "src/sound/sound.ts",
  de: "src/texts/de.ts",
  widget: "src/loader/loader.ts",
};
/**
 * Properties of the widget's own that no protocol, store, page or element knows, and that are never
 * written as text: they get short names in the built parts, the same in all of them.
 */
const own = `
  Fragment DOWN Icon IconButton keepFocus useEffect useRef useState kids slots undo
  accentText onAccent adopt emit isOpen mount openSession paletteFor setOpen setTheme setUnread
  toggled identified
  agentSeen awaited carriedText completeTo hasEarlier startRefused
  discard loadEarlier markSeen networkLost newId renew retryNow storeChanged
  onAgain onChange onChosen onClose onEdit onEnd onLeave onMute onReceiver onRemove onTold onTranscript
  Choices Conversation EmojiPicker Ended FileLink MenuItems PreChat Rich Uploads
  area client css ends entry fileUrl header host isLast later link mark part repeatsEnd restored say starts
`.match(/\w+/g);
const nameCache = {};
const sizes = {};
const version = createHash("sha256");

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
for (const [name, entry] of Object.entries(parts)) {
  const [{ output }] = await build({
    root: here,
    configFile: false,
    logLevel: "warn",
    publicDir: false,
    // The loader is built last: it asks for the other parts by the hash of what they hold.
    define: {
      __VERSION__: JSON.stringify(name === "widget" ? version.digest("base64url").slice(0, 6) : ""),
    },
    build: {
      write: false,
      minify: false,
      cssMinify: true,
      target: "es2022",
      // Constructed style sheets came with these; older ones have no panel to style anyway.
      cssTarget: ["chrome123", "firefox120", "safari17.5"],
      modulePreload: false,
      lib: { entry: resolve(here, entry), formats: ["iife"], name: "r", fileName: () => `${name}.js` },
    },
  });
  const { code } = await minify(output[0].code, {
    ecma: 2020,
    compress: { passes: 4, unsafe_arrows: true, inline: 1 },
    mangle: { properties: { regex: new RegExp(`^(${own.join("|")})$`), reserved: ["d", "h", "n"] } },
    nameCache,
  });
  const written = own.find((property) => new RegExp(`["'\`]${property}["'\`]`).test(code));
  if (written) throw new Error(`${name}: "${written}" is written as text, and can't be shortened`);
  writeFileSync(resolve(target, `${name}.js`), code);
  if (name !== "widget") version.update(code);
  sizes[name] = gzipSync(code, { level: 9 }).length;
  console.log(`${name}.js ${Buffer.byteLength(code)} B, ${sizes[name]} B gz`);
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
