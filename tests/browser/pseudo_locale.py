"""A pseudo-locale: the English texts of the catalogues with a mark between all their letters.

The mark is the zero-width space. People don't see it and Playwright takes it out of every name it
compares, so that every journey goes on as in English; but two letters in a row that have no mark
between them did not come through a catalogue.
"""

from __future__ import annotations

import re

from playwright.async_api import BrowserContext, Locator, Page

MARK = "\u200b"
_WORD = re.compile(r"[A-Za-z]{2,}")
_DATA = re.compile(
    r"""
    # What the tests' centre, people and customers are called, and what they write.
    \S+@\S+|https?://\S+|Rapport|Root|Rita|Ana|Ben|Cleo|Sam|^Test$
    |(?<=:\ )(?:name|email|Name|E-mail)\b
    |\b(?:ana|ben|cleo|sam|root|chat|sales|help|team|site|profile|agent|entry|settings|test-site)\b
    |(?:Ada|Dana|D\.|Grace|1)\ Example(?:\ Street)?|Leo\ Sample|Example\ Shop
    |Shop(?:\ on\ WhatsApp)?
    |\b[0-9a-f]{8}\b|cup\.png|care\.pdf|cup-7|Sold|Asked|Break|Lunch
    # What is written.
    |Hello!\ How\ can\ we\ help\?|Hello|Good\ morning|A\ mistake|Please|Yes\ please|Thanks
    |Me\ again|Are\ you\ still\ there\?
    |Where\ is\ my\ order\?|It\ came\ like\ this\.\ Is\ there\ another\?|A\ first\ draft
    |I\ am\ sorry\ to\ see\ that!|Has\ called\ before|Prefers\ mail|Well:
    |The\ Crème\ brûlée\ was\ cold|Crème|brûlée|was\ cold
    |Fire\ drill\ at\ three|The\ week|no\ such\ mailbox
    |^The$|Thank\ you,\ and\ goodbye!|Goodbye|^Ends$
    # Mails.
    |^mail$|^Re:\ |A\ broken\ cup|The\ cup\ is\ broken\.|Only\ the\ cup\?|We\ send\ a\ new\ cup
    |And\ the\ pot\ as\ well\.|Dear\ (?:Dana|all)|^(?:plain|Table|Offer|See|list\.txt)$
    |^Cup\s9\ EUR$
    # Templates and workflows, with their fields and secrets.
    |\b(?:signing_secret|identity_secret)\b|(?:^|\ )token$|@@secret\.name@@
    |On\ its\ way|^Your\b|Your\ order\b
    |is\ on\ its\ way\.|KC-\d+|<number>|\border\b(?:\ sent|\ number)?
    |\bnumber\b|Dear\ customer|is\ here\.|No\ returns\.|terms\.txt|Enjoy!|\bSMS\b|\bsms\b
    |\ben\b
    |Order\ (?:status|number)|Orders?\b|Send\ the\ catalogue|Pieces|Since|Reason|^Terms$
    |^Legal$|^Customer\ number$
    # A text field's measure of itself, which nobody sees.
    |^autosize\ measurement$
    # Emojis that begin with a digit; initials, and what keyboards have on them.
    |^keycap:\ \S$|^[A-Z]{2}$|\bCtrl\b|\bAlt\b|\bShift\b|\bEnter\b
    # Browsers and systems by their names.
    |Chrome|Linux
    # Times and days, which the browser writes.
    |\b[AP]M\b|\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)(?:[a-z]*day)?\b
    |\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\b
    """,
    re.VERBOSE,
)

DRESS = """
window.pseudo = true;
{
  const MARK = "\\u200b";
  // Catalogues are scripts that parse one object: by id, texts as lists of strings and arguments.
  const parse = JSON.parse;
  const catalogue = (value) => value?.constructor === Object && Object.keys(value).length > 20
    && Object.entries(value).every(([id, text]) => id.length === 6 && Array.isArray(text));
  const spaced = (text) => text.split(/(<\\/?\\d+\\/?>)/)
    .map((part, at) => (at % 2 ? part : [...part].join(MARK))).join("");
  const marked = (text) => typeof text === "string" ? spaced(text) : text.map((part) =>
    typeof part === "string" ? spaced(part)
    : part[2]?.constructor !== Object ? part
    : [part[0], part[1], Object.fromEntries(Object.entries(part[2]).map(([choice, one]) =>
        [choice, choice === "offset" ? one : marked(one)]))]);
  JSON.parse = (...given) => {
    const value = parse(...given);
    return catalogue(value)
      ? Object.fromEntries(Object.entries(value).map(([id, text]) => [id, marked(text)])) : value;
  };
}
"""

COLLECT = """() => {
  const found = [];
  const attributes = ["aria-label", "title", "placeholder", "alt", "aria-valuetext",
    "aria-roledescription", "aria-description"];
  const place = (node) => node.tagName.toLowerCase() + (node.className?.baseVal ?? node.className
    ? "." + String(node.className?.baseVal ?? node.className).split(" ").at(-1) : "");
  for (const node of document.querySelectorAll("body, body *")) {
    if (node.closest("script, style, iframe")) continue;
    // Emojis are named by data of their own, for each language.
    if (/^\\p{Extended_Pictographic}|^\\p{Regional_Indicator}/u.test(node.textContent)
      && node.textContent.length < 20) continue;
    for (const name of attributes) {
      const text = node.getAttribute(name);
      if (text) found.push([`${place(node)}[${name}]`, text]);
    }
    if (node.matches("textarea")) continue;
    for (const child of node.childNodes)
      if (child.nodeType === Node.TEXT_NODE && child.data.trim() && node.checkVisibility())
        found.push([place(node), child.data]);
  }
  return found;
}"""


def by_placeholder(page: Page, words: str) -> Locator:
    """The field with this placeholder, marked or not: attributes are compared as they are."""
    return page.get_by_placeholder(re.compile(f"^{f'{MARK}*'.join(words)}$"))


async def dress(context: BrowserContext) -> None:
    """Give this browser the marked texts."""
    await context.add_init_script(DRESS)


async def untranslated(page: Page) -> list[str]:
    """What stands on the page and came neither through a catalogue nor out of the data."""
    if not await page.evaluate("window.pseudo === true"):
        return []
    return [
        f"{where}: {text.strip()!r} is in no catalogue"
        for where, text in await page.evaluate(COLLECT)
        if _WORD.search(_DATA.sub(" ", text.strip()))
    ]
