import { useLingui } from "@lingui/react/macro";
import type { Task } from "@rapport/api-client";
import { useRef, type KeyboardEvent } from "react";
import { useDesk } from "../../shared/desk.ts";
import { later } from "../../shared/later.tsx";
import { useStore } from "../../shared/store.ts";
import { NoteComposer } from "./NoteComposer.tsx";
import { ReplyComposer } from "./ReplyComposer.tsx";
import type { Attachments } from "./useAttachments.ts";
import classes from "./Composer.module.css";

const MailComposer = later(() => import("../mail/MailComposer.tsx").then(({ MailComposer }) => ({ default: MailComposer })));

/** Where the agent writes: to the customer, or a note for colleagues. Nothing typed is ever lost. */
export function Composer({ task, attachments }: { task: Task; attachments: Attachments }) {
  const { t } = useLingui();
  const desk = useDesk();
  const note = useStore(desk.ui.state, (ui) => ui.note);
  const tabs = useRef<HTMLDivElement>(null);
  const choose = (wanted: boolean) => desk.ui.set({ note: wanted });
  const walk = (event: KeyboardEvent) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    event.preventDefault();
    choose(!note);
    tabs.current?.querySelectorAll("button")[note ? 0 : 1]?.focus();
  };
  const tab = (own: boolean, label: string) => (
    <button type="button" role="tab" id={own ? "composer-note-tab" : "composer-reply-tab"} aria-selected={note === own} aria-controls="composer-panel" tabIndex={note === own ? 0 : -1} onClick={() => choose(own)}>
      {label}
    </button>
  );
  return (
    <section className={classes.composer} aria-label={t`Write a message`}>
      <div ref={tabs} role="tablist" aria-label={t`What to write`} className={classes.tabs} data-note={note} onKeyDown={walk}>
        {tab(false, t`Message`)}
        {tab(true, t`Internal note`)}
      </div>
      <div role="tabpanel" id="composer-panel" aria-labelledby={note ? "composer-note-tab" : "composer-reply-tab"}>
        {note ? <NoteComposer task={task} /> : task.channel === "email" ? <MailComposer task={task} attachments={attachments} /> : <ReplyComposer task={task} attachments={attachments} />}
      </div>
    </section>
  );
}
