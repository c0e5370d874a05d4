import type { Api } from "@rapport/api-client";

/** In a tab of its own, which learns nothing of this one. Only https is ever opened. */
export function openLink(url: string): void {
  if (url.startsWith("https://")) window.open(url, "_blank", "noopener,noreferrer");
}

/** Opens a conversation's page in the other system, if it has one; the button stays if that fails. */
export async function openScreenPop(api: Api, taskId: number): Promise<void> {
  try {
    const { url } = await api.screenPop(taskId);
    if (url !== null) openLink(url);
  } catch {
    // The button beside the customer asks again, and says what is wrong.
  }
}
