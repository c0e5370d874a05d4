import { provide } from "../host";
import { Fragment, h } from "../kit";
import type { ChatClient } from "../protocol/client";
import type { TextStyle } from "../protocol/frames";
import type { Child } from "../view/view";
import { linkify } from "./links";
import css from "./rich.css?inline";
import { styledLines } from "./styles";

const TAGS: Record<string, string> = { bold: "strong", italic: "em", strike: "s", code: "code" };

interface Props {
  text: string;
  styles: readonly TextStyle[];
}

/** A text with its links and the styles that a chat carries. */
export function Rich({ text, styles }: Props) {
  if (!styles.length) return <Words text={text} />;
  return (
    <>
      {styledLines(text, styles).map(({ pieces, sign, kinds }) => (
        <div class={kinds.filter((kind) => kind === "quote" || kind === "code_block").join(" ")}>
          {sign}
          {pieces.length
            ? pieces.map((piece) =>
                piece.kinds.reduce<Child>((inner, kind) => {
                  const tag = TAGS[kind];
                  return tag ? h(tag, null, inner) : inner;
                }, <Words text={piece.text} />),
              )
            : " "}
        </div>
      ))}
    </>
  );
}

interface ChoicesProps {
  buttons: readonly [string, string][];
  client: ChatClient;
}

/** Answers that can be tapped while they are asked for; each is sent as if it had been written. */
export function Choices({ buttons, client }: ChoicesProps) {
  if (!buttons[0] || client.state.conversation?.state !== "asking") return null;
  return (
    <div class="choices">
      {buttons.map(([, title]) => (
        <button type="button" onclick={() => client.send(title)}>
          {title}
        </button>
      ))}
    </div>
  );
}

function Words({ text }: { text: string }) {
  return (
    <>
      {linkify(text).map((run) =>
        run.href ? (
          <a href={run.href} target="_blank" rel="noopener noreferrer nofollow">
            {run.text}
          </a>
        ) : (
          run.text
        ),
      )}
    </>
  );
}

provide({ Rich, Choices, css });
