import { ActionIcon } from "@mantine/core";
import { useLingui } from "@lingui/react/macro";
import type { Task } from "@rapport/api-client";
import { Pencil } from "lucide-react";
import { useDesk, useDeskState, useUser } from "../../shared/desk.ts";
import { Tip } from "../../shared/Tip.tsx";
import { editableNames, label, sourceText } from "./variables.ts";
import classes from "./CustomerPanel.module.css";

/** The task's variables, each with where it comes from; null where there are none and none can be added. */
export function Variables({ task }: { task: Task }) {
  const { t } = useLingui();
  const desk = useDesk();
  const catalog = useDeskState((state) => state.catalog);
  const user = useUser();
  const shown = Object.entries(task.variables).filter(([, value]) => value !== "");
  if (catalog === undefined) return null;
  const active = task.legs.some((leg) => leg.agent_id === user?.id && leg.state === "active");
  const editable = active && editableNames(task, catalog, user).length > 0;
  if (shown.length === 0 && !editable) return null;
  return (
    <section className={classes.section}>
      <div className={classes.titled}>
        <h3>{t`Details`}</h3>
        {editable && (
          <Tip label={t`Correct the details`}>
            <ActionIcon variant="subtle" color="gray" size={26} aria-label={t`Correct the details`} onClick={() => desk.ui.open({ name: "variables", taskId: task.id })}>
              <Pencil size={14} />
            </ActionIcon>
          </Tip>
        )}
      </div>
      <dl>
        {shown.map(([name, value]) => (
          <div key={name}>
            <dt>
              {label(name)} · {sourceText(task.variable_sources[name], catalog)}
            </dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
