import { useCallback, useState } from "react";

/** A text that survives a reload, in this browser. */
export function useKeptText(name: string): [string, (text: string) => void] {
  const [text, setText] = useState(() => {
    try {
      return localStorage.getItem(name) ?? "";
    } catch {
      return "";
    }
  });
  const change = useCallback(
    (value: string) => {
      setText(value);
      try {
        if (value === "") localStorage.removeItem(name);
        else localStorage.setItem(name, value);
      } catch {
        // Kept by the page alone.
      }
    },
    [name],
  );
  return [text, change];
}
