import { ApiError, type ComposerMode, type Draft, type DraftFields } from "@rapport/api-client";
import { useCallback, useEffect, useRef, useState } from "react";
import { normalised, type Mark, type Rich } from "@rapport/rich-text";
import { useDesk } from "../../shared/desk.ts";

const PAUSE_MS = 600;

/** What this window has last had stored, by draft: coming back in a save that is refused, it is not another window's. */
const written = new Map<string, string>();

interface Held {
  version: number;
  /** The text that the server has under that version. */
  stored: string;
  /** What stood around it. */
  around: string;
}

/**
 * A draft that lives on the server, and in this browser until the server has it. The server keeps
 * its text; the styles stay in the browser and count as long as they belong to that very text.
 * An e-mail has one per composer mode, with `fields`.
 */
export function useDraft(conversationId: number, mode?: ComposerMode, fields?: DraftFields) {
  const desk = useDesk();
  const name = mode === undefined ? `rapport.draft.${conversationId}` : `rapport.draft.${conversationId}.${mode}`;
  const around = JSON.stringify(fields ?? {});
  const latestFields = useRef({ fields, around });
  latestFields.current = { fields, around };
  const [loaded, setLoaded] = useState<Draft | null>(null);
  const [rich, setRich] = useState<Rich>(() => styled(name, recall(name) ?? ""));
  const [other, setOther] = useState<string | null>(null);
  const latest = useRef(rich.text);
  const opened = useRef(rich.text);
  /** From the first change on, what stands here counts, an empty field (all deleted, or just sent) as well. */
  const touched = useRef(false);
  const held = useRef<Held | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const saving = useRef(false);

  const show = useCallback((value: string) => {
    latest.current = value;
    setRich(styled(name, value));
  }, [name]);

  const save = useCallback(async () => {
    const same = () => held.current?.stored === latest.current && (latest.current === "" || held.current.around === latestFields.current.around);
    if (held.current === null || saving.current || same()) return;
    saving.current = true;
    const sent = latest.current;
    const beside = latestFields.current;
    const before = written.get(name);
    written.set(name, sent);
    try {
      const answer = await desk.api.saveDraft(conversationId, { text: sent, version: held.current.version, ...(beside.fields === undefined ? {} : { fields: beside.fields }) }, mode);
      held.current = { version: answer.version, stored: sent, around: beside.around };
      if (latest.current === sent) forget(name);
    } catch (error) {
      if (error instanceof ApiError && error.code === "stale_version") {
        // Written elsewhere meanwhile: what is typed here stays, the other text is offered.
        const stored = storedDraft(error);
        held.current = { version: stored.version, stored: stored.text, around: beside.around };
        if (latest.current === "" && !touched.current) show(stored.text);
        else if (stored.text !== "" && stored.text !== latest.current && stored.text !== before) setOther(stored.text);
      }
    } finally {
      saving.current = false;
    }
    if (held.current !== null && !same()) {
      timer.current = setTimeout(() => void save(), PAUSE_MS);
    }
  }, [desk, conversationId, mode, name, show]);

  useEffect(() => {
    let current = true;
    desk.api
      .draft(conversationId, mode)
      .then((draft) => {
        if (!current) return;
        held.current = { version: draft.version, stored: draft.text, around: latestFields.current.around };
        setLoaded(draft);
        if (latest.current === "" && !touched.current) return show(draft.text);
        // Somebody was quicker than the answer: what is stored no longer counts, but can be had.
        const known = [latest.current, opened.current, written.get(name)];
        if (touched.current && draft.text !== "" && !known.includes(draft.text)) setOther(draft.text);
        void save();
      })
      .catch(() => {
        // The text stays in the browser; the next opening asks again.
        if (current) setLoaded({ text: "", version: 0 });
      });
    return () => {
      current = false;
      clearTimeout(timer.current);
      void save();
    };
  }, [desk, conversationId, mode, save, show]);

  useEffect(() => {
    if (held.current === null || latest.current === "" || held.current.around === around) return;
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void save(), PAUSE_MS);
  }, [around, save]);

  const change = useCallback(
    (value: Rich) => {
      touched.current = true;
      latest.current = value.text;
      setRich(value);
      remember(name, value.text);
      if (value.marks.length > 0 || value.template !== undefined) remember(`${name}.styles`, JSON.stringify(value));
      else forget(`${name}.styles`);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => void save(), PAUSE_MS);
    },
    [name, save],
  );

  const takeOther = useCallback(() => {
    if (other !== null) change({ text: other, marks: [] });
    setOther(null);
  }, [other, change]);

  return { rich, change, loaded, other, takeOther, dismissOther: () => setOther(null) };
}

function storedDraft(error: ApiError): Draft {
  const nested = error.details["draft"] ?? error.details;
  const { text, version } = nested as Partial<Draft>;
  return { text: typeof text === "string" ? text : "", version: typeof version === "number" ? version : 0 };
}

/** The text with the styles that this browser remembers for it. */
function styled(name: string, text: string): Rich {
  const plain: Rich = { text, marks: [] };
  try {
    const held = JSON.parse(recall(`${name}.styles`) ?? "null") as Partial<Rich> | null;
    if (held?.text !== text || !Array.isArray(held.marks)) return plain;
    const { template } = held;
    return normalised({ text, marks: held.marks as readonly Mark[], ...(template === undefined || !Array.isArray(template.fields) ? {} : { template }) });
  } catch {
    return plain;
  }
}

function recall(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}
function remember(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch {
    // Without storage the server's copy has to do.
  }
}
function forget(name: string): void {
  try {
    localStorage.removeItem(name);
  } catch {
    // See above.
  }
}
