export { editRange, flip, isStyled, normalised, trimmed, type Mark, type Rich } from "./edit.ts";
export { fromWire, toWire } from "./wire.ts";
export { linesOf, type Line, type Piece } from "./lines.ts";
export { fromHtml } from "./html.ts";
export { blockKinds, carried, inlineKinds, isBlock, only, safeUrl } from "./kinds.ts";
