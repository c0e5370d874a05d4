import type { VirtualItem } from "@tanstack/react-virtual";

const MOST = 50;

interface Heights {
  /** Of the window, when they were measured. */
  width: number;
  rows: VirtualItem[];
}

/** How high the rows of conversations were when they were last open, the newest last. */
const remembered = new Map<number, Heights>();

/**
 * So that a conversation is drawn at once as it will stand, where it would else be drawn by guess,
 * measured and drawn again. What has changed since is measured anyway.
 */
export function heightsOf(conversationId: number): VirtualItem[] {
  const found = remembered.get(conversationId);
  return found?.width === window.innerWidth ? found.rows : [];
}

export function rememberHeights(conversationId: number, rows: VirtualItem[]): void {
  remembered.delete(conversationId);
  remembered.set(conversationId, { width: window.innerWidth, rows });
  for (const oldest of remembered.keys()) {
    if (remembered.size <= MOST) return;
    remembered.delete(oldest);
  }
}
