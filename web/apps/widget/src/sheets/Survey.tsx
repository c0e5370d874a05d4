import { Fragment, h, useState } from "../kit";
import type { VisitorMessage } from "../protocol/frames";
import type { ChatState } from "../protocol/state";
import type { Say } from "../texts/say";

const RATINGS = [1, 2, 3, 4, 5];

interface Props {
  base: string;
  state: ChatState;
  say: Say;
  question: VisitorMessage;
  /** The answer has reached the server, which says this to the visitor. */
  onTold: (words: string) => void;
}

/** How satisfied the visitor was: a number, and why, if they like to say. */
export function Survey({ base, state, say, question, onTold }: Props) {
  const [rating, setRating] = useState(0);
  const [comment, setComment] = useState("");
  const [busy, setBusy] = useState(false);

  async function send(): Promise<void> {
    setBusy(true);
    try {
      const answer = await fetch(`${base}/survey`, {
        method: "POST",
        headers: { Authorization: `Bearer ${state.token}`, "Content-Type": "application/json" },
        body: JSON.stringify({ rating, comment }),
      });
      if (!answer.ok) return;
      const { taken } = (await answer.json()) as { taken: boolean };
      onTold(say(taken ? "rated" : "rateLate"));
    } finally {
      setBusy(false);
    }
  }

  return (
    <form
      class="rate"
      onsubmit={(event) => {
        event.preventDefault();
        send().catch(() => {});
      }}
    >
      <h3 id="asks">{question.text}</h3>
      <div role="group" aria-labelledby="asks">
        {RATINGS.map((number) => (
          <button
            key={number}
            type="button"
            aria-pressed={rating === number}
            aria-label={say("rateOf", { n: number })}
            onclick={() => setRating(number)}
          >
            {number}
          </button>
        ))}
      </div>
      <p aria-hidden="true">
        <span>{say("rateWorst")}</span>
        <span>{say("rateBest")}</span>
      </p>
      {rating > 0 && (
        <>
          <textarea
            rows={2}
            maxLength={1000}
            value={comment}
            placeholder={say("rateWhy")}
            aria-label={say("rateWhy")}
            oninput={(event) => setComment(event.currentTarget.value)}
          />
          <button type="submit" class="primary" disabled={busy}>
            {say("send")}
          </button>
        </>
      )}
    </form>
  );
}
