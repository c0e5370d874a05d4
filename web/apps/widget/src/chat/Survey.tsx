import { Fragment, h } from "preact";
import { useState } from "preact/hooks";
import type { ChatState } from "../protocol/client";
import type { VisitorMessage } from "../protocol/frames";
import type { Say } from "../texts/say";

const RATINGS = [1, 2, 3, 4, 5];

/** The question after the last chat that nobody has answered yet; what was said later ends it. */
export function openQuestion(messages: readonly VisitorMessage[]): VisitorMessage | undefined {
  const last = messages.findLast(
    ({ author, code }) => author === "customer" || code === "survey" || code === "survey_answered",
  );
  return last?.code === "survey" ? last : undefined;
}

/** How satisfied the visitor was: a number, and why, if they like to say. */
export function Survey({ base, state, say }: { base: string; state: ChatState; say: Say }) {
  const [rating, setRating] = useState(0);
  const [comment, setComment] = useState("");
  const [told, setTold] = useState("");
  const [busy, setBusy] = useState(false);
  const question = openQuestion(state.thread.messages);
  if (told) return <p role="status">{told}</p>;
  if (!question) return null;

  async function send(): Promise<void> {
    setBusy(true);
    try {
      const answer = await fetch(`${base}/survey`, {
        method: "POST",
        headers: { Authorization: `Bearer ${state.token}`, "Content-Type": "application/json" },
        body: JSON.stringify({ rating, comment }),
      });
      if (answer.ok) setTold(say(((await answer.json()) as { taken: boolean }).taken ? "rated" : "rateLate"));
    } finally {
      setBusy(false);
    }
  }

  return (
    <form
      class="rate"
      onSubmit={(event) => {
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
            onClick={() => setRating(number)}
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
            onInput={(event) => setComment(event.currentTarget.value)}
          />
          <button type="submit" class="primary" disabled={busy}>
            {say("send")}
          </button>
        </>
      )}
    </form>
  );
}
