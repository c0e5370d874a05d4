import { Button } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { Megaphone } from "lucide-react";
import { useCallback, useState } from "react";
import { useDesk, useUser } from "../../shared/desk.ts";
import { errorText } from "../../shared/error-text.ts";
import { seesFloor } from "../../shared/rights.ts";
import { AgentTable } from "./AgentTable.tsx";
import { useBoard } from "./board.ts";
import { ForSupervisors } from "./ForSupervisors.tsx";
import { QueueTable } from "./QueueTable.tsx";
import { TasksPane } from "./TasksPane.tsx";
import classes from "./Floor.module.css";

/** What the pane at the side is about. */
export interface Focus {
  kind: "queue" | "agent";
  id: number;
}

export function FloorPage() {
  return seesFloor(useUser()) ? <LiveBoard /> : <ForSupervisors />;
}

/** The supervisor's board: queues and agents, live, and the conversations behind them. */
function LiveBoard() {
  const { t } = useLingui();
  const desk = useDesk();
  const { board, error } = useBoard();
  const [focus, setFocus] = useState<Focus | null>(null);
  const chooseQueue = useCallback((id: number) => setFocus({ kind: "queue", id }), []);
  const chooseAgent = useCallback((id: number) => setFocus({ kind: "agent", id }), []);
  if (board === null) return error === null ? null : <p className={classes.empty}>{errorText(error)}</p>;
  const about = focus?.kind === "queue" ? board.queues.find(({ id }) => id === focus.id) : board.agents.find(({ id }) => id === focus?.id);
  return (
    <div className={classes.page} data-aside={focus !== null}>
      <header className={classes.head}>
        <h2>{t`Floor`}</h2>
        <Button variant="default" leftSection={<Megaphone size={16} aria-hidden />} onClick={() => desk.ui.open({ name: "notice" })}>
          <Trans>Send a notice</Trans>
        </Button>
      </header>
      <QueueTable queues={board.queues} chosen={focus?.kind === "queue" ? focus.id : null} onChoose={chooseQueue} />
      <AgentTable agents={board.agents} chosen={focus?.kind === "agent" ? focus.id : null} onChoose={chooseAgent} />
      {focus !== null && (
        <TasksPane key={`${focus.kind}-${focus.id}`} focus={focus} name={about?.name ?? ""} agent={board.agents.find(({ id }) => focus.kind === "agent" && id === focus.id)} board={board} onClose={() => setFocus(null)} />
      )}
    </div>
  );
}
