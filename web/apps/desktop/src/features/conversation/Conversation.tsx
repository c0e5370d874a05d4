import { useLingui } from "@lingui/react/macro";
import type { Leg, Task } from "@rapport/api-client";
import { Suspense, useRef } from "react";
import { useDeskState } from "../../shared/desk.ts";
import { capabilitiesOf } from "../../shared/people.ts";
import { Composer } from "../composer/Composer.tsx";
import { useAttachments } from "../composer/useAttachments.ts";
import { useDropZone } from "../composer/useDropZone.ts";
import { CustomerPanel } from "../customer-panel/CustomerPanel.tsx";
import { useCustomerPanel } from "../customer-panel/useCustomerPanel.ts";
import { WrapUpBar } from "../wrap-up/WrapUpBar.tsx";
import { ControlPane } from "./ControlPane.tsx";
import { Thread } from "./Thread.tsx";
import classes from "./Conversation.module.css";

/** The open conversation: control pane, thread, composer, and the customer beside it. */
export default function Conversation({ task, leg }: { task: Task; leg: Leg }) {
  const { t } = useLingui();
  const side = useCustomerPanel();
  const takesFiles = useDeskState((state) => capabilitiesOf(state.catalog, task).attachments) === true;
  const attachments = useAttachments(task.conversation_id);
  const zone = useRef<HTMLDivElement>(null);
  const active = leg.state === "active";
  const dropping = useDropZone(zone, active && takesFiles, attachments.add);
  return (
    <>
      <div ref={zone} className={classes.conversation}>
        <ControlPane task={task} leg={leg} />
        <Suspense fallback={<div className={classes.coming} />}>
          <Thread task={task} leg={leg} />
        </Suspense>
        {active ? (
          <Composer task={task} attachments={attachments} />
        ) : (
          <WrapUpBar task={task} leg={leg} />
        )}
        {dropping && <div className={classes.drop}>{t`Drop files to attach them`}</div>}
      </div>
      {side.open && <CustomerPanel task={task} />}
    </>
  );
}
