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
}

/** The frame of every dialog. */
export function Dialog({ title, onClose, children, footer, size = 460, closable = true, padded = true }: Props) {
  const { t } = useLingui();
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      size={size}
      centered
      radius="lg"
      padding={0}
      // The page itself never scrolls; locking would inject a style sheet that the policy forbids.
      lockScroll={false}
      withCloseButton={closable}
      closeOnClickOutside={closable}
      closeOnEscape={closable}
      closeButtonProps={{ "aria-label": t`Close` }}
      transitionProps={{ duration: 100, transition: "pop" }}
      overlayProps={{ backgroundOpacity: 0.4 }}
      classNames={{ header: classes.header!, title: classes.title!, content: classes.content!, body: classes.body! }}
    >
      <div className={padded ? classes.padded : classes.plain}>{children}</div>
      {footer !== undefined && <div className={classes.footer}>{footer}</div>}
    </Modal>
  );
}
