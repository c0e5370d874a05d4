import { useLingui } from "@lingui/react/macro";
import type { Task } from "@rapport/api-client";
import { useDesk, useDeskState } from "../../shared/desk.ts";
import { agentName, customerName } from "../../shared/people.ts";
import { useStore } from "../../shared/store.ts";
import classes from "./TypingLine.module.css";

/** Who is typing. The line keeps its place when empty, so that nothing jumps. */
export function TypingLine({ task, shown }: { task: Task; shown: boolean }) {
  const { t } = useLingui();
  const desk = useDesk();
  const typist = useStore(desk.ephemera.typing, (map) => map.get(task.conversation_id));
  const customer = useDeskState((state) => customerName(state.contacts.get(task.contact_id)));
  const agent = useDeskState((state) => agentName(state.catalog, typist?.id ?? null));
  if (typist === undefined || !shown) return <div className={classes.line} />;
  const name = typist.kind === "customer" ? customer : agent;
  return (
    <div className={classes.line}>
      <span className={classes.dots} aria-hidden>
        <i />
        <i />
        <i />
      </span>
      {t`${name} is typing…`}
    </div>
  );
}
