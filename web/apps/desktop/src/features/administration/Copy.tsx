import { Button, Textarea, TextInput } from "@mantine/core";
import { useLingui } from "@lingui/react/macro";
import { Check, Copy } from "lucide-react";
import { useState } from "react";
import classes from "./Admin.module.css";

/** Something to take elsewhere, with a button that copies it. */
export function CopyField({ label, value, help, long = false }: { label: string; value: string; help?: string; long?: boolean }) {
  const { t } = useLingui();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value);
      setCopied(true);
      setTimeout(() => setCopied(false), 2500);
    } catch {
      // Without the right to the clipboard the text can be selected and copied by hand.
    }
  };
  const props = { label, description: help, value, readOnly: true, onFocus: (event: { currentTarget: { select: () => void } }) => event.currentTarget.select() };
  return (
    <div className={classes.copy}>
      {long ? <Textarea {...props} autosize minRows={2} spellCheck={false} /> : <TextInput {...props} />}
      <Button variant="default" leftSection={copied ? <Check size={15} aria-hidden /> : <Copy size={15} aria-hidden />} onClick={() => void copy()} aria-label={t`Copy: ${label}`}>
        {copied ? t`Copied` : t`Copy`}
      </Button>
      <span role="status" className="visually-hidden">
        {copied ? t`Copied` : ""}
      </span>
    </div>
  );
}
