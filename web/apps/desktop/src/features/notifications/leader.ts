/** Of all open tabs one makes the sounds: the one that holds the lock, until it closes. */
let leading = false;

export function stand(): void {
  if (!("locks" in navigator)) {
    leading = true;
    return;
  }
  void navigator.locks.request("rapport.sounds", () => {
    leading = true;
    return new Promise<never>(() => undefined);
  });
}

export function isLeader(): boolean {
  return leading;
}
