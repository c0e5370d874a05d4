import { useCallback, useRef, useSyncExternalStore } from "react";

/** A value that views can watch. Values are replaced, never changed in place. */
export class Store<T> {
  private value: T;
  private readonly listeners = new Set<() => void>();

  constructor(initial: T) {
    this.value = initial;
  }

  readonly get = (): T => this.value;

  set(next: T): void {
    if (Object.is(next, this.value)) return;
    this.value = next;
    for (const listener of [...this.listeners]) listener();
  }

  update(change: (value: T) => T): void {
    this.set(change(this.value));
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
}

/** Watches a part of a store; renders again only when that part changes. */
export function useStore<T, S>(
  store: Store<T>,
  select: (value: T) => S,
  same: (a: S, b: S) => boolean = Object.is,
): S {
  const held = useRef<{ selected: S } | null>(null);
  const read = useCallback((): S => {
    const selected = select(store.get());
    if (held.current !== null && same(held.current.selected, selected)) return held.current.selected;
    held.current = { selected };
    return selected;
  }, [store, select, same]);
  return useSyncExternalStore(store.subscribe, read, read);
}

export function sameItems<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((item, index) => Object.is(item, b[index]));
}
