import { Store } from "./store.ts";

export interface Toast {
  id: number;
  error: unknown;
}

/** Short messages below the header: why something could not be done. */
export class Toasts {
  readonly list = new Store<readonly Toast[]>([]);
  private next = 1;

  error(error: unknown): void {
    const id = this.next++;
    this.list.update((list) => [...list.slice(-2), { id, error }]);
    setTimeout(() => this.dismiss(id), 8000);
  }

  dismiss(id: number): void {
    this.list.update((list) => list.filter((toast) => toast.id !== id));
  }
}
