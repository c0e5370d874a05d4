import { ActionIcon, Popover } from "@mantine/core";
import { useLingui } from "@lingui/react/macro";
import type { Capabilities, Task } from "@rapport/api-client";
import { FileCheck, MessageSquareText, Paperclip, Smile, Zap } from "lucide-react";
import { useRef, useState } from "react";
import { useDesk, useDeskState } from "../../shared/desk.ts";
import { later } from "../../shared/later.tsx";
import { Tip } from "../../shared/Tip.tsx";
import type { Attachments } from "./useAttachments.ts";

const EmojiPicker = later(() => import("../emoji/EmojiPicker.tsx"));

const icon = { variant: "subtle", color: "gray", size: 32 } as const;

interface Props {
  task: Task;
  capabilities: Capabilities | undefined;
  /** Nothing can be written now; an approved template may still go. */
  closed: boolean;
  attachments: Attachments;
  onEmoji: (emoji: string) => void;
  onEmojisClosed: () => void;
  /** A quick reply has no templates. */
  templates?: boolean;
}

/** What can go into a message besides text, as the channel allows. */
export function Tools({ task, capabilities, closed, attachments, onEmoji, onEmojisClosed, templates = true }: Props) {
  const { t } = useLingui();
  const desk = useDesk();
  const workflows = useDeskState((state) => state.catalog.settings["workflows"] === true);
  return (
    <>
      {capabilities?.emojis === true && !closed && <EmojiButton onEmoji={onEmoji} onClosed={onEmojisClosed} />}
      {capabilities?.attachments === true && !closed && <AttachButton attachments={attachments} />}
      {templates && !closed && task.parked_until === null && (
        <Tip label={t`Templates`}>
          <ActionIcon {...icon} aria-label={t`Templates`} onClick={() => desk.ui.open({ name: "templates", taskId: task.id })}>
            <MessageSquareText size={17} />
          </ActionIcon>
        </Tip>
      )}
      {workflows && task.parked_until === null && (
        <Tip label={t`Trigger a workflow`}>
          <ActionIcon {...icon} aria-label={t`Trigger a workflow`} onClick={() => desk.ui.open({ name: "workflow", taskId: task.id })}>
            <Zap size={17} />
          </ActionIcon>
        </Tip>
      )}
      {capabilities?.approved_templates === true && (
        <Tip label={t`Approved templates`}>
          <ActionIcon
            {...icon}
            disabled={task.customer_opted_out_at !== null || task.customer_left_at !== null || task.parked_until !== null}
            aria-label={t`Approved templates`}
            onClick={() => desk.ui.open({ name: "approved_template", taskId: task.id })}
          >
            <FileCheck size={17} />
          </ActionIcon>
        </Tip>
      )}
    </>
  );
}

export function EmojiButton({ onEmoji, onClosed }: { onEmoji: (emoji: string) => void; onClosed: () => void }) {
  const { t } = useLingui();
  const [open, setOpen] = useState(false);
  return (
    <Popover opened={open} onChange={setOpen} onClose={onClosed} position="top-start" shadow="md" trapFocus>
      <Popover.Target>
        <ActionIcon {...icon} data-composer-emojis aria-label={t`Emojis`} aria-expanded={open} onClick={() => setOpen(!open)}>
          <Smile size={18} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown p={0} aria-label={t`Emojis`}>
        <EmojiPicker
          onChoose={(emoji) => {
            setOpen(false);
            onEmoji(emoji);
          }}
        />
      </Popover.Dropdown>
    </Popover>
  );
}

export function AttachButton({ attachments }: { attachments: Attachments }) {
  const { t } = useLingui();
  const picker = useRef<HTMLInputElement>(null);
  return (
    <>
      <Tip label={t`Attach files`}>
        <ActionIcon {...icon} data-composer-attach aria-label={t`Attach files`} onClick={() => picker.current?.click()}>
          <Paperclip size={17} />
        </ActionIcon>
      </Tip>
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
    </>
  );
}
