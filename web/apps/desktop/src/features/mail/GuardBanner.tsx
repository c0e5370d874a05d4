import { Button } from "@mantine/core";
import { Trans } from "@lingui/react/macro";
import { MailWarning } from "lucide-react";
import composer from "../composer/Composer.module.css";

/** A newer mail has come while this one is being answered: nothing goes out until it is read. */
export function GuardBanner({ onRead }: { onRead: () => void }) {
  return (
    <div className={composer.barrier} role="alert">
      <MailWarning size={18} aria-hidden />
      <span>
        <Trans>You are not replying to the latest email</Trans>
      </span>
      <Button size="xs" onClick={onRead}>
        <Trans>Read it</Trans>
      </Button>
    </div>
  );
}
