import { ActionIcon } from "@mantine/core";
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import type { Account, StyleKind } from "@rapport/api-client";
import type { Rich } from "@rapport/rich-text";
import { MessageSquareText } from "lucide-react";
import { useEffect, useId, useState, type ClipboardEvent, type KeyboardEvent } from "react";
import { Tip } from "../../shared/Tip.tsx";
import { FormatBar } from "../composer/FormatBar.tsx";
import { PlainField } from "../composer/PlainField.tsx";
import { RichField } from "../composer/RichField.tsx";
import { SegmentCount, SegmentWarning } from "../composer/SegmentCount.tsx";
import { AttachButton, EmojiButton } from "../composer/Tools.tsx";
import { UploadList } from "../composer/UploadList.tsx";
import { TemplateBar } from "../templates/TemplateBar.tsx";
import { TemplateSuggestions } from "../templates/TemplateSuggestions.tsx";
import { useTemplateCompletion } from "../templates/useTemplateCompletion.ts";
import type { FirstText } from "./useFirstWords.ts";
import composer from "../composer/Composer.module.css";
import classes from "./Outbound.module.css";

interface Props {
  account: Account;
  first: FirstText;
  focus?: boolean;
  onTemplates: () => void;
}

/** Where a first message is written: as in the composer, but that Enter begins a new line. */
export function FirstWordsField({ account, first, focus = false, onTemplates }: Props) {
  const { t } = useLingui();
  const noteId = useId();
  const { field, rich, change, allowed, templates, attachments, count, over, open } = first;
  const { capabilities, channel } = account;
  const limit = capabilities.composer_limit;
  const [styled, setStyled] = useState<ReadonlySet<StyleKind>>(new Set());
  const named = useTemplateCompletion(field, first.source, true, templates.load);
  useEffect(() => {
    if (focus) field.current?.focus();
  }, [field, focus]);
  const onChange = (value: Rich) => {
    change(value);
    named.typed();
  };
  const onKeyDown = (event: KeyboardEvent) => void (named.onKeyDown(event) || templates.onKeyDown(event));
  const onPaste = (event: ClipboardEvent) => {
    const files = [...event.clipboardData.files];
    if (files.length === 0 || !capabilities.attachments || event.clipboardData.types.includes("text/html")) return;
    event.preventDefault();
    event.stopPropagation();
    attachments.add(files);
  };
  const common = { ref: field, id: "first-words", label: t`Message`, placeholder: t`Write a message…`, describedBy: noteId, invalid: over > 0, onKeyDown, onPaste };
  return (
    <div className={classes.words}>
      <div className={composer.box} data-over={over > 0}>
        <TemplateSuggestions completion={named} />
        <TemplateBar templates={templates} template={rich.template} onRemove={() => (change({ text: "", marks: [] }), field.current?.focus())} />
        {attachments.uploads.length > 0 && <UploadList uploads={attachments.uploads} onRemove={attachments.remove} />}
        {templates.needed ? (
          <RichField {...common} allowed={allowed} value={rich} onChange={onChange} onStyled={setStyled} onLocked={templates.onLocked} />
        ) : (
          <PlainField {...common} value={rich.text} onChange={(text) => onChange({ text, marks: [] })} />
        )}
        <div className={composer.tools}>
          {capabilities.rich_text !== "none" && (
            <FormatBar allowed={allowed} active={styled} onToggle={(kind) => field.current?.toggle(kind)} {...(channel === "email" ? { onLink: (url: string) => field.current?.link?.(url) } : {})} />
          )}
          {capabilities.emojis && <EmojiButton onEmoji={(emoji) => field.current?.insert(emoji)} onClosed={() => field.current?.focus()} />}
          {capabilities.attachments && <AttachButton attachments={attachments} />}
          <Tip label={t`Templates`}>
            <ActionIcon variant="subtle" color="gray" size={32} aria-label={t`Templates`} onClick={onTemplates}>
              <MessageSquareText size={17} />
            </ActionIcon>
          </Tip>
          <span className={composer.reason}>{open === null ? null : t`Fill in: ${open}`}</span>
          {channel === "sms" && <SegmentCount text={rich.text} />}
          {limit !== null && (
            <span className={composer.counter} data-over={over > 0}>
              <span aria-hidden>
                {count}/{limit}
              </span>
              <span className="visually-hidden">{t`${count} of ${limit} characters`}</span>
            </span>
          )}
        </div>
      </div>
      <p id={noteId} className={composer.note} data-over={over > 0} role={over > 0 ? "alert" : undefined}>
        {over > 0 ? (
          <Plural value={over} one="The message is too long: delete # character to send it." other="The message is too long: delete # characters to send it." />
        ) : channel === "sms" && rich.text !== "" ? (
          <SegmentWarning text={rich.text} />
        ) : channel === "email" ? (
          <Trans>No card or health data in mails.</Trans>
        ) : null}
      </p>
    </div>
  );
}
