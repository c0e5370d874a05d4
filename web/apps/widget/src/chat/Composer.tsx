import { Fragment, type FunctionComponent, h } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { EmojiPickerProps } from "../emoji/EmojiPicker";
import type { Host } from "../host";
import { Icon } from "../Icon";
import type { ChatClient } from "../protocol/client";
import type { Attachment, Site } from "../protocol/frames";
import { countCharacters, typeAllowed } from "../protocol/text";
import type { Say } from "../texts/say";
import { type Upload, formatSize, uploadFile } from "./upload";

interface Props {
  host: Host;
  client: ChatClient;
  site: Site;
  say: Say;
  /** Words to put back for another try; `key` makes the same words count twice. */
  restored: { key: number; text: string };
  /** The panel takes files dropped anywhere upon it. */
  onReceiver: (take: (files: Iterable<File>) => void) => void;
}

/** The counter shows when this share of the limit is used. */
const COUNTER_FROM = 0.8;
const TYPING_STOPS_MS = 5_000;

/** What the picker's part builds upon. */
const KIT = { Fragment, h, useEffect, useRef, useState };

let uploadKeys = 0;
let loading: Promise<FunctionComponent<EmojiPickerProps>> | null = null;

export function Composer({ host, client, site, say, restored, onReceiver }: Props) {
  const [text, setText] = useState(() => host.store.get("draft") ?? "");
  const [uploads, setUploads] = useState<Upload[]>([]);
  const [picker, setPicker] = useState<{ Picker: FunctionComponent<EmojiPickerProps> } | null>(null);
  const area = useRef<HTMLTextAreaElement>(null);
  const chooser = useRef<HTMLInputElement>(null);
  const quiet = useRef(0);
  const files = site.files;

  const count = countCharacters(text);
  const excess = count - site.max_chars;
  const ready = uploads.flatMap((upload) => upload.attachment ?? []);
  const busy = uploads.some((upload) => !upload.attachment && !upload.problem);
  const canSend = (text.trim() !== "" || ready.length > 0) && excess <= 0 && !busy;

  useEffect(() => {
    if (restored.text) change(text ? `${restored.text}\n${text}` : restored.text);
    area.current?.focus();
  }, [restored.key]);
  useLayoutEffect(() => {
    const element = area.current;
    if (!element) return;
    element.style.height = "auto";
    element.style.height = `${element.scrollHeight}px`;
  }, [text]);

  function change(value: string): void {
    setText(value);
    host.store.set("draft", value || null);
    client.typing(value !== "");
    clearTimeout(quiet.current);
    quiet.current = window.setTimeout(() => client.typing(false), TYPING_STOPS_MS);
  }

  function send(): void {
    if (!canSend) return;
    client.send(text.trim(), ready);
    setText("");
    host.store.set("draft", null);
    setUploads((held) => held.filter((upload) => upload.problem));
    setPicker(null);
    area.current?.focus();
  }

  function take(chosen: Iterable<File>): void {
    if (files.enabled) for (const file of chosen) add(file);
  }

  function add(file: File): void {
    const key = ++uploadKeys;
    const { name } = file;
    const put = (change: Partial<Upload>) =>
      setUploads((held) => held.map((item) => (item.key === key ? { ...item, ...change } : item)));
    const problem = !file.size
      ? say("emptyFile", { name })
      : file.size > files.max_bytes
        ? say("tooLarge", { name, max: formatSize(files.max_bytes) })
        : typeAllowed(files.types, name, file.type)
          ? undefined
          : say("wrongType", { name });
    const { token } = client.state;
    if (problem || !token) {
      setUploads((held) => [...held, { key, name, share: 0, problem: problem ?? "" }]);
      return;
    }
    const abort = uploadFile(
      `${host.base}/files`,
      token,
      file,
      (share) => put({ share }),
      (attachment: Attachment | null, reason) =>
        put(attachment ? { attachment } : { problem: reason ? `${name}: ${reason}` : say("uploadFailed", { name }) }),
    );
    setUploads((held) => [...held, { key, name, share: 0, abort }]);
  }

  useEffect(() => onReceiver(take));

  async function pick(): Promise<void> {
    loading ??= host.part<FunctionComponent<EmojiPickerProps>>("emoji", KIT);
    try {
      setPicker({ Picker: await loading });
    } catch {
      loading = null;
    }
  }

  function insert(emoji: string): void {
    const element = area.current;
    if (!element) return;
    const { selectionStart: from, selectionEnd: to } = element;
    change(text.slice(0, from) + emoji + text.slice(to));
    requestAnimationFrame(() => {
      element.setSelectionRange(from + emoji.length, from + emoji.length);
    });
  }

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {picker && (
        <picker.Picker
          label={say("emoji")}
          onPick={insert}
          onClose={() => {
            setPicker(null);
            area.current?.focus();
          }}
        />
      )}
      {uploads.length > 0 && (
        <ul class="uploads">
          {uploads.map((upload) => (
            <li key={upload.key} class={upload.problem === undefined ? "" : "bad"}>
              <span>
                {upload.problem || upload.name}
                {upload.attachment?.state === "held" && ` · ${say("checkedFile")}`}
              </span>
              {!upload.attachment && upload.problem === undefined && (
                <progress
                  max={1}
                  value={upload.share}
                  aria-label={say("uploading", { name: upload.name })}
                />
              )}
              <button
                type="button"
                class="icon"
                aria-label={say("remove", { name: upload.name })}
                onClick={() => {
                  upload.abort?.();
                  setUploads(uploads.filter((other) => other !== upload));
                  area.current?.focus();
                }}
              >
                <Icon name="cross" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <textarea
        ref={area}
        rows={1}
        value={text}
        placeholder={say("write")}
        aria-label={say("write")}
        aria-invalid={excess > 0}
        aria-describedby="count"
        enterkeyhint="send"
        onInput={(event) => change(event.currentTarget.value)}
        onBlur={() => client.typing(false)}
        onPaste={(event) => {
          const pasted = event.clipboardData?.files;
          if (pasted?.length && files.enabled) {
            event.preventDefault();
            take(pasted);
          }
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
            event.preventDefault();
            send();
          }
        }}
      />
      <div class="tools">
        {files.enabled && (
          <>
            <input
              ref={chooser}
              type="file"
              multiple
              hidden
              accept={files.types.join(",")}
              onChange={(event) => {
                take([...(event.currentTarget.files ?? [])]);
                event.currentTarget.value = "";
              }}
            />
            <button
              type="button"
              class="icon"
              aria-label={say("attach")}
              title={say("attach")}
              onClick={() => chooser.current?.click()}
            >
              <Icon name="clip" />
            </button>
          </>
        )}
        {site.emojis && (
          <button
            type="button"
            class="icon"
            aria-label={say("emoji")}
            title={say("emoji")}
            aria-expanded={picker !== null}
            onClick={() => (picker ? setPicker(null) : void pick())}
          >
            <Icon name="smile" />
          </button>
        )}
        <span id="count" class={excess > 0 ? "count bad" : "count"} role="status">
          {excess > 0
            ? say("tooLong", { n: excess })
            : count > site.max_chars * COUNTER_FROM
              ? say("counter", { n: count, max: site.max_chars })
              : ""}
        </span>
        <button type="submit" class="send" aria-label={say("send")} disabled={!canSend}>
          <Icon name="send" />
        </button>
      </div>
    </form>
  );
}
