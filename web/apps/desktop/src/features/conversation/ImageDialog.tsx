import { Button } from "@mantine/core";
import { Trans } from "@lingui/react/macro";
import { Download } from "lucide-react";
import type { DialogProps } from "../../app/registry.ts";
import { Dialog } from "../../shared/Dialog.tsx";
import classes from "./ImageDialog.module.css";

export default function ImageDialog({ dialog, onClose }: DialogProps) {
  const image = dialog.image;
  if (image === undefined) return null;
  return (
    <Dialog
      title={image.filename}
      size="xl"
      onClose={onClose}
      footer={
        <Button component="a" href={image.url} download={image.filename} variant="default" leftSection={<Download size={16} />}>
          <Trans>Download</Trans>
        </Button>
      }
    >
      <img className={classes.image} src={image.url} alt={image.filename} />
    </Dialog>
  );
}
