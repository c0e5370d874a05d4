import { Button } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { Dialog } from "../../shared/Dialog.tsx";
import { DifferenceList } from "./DifferenceList.tsx";
import { differences } from "./forms/values.ts";
import type { Field } from "./forms/schema.ts";
import type { Item } from "./types.ts";
import { useNamer } from "./useNamer.ts";
import classes from "./Admin.module.css";

interface Props {
  fields: readonly Field[];
  base: Item;
  theirs: Item;
  onTake: () => void;
  onOverwrite: () => void;
  onClose: () => void;
}

/** Somebody else has saved this meanwhile: what they changed, and whose version it is to be. */
export function StaleDialog({ fields, base, theirs, onTake, onOverwrite, onClose }: Props) {
  const { t } = useLingui();
  const named = useNamer(fields);
  const changed = differences(named(base.spec), named(theirs.spec));
  if (base.name !== theirs.name) changed.unshift({ path: "name", before: base.name, after: theirs.name });
  return (
    <Dialog
      title={t`Changed by somebody else meanwhile`}
      onClose={onClose}
      size={560}
      footer={
        <>
          <Button variant="default" onClick={onOverwrite}>
            <Trans>Save mine over it</Trans>
          </Button>
          <Button onClick={onTake} data-autofocus>
            <Trans>Take theirs, drop mine</Trans>
          </Button>
        </>
      }
    >
      <p className={classes.dialogText}>
        <Trans>Your version is not saved. Since you opened this page it has become:</Trans>
      </p>
      <DifferenceList fields={fields} changed={changed} />
    </Dialog>
  );
}
