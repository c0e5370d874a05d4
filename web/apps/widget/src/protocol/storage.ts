/** A key-value store of strings that survives the page: the browser's, or memory where it is denied. */
export interface KeyStore {
  get(key: string): string | null;
  set(key: string, value: string | null): void;
  keys(): string[];
}

export function memoryStore(): KeyStore {
  const values = new Map<string, string>();
  return {
    get: (key) => values.get(key) ?? null,
    set: (key, value) => void (value === null ? values.delete(key) : values.set(key, value)),
    keys: () => [...values.keys()],
  };
}
