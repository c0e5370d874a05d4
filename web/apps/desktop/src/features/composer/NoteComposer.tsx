import { Button } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import type { Task } from "@rapport/api-client";
import { StickyNote } from "lucide-react";
import { useEffect, useId, useRef, type KeyboardEvent } from "react";
import { useDesk } from "../../shared/desk.ts";
import { useStore } from "../../shared/store.ts";
import { countCharacters } from "./check.ts";
import type { FieldHandle } from "./field.ts";
import { PlainField } from "./PlainField.tsx";
import { useKeptText } from "./useKeptText.ts";
import classes from "./Composer.module.css";

const LIMIT = 10_000;

/** For colleagues only; looks so different that it is never mistaken for a message. */
export function NoteComposer({ task }: { task: Task }) {
  const { t } = useLingui();
  const desk = useDesk();
  const field = useRef<FieldHandle>(null);
  const hintId = useId();
  const [text, setText] = useKeptText(`rapport.note.${task.conversation_id}`);
  const over = countCharacters(text) - LIMIT;
  const parked = task.parked_until !== null;
  const ready = text.trim() !== "" && over <= 0 && !parked;
  useEffect(() => field.current?.focus(), []);

  const returned = useStore(desk.ui.returned, (value) => value);
  useEffect(() => {
    if (returned === null || returned.conversationId !== task.conversation_id || returned.note !== true) return;
    desk.ui.returned.set(null);
    setText([returned.text, text].filter(Boolean).join("\n"));
  }, [desk, returned, task.conversation_id, setText, text]);

  const add = () => {
    if (!ready) return;
    desk.outbox.add({ taskId: task.id, conversationId: task.conversation_id, text: text.trim(), attachments: [], note: true });
    setText("");
    desk.ui.set({ note: false });
    requestAnimationFrame(() => document.getElementById("composer")?.focus());
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.altKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    add();
  };
  return (
    <>
      <div className={classes.box} data-note="true" data-over={over > 0}>
        <PlainField
          ref={field}
          label={t`Internal note`}
          placeholder={t`Write a note for your colleagues…`}
          describedBy={hintId}
          invalid={over > 0}
          value={text}
          onChange={setText}
          onKeyDown={onKeyDown}
        />
        <div className={classes.tools}>
          <span className={classes.reason}>{parked ? t`The conversation is parked` : null}</span>
          <Button size="sm" variant="default" className={classes.noteButton!} disabled={!ready} rightSection={<StickyNote size={15} aria-hidden />} onClick={add}>
            <Trans>Add note</Trans>
          </Button>
        </div>
      </div>
      <p id={hintId} className={classes.note} data-over={over > 0}>
        {over > 0 ? <Trans>The note is too long.</Trans> : <Trans>Only colleagues see this, never the customer.</Trans>}
      </p>
    </>
  );
}
