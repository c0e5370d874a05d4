import type { Upload } from "../files/upload";
import type { Host } from "../host";
import { Fragment, Icon, IconButton, h, part, useEffect, useRef, useState } from "../kit";
import type { ChatClient } from "../protocol/client";
import type { Site } from "../protocol/frames";
import type { Say } from "../texts/say";

const CLIP =
  "m20 11-8.5 8.5a5 5 0 0 1-7-7L13 4a3.3 3.3 0 0 1 4.7 4.7L9.3 17.1a1.7 1.7 0 0 1-2.4-2.4L14.5 7";
const SEND = "M5 12 3.5 4.5 21 12 3.5 19.5zm0 0h7";
const SMILE =
  "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M8.5 14.5a4.3 4.3 0 0 0 7 0M9 9.5v.1M15 9.5v.1";

interface Props {
  host: Host;
  client: ChatClient;
  site: Site;
  say: Say;
  /** Words to put back for another try; the same words in another object count again. */
  restored: { text: string };
  /** The panel takes files dropped anywhere upon it. */
  onReceiver: (take: (files: Iterable<File>) => void) => void;
}

/** The counter shows when this share of the limit is used. */
const COUNTER_FROM = 0.8;
const TYPING_STOPS_MS = 5_000;

export function Composer({ host, client, site, say, restored, onReceiver }: Props) {
  const [text, setText] = useState(() => host.store.get("draft") ?? "");
  const [uploads, setUploads] = useState<Upload[]>([]);
  const [picking, setPicking] = useState(false);
  const area = useRef<HTMLTextAreaElement | null>(null);
  const chooser = useRef<HTMLInputElement | null>(null);
  const picker = picking && part("emoji");
  const sender = uploads.length && part("files");
  const quiet = useRef(0);
  const files = site.files;

  // As the server counts: by code point.
  const count = [...text].length;
  const excess = count - site.max_chars;
  const ready = uploads.flatMap((upload) => upload.attachment ?? []);
  const busy = uploads.some((upload) => !upload.attachment && !upload.problem);
  const canSend = (text.trim() !== "" || ready.length > 0) && excess <= 0 && !busy;

  useEffect(() => {
    if (restored.text) change(text ? `${restored.text}\n${text}` : restored.text);
    area.current?.focus();
  }, [restored]);
  useEffect(() => {
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
    setPicking(false);
    area.current?.focus();
  }

  function take(chosen: Iterable<File>): void {
    if (files.enabled) {
      setUploads((held) => [...held, ...[...chosen].map((file) => ({ file, share: 0 }))]);
    }
  }

  useEffect(() => onReceiver(take));

  return (
    <form
      class="composer"
      onsubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {picker && (
        <picker.EmojiPicker
          label={say("emoji")}
          area={area.current!}
          onChange={change}
          onClose={() => {
            setPicking(false);
            area.current?.focus();
          }}
        />
      )}
      {sender ? (
        <sender.Uploads
          host={host}
          client={client}
          site={site}
          say={say}
          uploads={uploads}
          onChange={(file, change) =>
            setUploads((held) =>
              held.map((upload) => (upload.file === file ? { ...upload, ...change } : upload)),
            )
          }
          onRemove={(removed) => {
            setUploads((held) => held.filter(({ file }) => file !== removed));
            area.current?.focus();
          }}
        />
      ) : (
        uploads.map(({ file }) => <p>{file.name}</p>)
      )}
      <textarea
        ref={area}
        rows={1}
        value={text}
        placeholder={say("write")}
        aria-label={say("write")}
        aria-invalid={excess > 0}
        aria-describedby="count"
        enterKeyHint="send"
        oninput={(event) => change(event.currentTarget.value)}
        onblur={() => client.typing(false)}
        onpaste={(event) => {
          const pasted = event.clipboardData?.files;
          if (pasted?.length && files.enabled) {
            event.preventDefault();
            take(pasted);
          }
        }}
        onkeydown={(event) => {
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
              onchange={(event) => {
                take([...(event.currentTarget.files ?? [])]);
                event.currentTarget.value = "";
              }}
            />
            <IconButton label={say("attach")} d={CLIP} onclick={() => chooser.current?.click()} />
          </>
        )}
        {site.emojis && (
          <IconButton
            label={say("emoji")}
            d={SMILE}
            aria-expanded={picking}
            onclick={() => setPicking(!picking)}
          />
        )}
        <span id="count" class={excess > 0 ? "count bad" : "count"} role="status">
          {excess > 0
            ? say("tooLong", { n: excess })
            : count > site.max_chars * COUNTER_FROM
              ? say("counter", { n: count, max: site.max_chars })
              : ""}
        </span>
        <button type="submit" class="send" aria-label={say("send")} disabled={!canSend}>
          <Icon d={SEND} />
        </button>
      </div>
    </form>
  );
}
