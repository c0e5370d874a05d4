import { Button } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { ApiError } from "@rapport/api-client";
import { Link } from "@tanstack/react-router";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Dialog } from "../../shared/Dialog.tsx";
import { useDesk } from "../../shared/desk.ts";
import { areaOfKind } from "./areas.ts";
import { deleteItem, refresh } from "./data.ts";
import { refusalText } from "./forms/errors.ts";
import type { Item, UsedBy } from "./types.ts";
import classes from "./Admin.module.css";

/** Asks before something is deleted, and says by what it is used when it can't be. */
export function DeleteDialog({ item, onClose, onDeleted }: { item: Item; onClose: () => void; onDeleted: () => void }) {
  const { t } = useLingui();
  const desk = useDesk();
  const client = useQueryClient();
  const [failure, setFailure] = useState<unknown>(null);
  const [waiting, setWaiting] = useState(false);
  const remove = async () => {
    setWaiting(true);
    try {
      await deleteItem(desk, item);
      await refresh(client);
      onDeleted();
    } catch (error) {
      setFailure(error);
      setWaiting(false);
    }
  };
  const name = item.name;
  if (failure !== null) return <Refusal name={name} failure={failure} onClose={onClose} />;
  return (
    <Dialog
      title={t`Delete “${name}”?`}
      onClose={onClose}
      footer={
        <>
          <Button variant="default" onClick={onClose} data-autofocus>
            <Trans>Keep</Trans>
          </Button>
          <Button color="red" loading={waiting} onClick={() => void remove()}>
            <Trans>Delete</Trans>
          </Button>
        </>
      }
    >
      <Trans>This can be undone on the page “Changes”; passwords and secrets would have to be given again.</Trans>
    </Dialog>
  );
}

function Refusal({ name, failure, onClose }: { name: string; failure: unknown; onClose: () => void }) {
  const { t } = useLingui();
  const details = failure instanceof ApiError ? failure.details : {};
  const usedBy = (details["used_by"] ?? []) as UsedBy[];
  const uses = (details["uses"] ?? []) as { message: string }[];
  const words = refusalText(failure);
  return (
    <Dialog
      title={t`“${name}” can't be deleted`}
      onClose={onClose}
      footer={
        <Button onClick={onClose} data-autofocus>
          <Trans>Close</Trans>
        </Button>
      }
    >
      {usedBy.length > 0 && (
        <>
          <p className={classes.dialogText}>
            <Trans>It is in use. Change these first:</Trans>
          </p>
          <ul className={classes.users} aria-label={t`In use by`}>
            {usedBy.map((user) => (
              <li key={`${user.kind}-${user.id}-${user.path}`}>
                <Link to="/admin/$area/$item" params={{ area: areaOfKind(user.kind), item: String(user.id) }} onClick={onClose}>
                  {user.name}
                </Link>
              </li>
            ))}
          </ul>
        </>
      )}
      {uses.map(({ message }) => (
        <p key={message} className={classes.dialogText}>
          {message}
        </p>
      ))}
      {usedBy.length === 0 && uses.length === 0 && <p className={classes.dialogText}>{words}</p>}
    </Dialog>
  );
}
