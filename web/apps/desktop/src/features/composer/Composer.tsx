import { ActionIcon, Button, Popover } from "@mantine/core";
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import type { Task } from "@rapport/api-client";
import { Paperclip, SendHorizontal, Smile } from "lucide-react";
import { lazy, Suspense, useEffect, useId, useLayoutEffect, useRef, useState, type KeyboardEvent } from "react";
import { useDesk, useDeskState } from "../../shared/desk.ts";
import { capabilitiesOf } from "../../shared/people.ts";
import { useStore } from "../../shared/store.ts";
import { checkSend, countCharacters } from "./check.ts";
import { UploadList } from "./UploadList.tsx";
import type { Attachments } from "./useAttachments.ts";
import { useDraft } from "./useDraft.ts";
import { useTyping } from "./useTyping.ts";
import { Tip } from "../../shared/Tip.tsx";
import classes from "./Composer.module.css";

const EmojiGrid = lazy(() => import("./EmojiGrid.tsx"));

/** Where the agent writes. Nothing typed here is ever lost; Send says why when it can't. */
export function Composer({ task, attachments }: { task: Task; attachments: Attachments }) {
  const { t } = useLingui();
  const desk = useDesk();
  const field = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const noteId = useId();
  const [emojis, setEmojis] = useState(false);
  const capabilities = useDeskState((state) => capabilitiesOf(state.catalog, task));
  const offline = useStore(desk.connection.state, (state) => state === "offline");
  const { text, change, other, takeOther, dismissOther } = useDraft(task.conversation_id);
  const { typed, stopped } = useTyping(task.conversation_id);
  const { uploads } = attachments;
  const limit = capabilities?.composer_limit ?? null;
  const count = countCharacters(text);
  const ready = uploads.filter((upload) => upload.attachment !== null).length;
  const problem = checkSend({
    text,
    limit,
    customerLeft: task.customer_left_at !== null,
    parked: task.parked_until !== null,
    uploading: uploads.some((upload) => upload.attachment === null && upload.problem === null),
    refusedFiles: uploads.some((upload) => upload.problem !== null),
    readyFiles: ready,
  });
  const over = limit === null ? 0 : Math.max(0, count - limit);

  useEffect(() => field.current?.focus({ preventScroll: true }), []);
  useLayoutEffect(() => {
    const area = field.current;
    if (area === null) return;
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight, 220)}px`;
  }, [text]);

  // A refused message comes back in front of what has been typed since.
  const returned = useStore(desk.ui.returned, (value) => value);
  useEffect(() => {
    if (returned === null || returned.conversationId !== task.conversation_id) return;
    desk.ui.returned.set(null);
    change([returned.text, text].filter(Boolean).join("\n"));
    field.current?.focus();
  }, [desk, returned, task.conversation_id, change, text]);

  const send = () => {
    if (problem !== null) return;
    const files = attachments.takeReady();
    desk.outbox.add({ taskId: task.id, conversationId: task.conversation_id, text: text.trim(), attachments: files });
    change("");
    stopped();
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.altKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  const insert = (emoji: string) => {
    const area = field.current;
    const at = area?.selectionStart ?? text.length;
    change(text.slice(0, at) + emoji + text.slice(area?.selectionEnd ?? at));
    setEmojis(false);
    requestAnimationFrame(() => {
      area?.focus();
      area?.setSelectionRange(at + emoji.length, at + emoji.length);
    });
  };

  const reason =
    problem === "customer_left"
      ? t`The customer has left`
      : problem === "parked"
        ? t`The conversation is parked`
        : problem === "uploading"
          ? t`Waiting for the upload`
          : problem === "file_problem"
            ? t`Remove the refused file first`
            : offline
              ? t`Offline: sent once you are back`
              : null;

  return (
    <section className={classes.composer} aria-label={t`Write a message`}>
      {other !== null && (
        <div className={classes.other} role="status">
          <Trans>There is another draft, written in a different window.</Trans>
          <button type="button" onClick={takeOther}>{t`Use it`}</button>
          <button type="button" onClick={dismissOther}>{t`Keep this one`}</button>
        </div>
      )}
      <div className={classes.box} data-over={over > 0}>
        {uploads.length > 0 && <UploadList uploads={uploads} onRemove={attachments.remove} />}
        <textarea
          ref={field}
          id="composer"
          rows={2}
          aria-label={t`Message`}
          aria-describedby={noteId}
          aria-invalid={over > 0}
          placeholder={t`Write a message…`}
          value={text}
          onChange={(event) => {
            change(event.currentTarget.value);
            typed();
          }}
          onKeyDown={onKeyDown}
          onPaste={(event) => {
            const files = [...event.clipboardData.files];
            if (files.length === 0 || capabilities?.attachments !== true) return;
            event.preventDefault();
            attachments.add(files);
          }}
        />
        <div className={classes.tools}>
          {capabilities?.emojis === true && (
            <Popover opened={emojis} onChange={setEmojis} position="top-start" shadow="md" trapFocus returnFocus>
              <Popover.Target>
                <ActionIcon variant="subtle" color="gray" size={34} aria-label={t`Emojis`} aria-expanded={emojis} onClick={() => setEmojis(!emojis)}>
                  <Smile size={19} />
                </ActionIcon>
              </Popover.Target>
              <Popover.Dropdown p={0}>
                <Suspense>
                  <EmojiGrid onChoose={insert} />
                </Suspense>
              </Popover.Dropdown>
            </Popover>
          )}
          {capabilities?.attachments === true && (
            <Tip label={t`Attach files`}>
              <ActionIcon variant="subtle" color="gray" size={34} aria-label={t`Attach files`} onClick={() => picker.current?.click()}>
                <Paperclip size={18} />
              </ActionIcon>
            </Tip>
          )}
          <input
            ref={picker}
            type="file"
            multiple
            hidden
            onChange={(event) => {
              attachments.add([...(event.currentTarget.files ?? [])]);
              event.currentTarget.value = "";
            }}
          />
          <span className={classes.reason}>{reason}</span>
          {limit !== null && (
            <span className={classes.counter} data-over={over > 0}>
              <span aria-hidden>
                {count}/{limit}
              </span>
              <span className="visually-hidden">{t`${count} of ${limit} characters`}</span>
            </span>
          )}
          <Button size="sm" disabled={problem !== null} rightSection={<SendHorizontal size={15} aria-hidden />} onClick={send}>
            <Trans>Send</Trans>
          </Button>
        </div>
      </div>
      <p id={noteId} className={classes.note} data-over={over > 0} role={over > 0 ? "alert" : undefined}>
        {over > 0 ? (
          <Plural
            value={over}
            one="The message is too long: delete # character to send it."
            other="The message is too long: delete # characters to send it."
          />
        ) : (
          <Trans>Enter sends, Shift+Enter starts a new line.</Trans>
        )}
      </p>
    </section>
  );
}
