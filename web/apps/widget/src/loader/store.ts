import { type KeyStore, memoryStore } from "../protocol/storage";

/**
 * One of the browser's stores under a prefix; memory where storage is denied, so that the chat still
 * works.
 */
export function browserStore(name: "localStorage" | "sessionStorage", prefix: string): KeyStore {
  try {
    const area = window[name];
    area.getItem(prefix);
    return {
      get: (key) => area.getItem(prefix + key),
      set(key, value) {
        try {
          if (value === null) area.removeItem(prefix + key);
          else area.setItem(prefix + key, value);
        } catch {
          // Full: the conversation goes on, only its memory across reloads is less.
        }
      },
      keys: () =>
        Object.keys(area)
          .filter((key) => key.startsWith(prefix))
          .map((key) => key.slice(prefix.length)),
    };
  } catch {
    return memoryStore();
  }
}
