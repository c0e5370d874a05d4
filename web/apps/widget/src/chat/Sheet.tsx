import { type ComponentChildren, Fragment, h } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { keepFocus } from "../focus";
import type { ChatClient } from "../protocol/client";
import type { Say } from "../texts/say";

/** A question at the foot of the panel; gives the focus back to where it was. */
export function Sheet(props: { label: string; onClose: () => void; children: ComponentChildren }) {
  const sheet = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const before = (sheet.current?.getRootNode() as ShadowRoot).activeElement;
    sheet.current?.querySelector<HTMLElement>("input,button")?.focus();
    return () => (before as HTMLElement | null)?.focus();
  }, []);
  return (
    <div class="shade" onClick={(event) => event.target === event.currentTarget && props.onClose()}>
      <div
        class="sheet"
        role="alertdialog"
        aria-modal="true"
        aria-labelledby="sheet"
        ref={sheet}
        onKeyDown={(event) => {
          if (event.key !== "Tab") return;
          keepFocus(event, sheet.current);
          event.stopPropagation();
        }}
      >
        <h3 id="sheet">{props.label}</h3>
        {props.children}
      </div>
    </div>
  );
}

export function Transcript({
  client,
  say,
  onClose,
}: {
  client: ChatClient;
  say: Say;
  onClose: () => void;
}) {
  const [email, setEmail] = useState("");
  const [problem, setProblem] = useState("");
  const [done, setDone] = useState(false);
  const closer = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (done) closer.current?.focus();
  }, [done]);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (!/^\S+@\S+\.\S+$/.test(email)) return setProblem(say("badEmail"));
    const refusal = await client.transcript(email);
    if (refusal) setProblem(refusal.message);
    else setDone(true);
  };
  return (
    <Sheet label={say("transcript")} onClose={onClose}>
      <form class="field" noValidate onSubmit={(event) => void submit(event)}>
        {!done && (
          <>
            <label for="transcript">{say("email")}</label>
            <input
              id="transcript"
              type="email"
              autocomplete="email"
              value={email}
              aria-invalid={problem !== ""}
              aria-describedby="transcript-problem"
              onInput={(event) => setEmail(event.currentTarget.value)}
            />
          </>
        )}
        <p class={done ? "" : "problem"} id="transcript-problem" role="status">
          {done ? say("transcriptSent", { email }) : problem}
        </p>
        <div class="buttons">
          {!done && (
            <button type="submit" class="primary">
              {say("send")}
            </button>
          )}
          <button type="button" class="secondary" ref={closer} onClick={onClose}>
            {say(done ? "close" : "cancel")}
          </button>
        </div>
      </form>
    </Sheet>
  );
}

