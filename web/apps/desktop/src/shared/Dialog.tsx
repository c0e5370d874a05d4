import { Modal } from "@mantine/core";
import { useLingui } from "@lingui/react/macro";
import type { ReactNode } from "react";
import classes from "./Dialog.module.css";

interface Props {
  title: string;
  onClose: () => void;
  children: ReactNode;
  /** Buttons at the bottom, main action last. */
  footer?: ReactNode;
  size?: string | number;
  closable?: boolean;
  padded?: boolean;
  /** "palette": near the top, with its title only for screen readers. */
  look?: "dialog" | "palette";
}

/** The frame of every dialog. */
export function Dialog({ title, onClose, children, footer, size = 460, closable = true, padded = true, look = "dialog" }: Props) {
  const { t } = useLingui();
  const palette = look === "palette";
  return (
    <Modal.Root
      opened
      onClose={onClose}
      size={size}
      centered={!palette}
      yOffset="13dvh"
      radius="lg"
      padding={0}
      // The page itself never scrolls; locking would inject a style sheet that the policy forbids.
      lockScroll={false}
      closeOnClickOutside={closable}
      closeOnEscape={closable}
      transitionProps={{ duration: 100, transition: "pop" }}
    >
      <Modal.Overlay backgroundOpacity={0.4} />
      <Modal.Content classNames={{ content: classes.content! }}>
        <div className={palette ? "visually-hidden" : classes.header}>
          <Modal.Title className={classes.title!}>{title}</Modal.Title>
          {closable && !palette && <Modal.CloseButton aria-label={t`Close`} />}
        </div>
        <Modal.Body className={classes.body!}>
          <div className={padded ? classes.padded : classes.plain}>{children}</div>
          {footer !== undefined && <div className={classes.footer}>{footer}</div>}
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
