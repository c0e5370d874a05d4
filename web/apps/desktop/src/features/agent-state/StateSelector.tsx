import { Popover } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { ArrowRight, ChevronDown } from "lucide-react";
import { useMemo } from "react";
import { useDesk, useDeskState } from "../../shared/desk.ts";
import { SearchList, type Option } from "../../shared/SearchList.tsx";
import { StateDot, useStatusLabel } from "../../shared/StateDot.tsx";
import { useStore } from "../../shared/store.ts";
import { clock, secondsSince, useNow } from "../../shared/time.ts";
import { isEngaged } from "./engaged.ts";
import classes from "./StateSelector.module.css";

export function StateSelector() {
  const { t } = useLingui();
  const desk = useDesk();
  const open = useStore(desk.ui.state, (ui) => ui.stateSelector);
  const me = useDeskState((state) => state.me);
  const engaged = useDeskState(isEngaged);
  const codes = useDeskState((state) => state.catalog.idle_codes);
  const label = useStatusLabel();
  const now = useNow();
  const options = useMemo<Option[]>(
    () => [
      { id: "available", label: t`Available`, icon: <StateDot status="available" /> },
      ...(codes ?? []).map((code) => ({ id: `idle-${code.id}`, label: code.name, icon: <StateDot status="idle" /> })),
    ],
    [codes, t],
  );
  if (me === undefined) return null;
  const codeName = (id: number | null) => codes?.find((code) => code.id === id)?.name;
  const name = (me.status === "idle" ? codeName(me.idle_code_id) : undefined) ?? label(me.status);
  const pending = me.pending === null ? null : (codeName(me.pending.idle_code_id) ?? label(me.pending.status));
  const current = me.status === "idle" ? `idle-${me.idle_code_id}` : me.status;

  const choose = (id: string) => {
    desk.ui.set({ stateSelector: false });
    if (id === "available") void desk.setState({ status: "available" });
    else void desk.setState({ status: "idle", idle_code_id: Number(id.slice(5)) });
  };

  return (
    <Popover opened={open} onChange={(stateSelector) => desk.ui.set({ stateSelector })} position="bottom-end" width={280} shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <button
          type="button"
          className={classes.button}
          data-status={me.status}
          aria-label={t`Your state: ${name}. Change it`}
          onClick={() => desk.ui.set({ stateSelector: !open })}
        >
          <StateDot status={me.status} />
          <span className={classes.name}>{name}</span>
          {engaged === true && me.status !== "rona" && (
            <span className={classes.engaged}>
              <Trans>Engaged</Trans>
            </span>
          )}
          {pending !== null && (
            <span className={classes.next}>
              <ArrowRight size={13} aria-label={t`then`} />
              {pending}
            </span>
          )}
          <time className={classes.timer}>{clock(secondsSince(me.status_since, now))}</time>
          <ChevronDown size={14} aria-hidden />
        </button>
      </Popover.Target>
      <Popover.Dropdown p={0}>
        {pending !== null && (
          <p className={classes.pending}>
            <Trans>
              <b>{pending}</b> follows when your last conversation is closed.
            </Trans>
          </p>
        )}
        <SearchList label={t`States`} placeholder={t`Search states`} options={options} selected={current} onChoose={choose} height="fit" />
      </Popover.Dropdown>
    </Popover>
  );
}
