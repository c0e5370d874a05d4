import { Button } from "@mantine/core";
import { Trans } from "@lingui/react/macro";
import { PenLine } from "lucide-react";
import { useDesk } from "../../shared/desk.ts";
import { useOutboundChoices } from "./useOutbound.ts";
import classes from "./Outbound.module.css";

/** Below the tasks, for those who may write first. */
export function NewMessageButton() {
  const desk = useDesk();
  const choices = useOutboundChoices();
  if (choices === undefined || choices.length === 0) return null;
  return (
    <Button className={classes.new!} variant="default" size="sm" leftSection={<PenLine size={15} aria-hidden />} onClick={() => desk.ui.open({ name: "new_message" })}>
      <Trans>New message</Trans>
    </Button>
  );
}
