import { ActionIcon, Popover } from "@mantine/core";
import { useLingui } from "@lingui/react/macro";
import type { Capabilities, Task } from "@rapport/api-client";
import { FileCheck, Paperclip, Smile } from "lucide-react";
import { lazy, Suspense, useRef, useState } from "react";
import { useDesk } from "../../shared/desk.ts";
import { Tip } from "../../shared/Tip.tsx";
import type { Attachments } from "./useAttachments.ts";

const EmojiPicker = lazy(() => import("../emoji/EmojiPicker.tsx"));

interface Props {
  task: Task;
  capabilities: Capabilities | undefined;
  /** Nothing can be written now; an approved template may still go. */
  closed: boolean;
  attachments: Attachments;
  onEmoji: (emoji: string) => void;
  onEmojisClosed: () => void;
}

/** What can go into a message besides text, as the channel allows. */
export function Tools({ task, capabilities, closed, attachments, onEmoji, onEmojisClosed }: Props) {
  const { t } = useLingui();
  const desk = useDesk();
  const picker = useRef<HTMLInputElement>(null);
  const [emojis, setEmojis] = useState(false);
  const icon = { variant: "subtle", color: "gray", size: 32 } as const;
  return (
    <>
      {capabilities?.emojis === true && !closed && (
        <Popover opened={emojis} onChange={setEmojis} onClose={onEmojisClosed} position="top-start" shadow="md" trapFocus>
          <Popover.Target>
            <ActionIcon {...icon} data-composer-emojis aria-label={t`Emojis`} aria-expanded={emojis} onClick={() => setEmojis(!emojis)}>
              <Smile size={18} />
            </ActionIcon>
          </Popover.Target>
          <Popover.Dropdown p={0} aria-label={t`Emojis`}>
            <Suspense>
              <EmojiPicker
                onChoose={(emoji) => {
                  setEmojis(false);
                  onEmoji(emoji);
                }}
              />
            </Suspense>
          </Popover.Dropdown>
        </Popover>
      )}
      {capabilities?.attachments === true && !closed && (
        <Tip label={t`Attach files`}>
          <ActionIcon {...icon} aria-label={t`Attach files`} onClick={() => picker.current?.click()}>
            <Paperclip size={17} />
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
