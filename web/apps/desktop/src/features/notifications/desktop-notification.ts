const ICON = "/static/desktop/icon.svg";
const WORKER = "/static/desktop/notifications.js";

export interface Told {
  /** A later one with the same tag takes its place. */
  tag: string;
  heading: string;
  body: string;
  /** What a click opens; null: nothing but the page. */
  taskId: number | null;
  /** Stays until it is answered or gone. */
  stays: boolean;
  /** The words of the button that accepts, where the platform has buttons. */
  accept?: string;
}
export type Answer = { action: "open" | "accept"; taskId: number | null };
export type Permission = "granted" | "denied" | "default" | "none";

/** What the browser says about notifications of this site; "none": it has none. */
export function permission(): Permission {
  return "Notification" in window ? Notification.permission : "none";
}

export async function askPermission(): Promise<Permission> {
  return "Notification" in window ? Notification.requestPermission() : "none";
}

/** Notifications outside the page. With a service worker they have buttons; without, a click opens. */
export class DesktopNotifications {
  private answered: (answer: Answer) => void = () => undefined;
  private registration: Promise<ServiceWorkerRegistration | null> | undefined;
  private readonly plain = new Map<string, Notification>();

  /** Who hears what was pressed. */
  listen(answered: (answer: Answer) => void): void {
    this.answered = answered;
    if (!("serviceWorker" in navigator)) return;
    navigator.serviceWorker.addEventListener("message", ({ data }: MessageEvent<Partial<Answer> & { type?: string }>) => {
      if (data.type !== "notification") return;
      answered({ action: data.action === "accept" ? "accept" : "open", taskId: data.taskId ?? null });
    });
    navigator.serviceWorker.startMessages();
  }

  async show(told: Told): Promise<void> {
    if (permission() !== "granted") return;
    const options = { body: told.body, icon: ICON, tag: told.tag, requireInteraction: told.stays };
    const worker = (await this.worker())?.active;
    if (worker != null) {
      const actions = told.accept === undefined ? [] : [{ action: "accept", title: told.accept }];
      worker.postMessage({ heading: told.heading, options: { ...options, actions, data: { taskId: told.taskId } } });
      return;
    }
    const notification = new Notification(told.heading, options);
    this.plain.set(told.tag, notification);
    notification.onclick = () => {
      window.focus();
      notification.close();
      this.answered({ action: "open", taskId: told.taskId });
    };
  }

  /** Takes back what is no longer so. */
  async close(tag: string): Promise<void> {
    this.plain.get(tag)?.close();
    this.plain.delete(tag);
    if (this.registration === undefined) return;
    for (const notification of (await (await this.registration)?.getNotifications({ tag })) ?? []) notification.close();
  }

  private worker(): Promise<ServiceWorkerRegistration | null> {
    this.registration ??= registered();
    return this.registration;
  }
}

/** The worker once it is active; null where there are none, as on a page without TLS. */
async function registered(): Promise<ServiceWorkerRegistration | null> {
  if (!("serviceWorker" in navigator)) return null;
  try {
    const registration = await navigator.serviceWorker.register(WORKER);
    const coming = registration.installing ?? registration.waiting;
    if (registration.active === null && coming !== null) {
      await new Promise<void>((resolve) => {
        coming.addEventListener("statechange", () => {
          if (coming.state === "activated" || coming.state === "redundant") resolve();
        });
        if (coming.state === "activated") resolve();
      });
    }
    return registration;
  } catch {
    return null;
  }
}
