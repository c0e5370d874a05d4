import { Button } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { CircleAlert } from "lucide-react";
import { Dialog } from "../../shared/Dialog.tsx";
import { useDesk, useDeskState } from "../../shared/desk.ts";
import classes from "./RonaDialog.module.css";

/** A request was not answered: nothing more arrives until the agent chooses how to go on. */
export default function RonaDialog() {
  const { t } = useLingui();
  const desk = useDesk();
  const code = useDeskState((state) => state.catalog.idle_codes.find((each) => each.default) ?? state.catalog.idle_codes[0]);
  const idle = () => desk.setState(code === undefined ? { status: "idle" } : { status: "idle", idle_code_id: code.id });
  return (
    <Dialog
      title={t`You did not answer a request`}
      onClose={() => undefined}
      closable={false}
      footer={
        <>
          <Button variant="default" onClick={() => void idle()}>
            <Trans>Go Idle</Trans>
          </Button>
          <Button data-autofocus onClick={() => void desk.setState({ status: "available" })}>
            <Trans>Go Available</Trans>
          </Button>
        </>
      }
    >
      <div className={classes.text}>
        <CircleAlert size={22} aria-hidden />
        <p>
          <Trans>Your state is now RONA, and the request went back. You receive no more requests until you go available again.</Trans>
        </p>
      </div>
    </Dialog>
  );
}
