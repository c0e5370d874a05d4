import { linesOf, safeUrl, type Line, type Piece, type Rich } from "@rapport/rich-text";
import { Fragment, type ReactNode } from "react";
import classes from "./StyledText.module.css";

const LINK = /(https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]])/g;

/** A message's text with its styles. Web addresses are links; nothing else is ever interpreted. */
export function StyledText({ rich }: { rich: Rich }) {
  const lines = linesOf(rich);
  if (lines.every((line) => line.blocks.size === 0)) {
    return lines.map((line, index) => (
      <Fragment key={line.start}>
        {index > 0 && "\n"}
        <Pieces line={line} />
      </Fragment>
    ));
  }
  return lines.map((line) => (
    <div key={line.start} className={classes.line} {...blockData(line)}>
      {line.blocks.has("bullet_list") && <span className={classes.sign}>•{" "}</span>}
      {line.blocks.has("ordered_list") && <span className={classes.sign}>{line.number}.{" "}</span>}
      <span className={classes.body}>{line.pieces.length === 0 ? "\n" : <Pieces line={line} />}</span>
    </div>
  ));
}

function blockData({ blocks }: Line): Record<string, true | undefined> {
  return { "data-quote": blocks.has("quote") || undefined, "data-code": blocks.has("code_block") || undefined };
}

function Pieces({ line }: { line: Line }) {
  return line.pieces.map((piece, index) => <Fragment key={index}>{styled(piece)}</Fragment>);
}

function styled({ text, styles, url, field }: Piece): ReactNode {
  const address = safeUrl(url);
  let node: ReactNode = address === null ? <Linked text={text} /> : <Outside url={address}>{text}</Outside>;
  if (styles.includes("code")) node = <code>{node}</code>;
  if (styles.includes("strike")) node = <s>{node}</s>;
  if (styles.includes("underline")) node = <u>{node}</u>;
  if (styles.includes("italic")) node = <em>{node}</em>;
  if (styles.includes("bold")) node = <strong>{node}</strong>;
  if (field !== undefined) node = <mark>{node}</mark>;
  return node;
}

function Linked({ text }: { text: string }) {
  return text.split(LINK).map((part, index) =>
    index % 2 === 1 ? (
      <Outside key={index} url={part}>
        {part}
      </Outside>
    ) : (
      part
    ),
  );
}

/** A link to somewhere else: the page there learns nothing of this one. */
export function Outside({ url, children }: { url: string; children: ReactNode }) {
  return (
    <a href={url} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  );
}
