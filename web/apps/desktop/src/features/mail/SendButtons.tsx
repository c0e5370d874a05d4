import { Button } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { CheckCheck, SendHorizontal } from "lucide-react";
import { useDesk } from "../../shared/desk.ts";
import { errorText } from "../../shared/error-text.ts";
import { useStore } from "../../shared/store.ts";
import type { SendProblem } from "../composer/check.ts";
import classes from "./Mail.module.css";

export type MailProblem = SendProblem | "not_latest" | "no_recipient" | "bad_address" | "loading";

/** Send and end, or only Send; beside them why neither is possible. */
export function SendButtons({ problem, open, error, onSend }: { problem: MailProblem; open: string; error: unknown; onSend: (end: boolean) => void }) {
  const reason = useReason(problem, open, error);
  const disabled = problem !== null && problem !== "unresolved";
  // It looks shut, and leads to the field that is to be filled in.
  const waits = problem === "unresolved" ? { "data-disabled": true, "aria-disabled": true } : {};
  return (
    <>
      <span className={classes.reason}>{reason}</span>
      <div className={classes.send}>
        <Button size="sm" variant="default" disabled={disabled} {...waits} rightSection={<SendHorizontal size={15} aria-hidden />} onClick={() => onSend(false)}>
          <Trans>Send</Trans>
        </Button>
        <Button size="sm" disabled={disabled} {...waits} rightSection={<CheckCheck size={15} aria-hidden />} onClick={() => onSend(true)}>
          <Trans>Send and end</Trans>
        </Button>
      </div>
    </>
  );
}

function useReason(problem: MailProblem, open: string, error: unknown): string | null {
  const { t } = useLingui();
  const offline = useStore(useDesk().connection.state, (state) => state === "offline");
  switch (problem) {
    case "not_latest":
      return t`Read the latest email first`;
    case "no_recipient":
      return t`Say to whom it goes`;
    case "bad_address":
      return t`Correct the red address`;
    case "loading":
      return error === null || error === undefined ? null : errorText(error);
    case "parked":
      return t`The conversation is parked`;
    case "uploading":
      return t`Waiting for the upload`;
    case "unresolved":
      return t`Fill in: ${open}`;
    case "file_problem":
      return t`Remove the refused file first`;
    default:
      return offline ? t`Offline: sent once you are back` : null;
  }
}
