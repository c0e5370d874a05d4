import { Button, TextInput } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { ApiError, newKey } from "@rapport/api-client";
import { useRef, useState } from "react";
import { Dialog } from "../../../shared/Dialog.tsx";
import { useDesk } from "../../../shared/desk.ts";
import { refusalText } from "../forms/errors.ts";
import type { Erased, Kept } from "./types.ts";
import classes from "../Admin.module.css";

/** Erases once the customer's name is typed; without a name it is their number. */
export function EraseDialog({ kept, onErased, onClose }: { kept: Kept; onErased: (erased: Erased) => void; onClose: () => void }) {
  const { t } = useLingui();
  const desk = useDesk();
  // One key for one dialog: pressing twice is answered twice, and done once.
  const key = useRef(newKey());
  const [typed, setTyped] = useState("");
  const [failure, setFailure] = useState<unknown>(null);
  const [waiting, setWaiting] = useState(false);
  const word = kept.name?.trim() || String(kept.id);
  const ready = typed.trim().toLocaleLowerCase() === word.toLocaleLowerCase();
  const erase = async () => {
    if (!ready || waiting) return;
    setWaiting(true);
    setFailure(null);
    try {
      onErased(await desk.api.http.post<Erased>(`/people/${kept.id}/erase`, undefined, { key: key.current }));
    } catch (error) {
      key.current = newKey();
      setFailure(error);
      setWaiting(false);
    }
  };
  const words =
    failure instanceof ApiError && failure.code === "person_in_conversation"
      ? t`A conversation with this customer is open. It has to be ended and wrapped up first.`
      : failure === null
        ? null
        : refusalText(failure);
  return (
    <Dialog
      title={t`Erase this customer?`}
      onClose={onClose}
      footer={
        <>
          <Button variant="default" onClick={onClose}>
            <Trans>Keep</Trans>
          </Button>
          <Button color="red" loading={waiting} disabled={!ready} onClick={() => void erase()}>
            <Trans>Erase for good</Trans>
          </Button>
        </>
      }
    >
      <p className={classes.dialogText}>
        <Trans>Nobody can bring this back. Export first what somebody may still ask for.</Trans>
      </p>
      <TextInput
        className={classes.labelled!}
        label={t`To confirm, type: ${word}`}
        value={typed}
        autoComplete="off"
        spellCheck={false}
        data-autofocus
        onChange={(event) => setTyped(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") void erase();
        }}
      />
      {words !== null && (
        <p role="alert" className={classes.problem}>
          {words}
        </p>
      )}
    </Dialog>
  );
}
