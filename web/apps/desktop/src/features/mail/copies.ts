import type { Api, ComposerMode } from "@rapport/api-client";

const MODES: readonly ComposerMode[] = ["quick", "reply", "reply_all", "forward"];

/**
 * A mode without a draft takes over the text of the one before, so a mail that is sent may lie in
 * other modes as well, as far as it was written then. Those are cleared; drafts of their own stay.
 */
export async function clearCopies(api: Api, conversationId: number, sent: string, mode: ComposerMode): Promise<void> {
  const others = MODES.filter((each) => each !== mode);
  await Promise.all(
    others.map(async (other) => {
      const { text, version } = await api.draft(conversationId, other);
      if (text === "" || !isCopy(text, sent)) return;
      await api.saveDraft(conversationId, { text: "", version }, other);
    }),
  ).catch(() => undefined);
}

export function isCopy(draft: string, sent: string): boolean {
  return sent.trim().startsWith(draft.trim());
}
