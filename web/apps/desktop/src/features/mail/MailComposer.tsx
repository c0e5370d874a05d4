import { useLingui } from "@lingui/react/macro";
import type { Attachment, ComposerMode, Person, Task } from "@rapport/api-client";
import { fromWire, type Rich } from "@rapport/rich-text";
import { useCallback, useEffect, useState } from "react";
import { useDesk } from "../../shared/desk.ts";
import { useStore } from "../../shared/store.ts";
import type { Attachments } from "../composer/useAttachments.ts";
import { useKeptText } from "../composer/useKeptText.ts";
import { GuardBanner } from "./GuardBanner.tsx";
import { MailForm } from "./MailForm.tsx";
import { useLatestMail } from "./useLatestMail.ts";

/** What a mode begins with when it is entered, besides its own draft. */
export interface Start {
  rich: Rich;
  to: Person[] | null;
  cc: Person[] | null;
  files: readonly Attachment[];
  /** A refused mail comes back in front of a draft; text from another mode only where there is none. */
  back: boolean;
}

const MODES: readonly string[] = ["quick", "reply", "reply_all", "forward"] satisfies ComposerMode[];

/** Answers the customer's latest mail: one field, or the standard reply with its modes. */
export function MailComposer({ task, attachments }: { task: Task; attachments: Attachments }) {
  const { t } = useLingui();
  const desk = useDesk();
  const id = task.conversation_id;
  const [kept, keepMode] = useKeptText(`rapport.mail-mode.${id}`);
  const mode = (MODES.includes(kept) ? kept : "quick") as ComposerMode;
  const [entry, setEntry] = useState<{ number: number; start: Start | null }>({ number: 0, start: null });
  const [typed, setTyped] = useState(false);
  const latest = useLatestMail(id, mode !== "quick" || typed);

  const enter = useCallback(
    (next: ComposerMode, start: Start | null) => {
      keepMode(next === "quick" ? "" : next);
      setEntry(({ number }) => ({ number: number + 1, start }));
    },
    [keepMode],
  );

  const { answering, refused } = latest;
  const returned = useStore(desk.ui.returned, (value) => value);
  useEffect(() => {
    if (returned === null || returned.conversationId !== id || returned.note === true) return;
    desk.ui.returned.set(null);
    const { text, styles = [], attachments: files = [], mail } = returned;
    if (mail !== undefined) answering(mail.latestSeq);
    enter(mail?.composer ?? "quick", { rich: fromWire(text, styles), to: mail?.to ?? null, cc: mail?.cc ?? null, files, back: true });
  }, [desk, returned, id, enter, answering]);

  // The server knew of a newer mail: what was written comes back, and the newer one has to be read.
  const stale = useStore(desk.outbox.items, (items) => items.find((item) => item.conversationId === id && item.failure?.code === "not_latest" && item.mail !== undefined));
  useEffect(() => {
    if (stale === undefined) return;
    desk.outbox.discard(stale.key);
    refused(Number(stale.failure?.details["latest_seq"] ?? 0));
    const { text, styles = [], attachments: files, mail } = stale;
    desk.ui.returned.set({ conversationId: id, text, styles, attachments: files, ...(mail === undefined ? {} : { mail }) });
  }, [desk, id, stale, refused]);

  const read = () => {
    void desk.markRead(task, latest.newest);
    const newer = desk.threads.all.get().get(id)?.messages.find((message) => message.seq === latest.newest);
    if (newer !== undefined) desk.ui.unfold(newer.id, true);
    desk.ui.jump.set({ conversationId: id, seq: latest.newest });
    latest.read();
    document.getElementById("composer")?.focus();
  };
  return (
    <>
      {latest.guarded && <GuardBanner onRead={read} />}
      <MailForm
        key={`${mode}-${entry.number}`}
        task={task}
        attachments={attachments}
        mode={mode}
        start={entry.start}
        label={mode === "quick" ? t`Quick reply` : t`Message`}
        latest={latest}
        onMode={enter}
        onTyped={setTyped}
      />
    </>
  );
}
