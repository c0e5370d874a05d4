import { provide } from "../host";
import { Fragment, h } from "../kit";
import type { TextStyle } from "../protocol/frames";
import { styledLines } from "../protocol/styles";
import type { Child, Component } from "../view/view";
import css from "./styled.css?inline";

const TAGS: Record<string, string> = { bold: "strong", italic: "em", strike: "s", code: "code" };

interface Props {
  text: string;
  styles: readonly TextStyle[];
  /** Draws a run of text without styles. */
  Words: Component<{ text: string }>;
}

/** A text with the styles that a chat carries. */
export function Styled({ text, styles, Words }: Props) {
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

provide({ Styled, css });
