// The little formatting that messengers have, as elements: never as HTML.

const LINK = /\bhttps?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]]/g;
const MARKS = [
  [/```([\s\S]+?)```/, "code"],
  [/`([^`\n]+)`/, "code"],
  [/(?<![\w*])\*(?!\s)([^*\n]+?)(?<!\s)\*(?![\w*])/, "strong"],
  [/(?<![\w_])_(?!\s)([^_\n]+?)(?<!\s)_(?![\w_])/, "em"],
  [/(?<![\w~])~(?!\s)([^~\n]+?)(?<!\s)~(?![\w~])/, "s"],
];

function links(text) {
  const parts = [];
  let end = 0;
  for (const found of text.matchAll(LINK)) {
    parts.push(text.slice(end, found.index));
    const link = document.createElement("a");
    link.href = found[0];
    link.textContent = found[0];
    link.target = "_blank";
    link.rel = "noopener noreferrer";
    parts.push(link);
    end = found.index + found[0].length;
  }
  parts.push(text.slice(end));
  return parts.filter((part) => part !== "");
}

function inline(text, marked) {
  if (!marked) return links(text);
  let first = null;
  for (const [pattern, name] of MARKS) {
    const found = pattern.exec(text);
    if (found && (!first || found.index < first.found.index)) first = { found, name };
  }
  if (!first) return links(text);
  const element = document.createElement(first.name);
  element.append(...(first.name === "code" ? [first.found[1]] : inline(first.found[1], true)));
  const end = first.found.index + first.found[0].length;
  return [...links(text.slice(0, first.found.index)), element, ...inline(text.slice(end), true)];
}

export function formatted(text, marked) {
  const fragment = document.createDocumentFragment();
  if (!marked || text.includes("```")) {
    fragment.append(...inline(text, marked));
    return fragment;
  }
  text.split("\n").forEach((line, index) => {
    if (index) fragment.append("\n");
    if (line.startsWith("> ")) {
      const quote = document.createElement("q");
      quote.append(...inline(line.slice(2), true));
      fragment.append(quote);
    } else if (/^[-*] \S/.test(line)) {
      fragment.append("•\u2002", ...inline(line.slice(2), true));
    } else {
      fragment.append(...inline(line, true));
    }
  });
  return fragment;
}
