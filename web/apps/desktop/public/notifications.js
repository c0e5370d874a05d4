// Shows desktop notifications for the desktop's tabs: only a service worker's can have buttons.
// It has no part in loading pages; its scope holds none.
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  const { heading, options } = event.data;
  // The tab that asked is the one to answer, as long as it is there.
  const data = { ...options.data, client: event.source.id };
  event.waitUntil(self.registration.showNotification(heading, { ...options, data }));
});

self.addEventListener("notificationclick", (event) => {
  const { notification, action } = event;
  notification.close();
  event.waitUntil(answer(notification.data, action === "" ? "open" : action));
});

async function answer(data, action) {
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const tab = windows.find(({ id }) => id === data.client);
  if (tab === undefined) {
    await self.clients.openWindow(data.taskId === null ? "/" : `/tasks/${data.taskId}`);
    return;
  }
  tab.postMessage({ type: "notification", action, taskId: data.taskId });
  // A browser may refuse to bring the tab to the front; what was asked for is done all the same.
  await tab.focus().catch(() => undefined);
}
