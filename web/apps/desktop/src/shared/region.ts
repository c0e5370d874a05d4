/**
 * How days, times and numbers are written: the language that was chosen, as where the reader lives.
 * An English desk in London has 14:37 and 29 Nov, one in Boston 2:37 PM and Nov 29.
 */
export function region(language: string): string {
  // The browser hands out the same list until the reader changes it.
  if (found.languages !== navigator.languages) found = { languages: navigator.languages, regions: new Map() };
  let tag = found.regions.get(language);
  if (tag === undefined) {
    tag = found.languages.find((each) => (each === language || each.startsWith(`${language}-`)) && isKnown(each)) ?? language;
    found.regions.set(language, tag);
  }
  return tag;
}

let found: { languages: readonly string[]; regions: Map<string, string> } = { languages: [], regions: new Map() };

/** Systems without a locale of their own pass on tags such as `en-US@posix`, which are none. */
function isKnown(tag: string): boolean {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(tag).length > 0;
  } catch {
    return false;
  }
}
