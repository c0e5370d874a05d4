import { Select, TextInput } from "@mantine/core";
import { useLingui } from "@lingui/react/macro";
import type { FloorAgent } from "@rapport/api-client";
import { useVirtualizer } from "@tanstack/react-virtual";
import { Search } from "lucide-react";
import { memo, useMemo, useRef, useState } from "react";
import { useDeskState } from "../../shared/desk.ts";
import { StateDot, useStatusLabel } from "../../shared/StateDot.tsx";
import { percent } from "../../shared/numbers.ts";
import { clock, secondsSince, useNow } from "../../shared/time.ts";
import { arranged, loadOf, type AgentSort } from "./board.ts";
import { useOccupancy } from "./useOccupancy.ts";
import classes from "./Floor.module.css";

interface Props {
  agents: readonly FloorAgent[];
  chosen: number | null;
  onChoose: (id: number) => void;
}

/** Every agent with state and load; only the rows in view are in the page. */
export function AgentTable({ agents, chosen, onChoose }: Props) {
  const { t } = useLingui();
  const teams = useDeskState((state) => state.catalog.teams) ?? [];
  const [query, setQuery] = useState("");
  const [team, setTeam] = useState<string | null>(null);
  const [sort, setSort] = useState<AgentSort>("state");
  const shown = useMemo(() => arranged(agents, query, team === null ? null : Number(team), sort), [agents, query, team, sort]);
  const occupancy = useOccupancy();
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 40,
    getItemKey: (index) => shown[index]?.id ?? index,
    overscan: 8,
  });
  const count = shown.length;
  return (
    <section className={classes.agents} aria-label={t`Agents`}>
      <div className={classes.tools}>
        <h3>{t`Agents (${count})`}</h3>
        <TextInput w={170} aria-label={t`Search agents`} placeholder={t`Search agents`} leftSection={<Search size={15} aria-hidden />} value={query} onChange={(event) => setQuery(event.currentTarget.value)} />
        <Select w={150} clearable aria-label={t`Team`} placeholder={t`All teams`} data={teams.map(({ id, name }) => ({ value: String(id), label: name }))} value={team} onChange={setTeam} />
        <Select
          w={150}
          allowDeselect={false}
          aria-label={t`Sort by`}
          data={[
            { value: "state", label: t`By state` },
            { value: "name", label: t`By name` },
            { value: "since", label: t`By time in state` },
            { value: "load", label: t`By load` },
          ]}
          value={sort}
          onChange={(value) => setSort(value as AgentSort)}
        />
      </div>
      <div className={classes.table} role="table" aria-label={t`Agents`} aria-rowcount={count + 1}>
        <div role="rowgroup">
          <div role="row" className={`${classes.row} ${classes.heads}`}>
            <span role="columnheader">{t`Agent`}</span>
            <span role="columnheader">{t`State`}</span>
            <span role="columnheader">{t`Since`}</span>
            <span role="columnheader" data-wide>{t`Tasks`}</span>
            <span role="columnheader">{t`Load`}</span>
            <span role="columnheader" data-wide title={t`Today: handling and wrap-up as a share of the times Available that have ended`}>{t`Occupancy`}</span>
          </div>
        </div>
        <div ref={scroller} className={classes.scroller} tabIndex={0} role="rowgroup">
          <div className={classes.canvas} role="presentation" style={{ height: virtualizer.getTotalSize() }}>
            {virtualizer.getVirtualItems().map((item) => {
              const agent = shown[item.index];
              return agent === undefined ? null : <AgentRow key={item.key} agent={agent} index={item.index} top={item.start} occupancy={occupancy.get(agent.id) ?? null} chosen={agent.id === chosen} onChoose={onChoose} />;
            })}
          </div>
        </div>
      </div>
    </section>
  );
}

interface RowProps {
  agent: FloorAgent;
  index: number;
  top: number;
  occupancy: number | null;
  chosen: boolean;
  onChoose: (id: number) => void;
}

const AgentRow = memo(function AgentRow({ agent, index, top, occupancy, chosen, onChoose }: RowProps) {
  const { t, i18n } = useLingui();
  const code = useDeskState((state) => state.catalog.idle_codes.find(({ id }) => id === agent.idle_code_id)?.name);
  const label = useStatusLabel();
  const { used, room } = loadOf(agent);
  const { chat, email, social } = agent.load;
  const engaged = used > 0 && agent.status !== "offline";
  return (
    <div role="row" aria-rowindex={index + 2} className={classes.row} style={{ transform: `translateY(${top}px)` }}>
      <span role="cell">
        <button type="button" className={classes.link} aria-pressed={chosen} onClick={() => onChoose(agent.id)}>
          {agent.name}
        </button>
      </span>
      <span role="cell" className={classes.state}>
        <StateDot status={agent.status} />
        {code ?? label(agent.status)}
        {engaged && <small>{t`Engaged`}</small>}
      </span>
      <span role="cell">
        <Since at={agent.status_since} />
      </span>
      <span role="cell" data-wide>
        {used === 0 ? "–" : t`Chat ${chat} · Email ${email} · Social ${social}`}
      </span>
      <span role="cell" className={classes.meter}>
        <svg aria-hidden viewBox="0 0 100 6" preserveAspectRatio="none">
          <rect width={room === 0 ? 0 : Math.min(100, (100 * used) / room)} height="6" />
        </svg>
        {used}/{room}
      </span>
      <span role="cell" data-wide>
        {percent(occupancy, i18n.locale)}
      </span>
    </div>
  );
});

function Since({ at }: { at: string }) {
  return <>{clock(secondsSince(at, useNow()))}</>;
}
