export { editRange, flip, isStyled, normalised, trimmed, type Mark, type Rich } from "./edit.ts";
export { editField, fieldAt, isOpen, openFields, type Field, type Template } from "./fields.ts";
export { fromTemplate, fromWire, toWire } from "./wire.ts";
export { linesOf, type Line, type Piece } from "./lines.ts";
export { fromHtml } from "./html.ts";
export { blockKinds, carried, colours, mailStyles, inlineKinds, isBlock, only, safeUrl } from "./kinds.ts";
