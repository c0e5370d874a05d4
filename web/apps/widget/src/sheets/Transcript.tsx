import { Fragment, h, useEffect, useRef, useState } from "../kit";
import type { ChatClient } from "../protocol/client";
import type { Say } from "../texts/say";
import { Sheet } from "./Sheet";

interface Props {
  client: ChatClient;
  say: Say;
  onClose: () => void;
}
/** Asks where the chat shall be sent to, and says whether it is on its way. */
export function Transcript({ client, say, onClose }: Props) {
  const [email, setEmail] = useState("");
  const [problem, setProblem] = useState("");
  const [done, setDone] = useState(false);
  const closer = useRef<HTMLButtonElement | null>(null);
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
      <form class="field" noValidate onsubmit={(event) => void submit(event)}>
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
              oninput={(event) => setEmail(event.currentTarget.value)}
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
          <button type="button" class="secondary" ref={closer} onclick={onClose}>
            {say(done ? "close" : "cancel")}
          </button>
        </div>
      </form>
    </Sheet>
  );
}
