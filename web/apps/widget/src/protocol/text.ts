/** Characters as the server counts them: by code point, not by UTF-16 unit. */
export function countCharacters(text: string): number {
  return [...text].length;
}
