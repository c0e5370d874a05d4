import { ActionIcon, Button, Textarea } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import type { ContactDetails } from "@rapport/api-client";
import { useQueryClient } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { useDesk, useDeskState } from "../../shared/desk.ts";
import { agentName } from "../../shared/people.ts";
import { mayLook } from "../../shared/rights.ts";
import { shortDate } from "../../shared/time.ts";
import classes from "./CustomerPanel.module.css";

/** What colleagues should know of this customer; it stays with them, not with a conversation. */
export function Notes({ details }: { details: ContactDetails }) {
  const { t, i18n } = useLingui();
  const desk = useDesk();
  const client = useQueryClient();
  const state = useDeskState((current) => current);
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const id = details.contact.id;
  const change = async (work: () => Promise<unknown>) => {
    setBusy(true);
    try {
      await work();
      await client.invalidateQueries({ queryKey: ["contact", id] });
      return true;
    } catch (error) {
      desk.toasts.error(error);
      return false;
    } finally {
      setBusy(false);
    }
  };
  const add = async () => {
    if (text.trim() !== "" && (await change(() => desk.api.addNote(id, text)))) setText("");
  };
  if (state === undefined) return null;
  const supervises = mayLook(state.user, "floor");
  return (
    <>
      <Textarea
        aria-label={t`New note about the customer`}
        placeholder={t`Something to know about the customer`}
        autosize
        minRows={1}
        maxRows={6}
        maxLength={4000}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) (event.preventDefault(), void add());
        }}
      />
      {text.trim() !== "" && (
        <Button mt={6} size="compact-sm" variant="light" loading={busy} onClick={() => void add()}>
          <Trans>Add note</Trans>
        </Button>
      )}
      <ul className={classes.notes}>
        {details.notes.map((note) => (
          <li key={note.id}>
            <div>
              <span className={classes.when}>
                {agentName(state.catalog, note.author_id)} · {shortDate(note.at, i18n.locale)}
              </span>
              <p>{note.text}</p>
            </div>
            {(note.author_id === state.me.id || supervises) && (
              <ActionIcon variant="subtle" color="gray" size={26} aria-label={t`Delete this note`} onClick={() => void change(() => desk.api.deleteNote(id, note.id))}>
                <Trash2 size={14} />
              </ActionIcon>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}
