import { ApiError, type Draft } from "@rapport/api-client";
import { useCallback, useEffect, useRef, useState } from "react";
import { useDesk } from "../../shared/desk.ts";

const PAUSE_MS = 600;

interface Held {
  version: number;
  /** The text that the server has under that version. */
  stored: string;
}

/** A draft that lives on the server, and in this browser until the server has it. */
export function useDraft(conversationId: number) {
  const desk = useDesk();
  const name = `rapport.draft.${conversationId}`;
  const [text, setText] = useState(() => recall(name) ?? "");
  const [other, setOther] = useState<string | null>(null);
  const latest = useRef(text);
  const held = useRef<Held | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const saving = useRef(false);

  const show = useCallback((value: string) => {
    latest.current = value;
    setText(value);
  }, []);

  const save = useCallback(async () => {
    if (held.current === null || saving.current || latest.current === held.current.stored) return;
    saving.current = true;
    const sent = latest.current;
    try {
      const answer = await desk.api.saveDraft(conversationId, { text: sent, version: held.current.version });
      held.current = { version: answer.version, stored: sent };
      if (latest.current === sent) forget(name);
    } catch (error) {
      if (error instanceof ApiError && error.code === "stale_version") {
        // Written elsewhere meanwhile: what is typed here stays, the other text is offered.
        const stored = storedDraft(error);
        held.current = { version: stored.version, stored: stored.text };
        if (latest.current === "") show(stored.text);
        else if (stored.text !== "" && stored.text !== latest.current) setOther(stored.text);
      }
    } finally {
      saving.current = false;
    }
    if (held.current !== null && latest.current !== held.current.stored) {
      timer.current = setTimeout(() => void save(), PAUSE_MS);
    }
  }, [desk, conversationId, name, show]);

  useEffect(() => {
    let current = true;
    desk.api
      .draft(conversationId)
      .then((draft) => {
        if (!current) return;
        held.current = { version: draft.version, stored: draft.text };
        if (latest.current === "") show(draft.text);
        else void save();
      })
      .catch(() => {
        // The text stays in the browser; the next opening asks again.
      });
    return () => {
      current = false;
      clearTimeout(timer.current);
      void save();
    };
  }, [desk, conversationId, save, show]);

  const change = useCallback(
    (value: string) => {
      show(value);
      remember(name, value);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => void save(), PAUSE_MS);
    },
    [name, save, show],
  );

  const takeOther = useCallback(() => {
    if (other !== null) change(other);
    setOther(null);
  }, [other, change]);

  return { text, change, other, takeOther, dismissOther: () => setOther(null) };
}

function storedDraft(error: ApiError): Draft {
  const nested = error.details["draft"] ?? error.details;
  const { text, version } = nested as Partial<Draft>;
  return { text: typeof text === "string" ? text : "", version: typeof version === "number" ? version : 0 };
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
