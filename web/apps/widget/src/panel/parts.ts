import type { ChatPart } from "../chat/Conversation";
import type { EmojiPicker } from "../emoji/EmojiPicker";
import type { FilesPart } from "../files/files";
import { keepFocus } from "../focus";
import type { PreChat } from "../form/PreChat";
import type { Host } from "../host";
import { DOWN, Icon, IconButton } from "../Icon";
import type { Choices, Rich } from "../rich/Rich";
import type { SheetsPart } from "../sheets/sheets";
import type { chime } from "../sound/sound";
import { Fragment, h, useEffect, useRef, useState } from "../view/view";

/** What loads when it is first needed, by file name. */
interface Parts {
  chat: ChatPart;
  form: { PreChat: typeof PreChat };
  files: FilesPart;
  sheets: SheetsPart;
  rich: { Rich: typeof Rich; Choices: typeof Choices };
  emoji: { EmojiPicker: typeof EmojiPicker };
  sound: { chime: typeof chime };
}

/** A part as its script provides it: its styles and English texts come with it. */
interface Loaded {
  css?: string;
  texts?: Record<string, string>;
}

/** The part if it is here. If not it is fetched, and the panel is drawn again when it has come. */
export type GetPart = <K extends keyof Parts>(name: K) => Parts[K] | undefined;

export type Kit = ReturnType<typeof kitOf>;

/** A part that could not be loaded is asked for again after this, while it is still wanted. */
const AGAIN_MS = 3_000;

export function partsOf(host: Host, english: Record<string, string>, draw: () => void): GetPart {
  const parts: Record<string, Loaded | null> = {};
  const get = (name: string) => {
    if (!(name in parts)) {
      parts[name] = null;
      host.part<Loaded>(name, kit).then(
        (loaded) => {
          parts[name] = loaded;
          if (loaded.css) host.adopt(loaded.css);
          Object.assign(english, loaded.texts);
          draw();
        },
        () =>
          setTimeout(() => {
            delete parts[name];
            draw();
          }, AGAIN_MS),
      );
    }
    return parts[name] ?? undefined;
  };
  const kit = kitOf(get as GetPart);
  return get as GetPart;
}

function kitOf(part: GetPart) {
  return { DOWN, Fragment, Icon, IconButton, h, keepFocus, part, useEffect, useRef, useState };
}
