import { Trans, useLingui } from "@lingui/react/macro";
import type { Template } from "@rapport/rich-text";
import { Lock, Undo2, X } from "lucide-react";
import type { Templates } from "./useTemplates.ts";
import classes from "./Templates.module.css";

interface Props {
  templates: Templates;
  template: Template | undefined;
  onRemove: () => void;
}

/** What a template has done to the message field, and the way back. */
export function TemplateBar({ templates: { replaced, undo, walked, refused }, template, onRemove }: Props) {
  const { t } = useLingui();
  return (
    <>
      {template?.locked === true && (
        <div className={classes.bar} data-refused={refused}>
          <Lock size={14} aria-hidden />
          <span role={refused ? "alert" : undefined}>
            {template.fields.length === 0 ? <Trans>“{template.name}” is locked: it is sent as it is.</Trans> : <Trans>“{template.name}” is locked: only its fields can be changed.</Trans>}
          </span>
          {replaced !== null && (
            <button type="button" onClick={undo}>
              <Undo2 size={14} aria-hidden /> {t`Undo`}
            </button>
          )}
          <button type="button" onClick={onRemove}>
            <X size={14} aria-hidden /> {t`Remove`}
          </button>
        </div>
      )}
      {template?.locked !== true && replaced !== null && (
        <div className={classes.bar}>
          <span role="status">
            <Trans>The template stands in place of your text.</Trans>
          </span>
          <button type="button" onClick={undo}>
            <Undo2 size={14} aria-hidden /> {t`Undo`}
          </button>
        </div>
      )}
      <span className="visually-hidden" role="status">
        {walked === null ? "" : t`Field: ${walked.name}`}
      </span>
    </>
  );
}
