/**
 * How days, times and numbers are written: the language that was chosen, as where the reader lives.
 * An English desk in London has 14:37 and 29 Nov, one in Boston 2:37 PM and Nov 29.
 */
export function region(language: string): string {
  return navigator.languages.find((tag) => (tag === language || tag.startsWith(`${language}-`)) && isKnown(tag)) ?? language;
}

/** Systems without a locale of their own pass on tags such as `en-US@posix`, which are none. */
function isKnown(tag: string): boolean {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(tag).length > 0;
  } catch {
    return false;
  }
}
