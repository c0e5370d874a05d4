import type { LoadedTemplate } from "@rapport/api-client";
import { fromTemplate, openFields, type Field, type Rich } from "@rapport/rich-text";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent, type RefObject } from "react";
import { useDesk } from "../../shared/desk.ts";
import type { FieldHandle } from "../composer/field.ts";
import type { Attachments } from "../composer/useAttachments.ts";
import { noteUsed } from "./habits.ts";
import type { TemplateSource } from "./source.ts";

/** What the preview has just shown is what is loaded, at once. */
const FRESH_MS = 30_000;

interface Options {
  source: TemplateSource;
  field: RefObject<FieldHandle | null>;
  rich: Rich;
  attachments: Attachments;
  /** The channel has no styles: the field for templates has to take over first. */
  plain: boolean;
  /** A template stands instead of what was written (e-mail). */
  replaces: boolean;
  enabled: boolean;
}

interface Coming {
  template: LoadedTemplate;
  replaceBefore: number;
  at: number | undefined;
}

export interface Templates {
  /** Whether the field must be one that knows templates' fields. */
  needed: boolean;
  load: (templateId: number, replaceBefore?: number) => void;
  /** What a template has replaced, to be brought back. */
  replaced: Rich | null;
  undo: () => void;
  /** The field that was walked to, for those who listen. */
  walked: Field | null;
  open: readonly Field[];
  onKeyDown: (event: KeyboardEvent) => boolean;
  /** Goes to what is still to be filled in. */
  show: () => void;
  /** A locked template refuses an edit. */
  refused: boolean;
  onLocked: () => void;
}

/** Templates in a message field: loading, undoing, walking from field to field. */
export function useTemplates({ source, field, rich, attachments, plain, replaces, enabled }: Options): Templates {
  const desk = useDesk();
  const queries = useQueryClient();
  const [replaced, setReplaced] = useState<Rich | null>(null);
  const [walked, setWalked] = useState<Field | null>(null);
  const [refused, setRefused] = useState(false);
  const [asked, setAsked] = useState(rich.template !== undefined);
  const needed = !plain || asked;
  const [coming, setComing] = useState<Coming | null>(null);
  const latest = useRef(rich);
  latest.current = rich;
  const { putBack } = attachments;

  const load = useCallback(
    (templateId: number, replaceBefore = 0) => {
      const loading = async () => {
        const template = await queries.fetchQuery({ queryKey: ["template", source.key, templateId], queryFn: () => source.one(templateId), staleTime: FRESH_MS });
        setComing({ template, replaceBefore, at: needed ? undefined : field.current?.textBefore().length });
        setAsked(true);
        noteUsed(desk.preferences, templateId);
        if (template.files.length > 0) putBack?.((await source.files(templateId)).attachments);
      };
      loading().catch((error: unknown) => desk.toasts.error(error));
    },
    [desk, queries, source, field, needed, putBack],
  );
  // In the layout phase: the text is then part of the page's state before a key can come.
  useLayoutEffect(() => {
    if (coming === null) return;
    const { template, replaceBefore, at } = coming;
    const before = latest.current;
    const whole = replaces || template.locked || before.template?.locked === true;
    // The few signs that called for it are not worth bringing back.
    setReplaced(whole && before.text.length > replaceBefore ? before : null);
    setRefused(false);
    setComing(null);
    field.current?.load(fromTemplate(template), whole, replaceBefore, at);
  }, [coming, field, replaces]);

  useEffect(() => {
    if (!enabled) return;
    desk.ui.templateLoader = load;
    return () => void (desk.ui.templateLoader = null);
  }, [desk, load, enabled]);

  // An empty field is the start of something new.
  const empty = rich.text === "";
  useEffect(() => {
    if (!empty) return;
    setReplaced(null);
    setRefused(false);
  }, [empty]);

  const undo = () => {
    if (replaced !== null) field.current?.restore(replaced);
    setReplaced(null);
  };
  const onKeyDown = (event: KeyboardEvent): boolean => {
    if (event.key !== "Tab" || event.ctrlKey || event.altKey || event.metaKey || (rich.template?.fields.length ?? 0) === 0) return false;
    const next = field.current?.walk(event.shiftKey ? -1 : 1) ?? null;
    setWalked(next);
    if (next === null) return false;
    event.preventDefault();
    return true;
  };
  const show = () => setWalked(field.current?.chooseOpen() ?? null);
  return { needed, load, replaced, undo, walked, open: openFields(rich), onKeyDown, show, refused, onLocked: () => setRefused(true) };
}
