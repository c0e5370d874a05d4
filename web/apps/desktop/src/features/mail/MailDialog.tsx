import { Button } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { Download, Image, Moon, Sun } from "lucide-react";
import { useState } from "react";
import type { DialogProps } from "../../app/registry.ts";
import { Dialog } from "../../shared/Dialog.tsx";
import { useDesk } from "../../shared/desk.ts";
import { useMayLook } from "../../shared/rights.ts";
import { useStore } from "../../shared/store.ts";
import { readDetails, Recipients } from "./MailRow.tsx";
import classes from "./MailDialog.module.css";

/** A mail as it came. Its page can run nothing, and asks nobody for anything unless told to. */
export default function MailDialog({ dialog, onClose }: DialogProps) {
  const { t } = useLingui();
  const desk = useDesk();
  const [images, setImages] = useState(false);
  const [dark, setDark] = useState(false);
  const whole = useMayLook("addresses");
  const id = dialog.mailId;
  const message = useStore(desk.threads.all, (all) => [...all.values()].flatMap((thread) => thread.messages).find((each) => each.id === id));
  if (id === undefined) return null;
  return (
    <Dialog
      title={t`Complete mail`}
      size="xl"
      onClose={onClose}
      padded={false}
      footer={
        <>
          <Button variant="default" leftSection={dark ? <Sun size={16} aria-hidden /> : <Moon size={16} aria-hidden />} aria-pressed={dark} onClick={() => setDark(!dark)}>
            <Trans>Light on dark</Trans>
          </Button>
          <Button variant="default" leftSection={<Image size={16} aria-hidden />} disabled={images} onClick={() => setImages(true)}>
            <Trans>Load remote images</Trans>
          </Button>
          {whole && (
            <Button component="a" href={desk.api.mailSourceUrl(id)} download={`message-${id}.eml`} variant="default" leftSection={<Download size={16} aria-hidden />}>
              <Trans>Download source</Trans>
            </Button>
          )}
        </>
      }
    >
      {message !== undefined && (
        <div className={classes.head}>
          <Recipients {...readDetails(message).details} />
        </div>
      )}
      <iframe key={`${images} ${dark}`} className={classes.page} data-dark={dark} title={t`The mail`} sandbox="allow-popups" src={desk.api.mailUrl(id, images, dark)} />
    </Dialog>
  );
}
