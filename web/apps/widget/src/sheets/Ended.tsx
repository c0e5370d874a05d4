import type { Host } from "../host";
import { h, useEffect, useRef, useState } from "../kit";
import type { VisitorMessage } from "../protocol/frames";
import type { ChatState } from "../protocol/state";
import type { Say } from "../texts/say";
import { Survey } from "./Survey";

interface Props {
  host: Host;
  state: ChatState;
  say: Say;
  onAgain: () => void;
}

/** The foot of a chat that has ended: how, whether it was good, and the way to the next. */
export function Ended({ host, state, say, onAgain }: Props) {
  // What the server said to the answer of the survey.
  const [told, setTold] = useState("");
  const again = useRef<HTMLButtonElement | null>(null);
  const question = openQuestion(state.thread.messages);
  useEffect(() => again.current?.focus(), []);
  return (
    <div class="ended">
      <p role="status">{endedLine(state, say)}</p>
      {told ? (
        <p role="status">{told}</p>
      ) : (
        question && (
          <Survey base={host.base} state={state} say={say} question={question} onTold={setTold} />
        )
      )}
      <button
        type="button"
        class={question ? "secondary" : "primary"}
        ref={again}
        onclick={onAgain}
      >
        {say("again")}
      </button>
    </div>
  );
}

/** The question after the last chat that nobody has answered yet; what was said later ends it. */
function openQuestion(messages: readonly VisitorMessage[]): VisitorMessage | undefined {
  const last = messages.findLast(
    ({ author, code }) => author === "customer" || code === "survey" || code === "survey_answered",
  );
  return last?.code === "survey" ? last : undefined;
}

function endedLine({ conversation, thread }: ChatState, say: Say): string {
  if (conversation?.ended_by === "customer") return say("endedByYou");
  const name =
    thread.messages.findLast(({ code }) => code === "ended_by_agent")?.name ??
    conversation?.agents.at(-1)?.name ??
    thread.messages.findLast((message) => message.author === "agent")?.name;
  return conversation?.ended_by === "agent" && name ? say("endedByAgent", { name }) : say("ended");
}

