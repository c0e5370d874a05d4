"""Signing in and out, changing state, coming and going of desktops (T2, T3, T10)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from rapport.application.perform import IDS_PER_COMMAND, silent_since, situation_of
from rapport.application.ports import Case, Services, Transaction
from rapport.application.recording import Recorder
from rapport.application.views import View, agent_view
from rapport.domain import agent as rules
from rapport.domain import commands as c
from rapport.domain.agent import Agent, AgentStatus
from rapport.domain.decide import decide
from rapport.domain.errors import Forbidden, Invalid, Refused
from rapport.domain.task import LegState


async def sign_in(services: Services, agent_id: int) -> View:
    """Idle with the default code; work held within the grace time is the agent's again."""
    idle_code = services.configuration.current.default_idle_code

    def change(agent: Agent, *, ringing: bool) -> Agent:
        del ringing
        return rules.sign_in(agent, idle_code, services.clock.now())

    return await _change(services, agent_id, change, back=True)


async def sign_out(services: Services, agent_id: int, *, by: int | None = None) -> View:
    """Refused while an offer rings or a conversation is open."""

    def change(agent: Agent, *, ringing: bool) -> Agent:
        return rules.sign_out(agent, ringing=ringing, now=services.clock.now())

    return await _change(services, agent_id, change, by=by)


async def change_state(
    services: Services,
    agent_id: int,
    status: str,
    idle_code_id: int | None,
    *,
    by: int | None = None,
) -> View:
    """Available or Idle, by the agent's hand or, named in `by`, a supervisor's."""
    configuration = services.configuration.current
    if status == "idle":
        known = {item.id for item in configuration.by_kind["idle_codes"]}
        if idle_code_id is None:
            idle_code_id = configuration.default_idle_code
        elif idle_code_id not in known:
            raise Invalid.field("idle_code_id", "Choose an idle code.", code="unknown_idle_code")
    if status not in {"available", "idle"}:
        raise Invalid.field("status", "Choose available or idle.", code="state_not_selectable")

    def change(agent: Agent, *, ringing: bool) -> Agent:
        if status == "idle" and ringing:
            raise Refused("offer_ringing", "A request is ringing. Accept it or let it pass.")
        return rules.change_state(agent, AgentStatus(status), idle_code_id, services.clock.now())

    return await _change(services, agent_id, change, by=by)


async def disconnect(
    services: Services,
    agent_id: int,
    *,
    by: int | None = None,
    unseen_since: datetime | None = None,
) -> None:
    """No live desktop for the configured time: Offline; what rings returns without RONA.

    Args:
        unseen_since: Nothing happens if their desktop has been seen from then on.
    """

    async def work(transaction: Transaction) -> None:
        held = await transaction.held_tasks(agent_id)
        ringing = await transaction.ringing_tasks([agent_id])
        cases = await transaction.cases(held | ringing)
        agents = await transaction.agents(
            {leg.agent_id for case in cases.values() for leg in case.task.legs} | {agent_id}
        )
        if agent_id not in agents or agents[agent_id].status is AgentStatus.OFFLINE:
            return
        if unseen_since is not None and rules.seen(agents[agent_id]) >= unseen_since:
            return
        recorder = Recorder(services.configuration.current, iter(ids), services.clock.now())
        before = agents[agent_id]
        agents[agent_id] = rules.disconnect(before, recorder.now)
        recorder.agent(agents[agent_id], before, by)
        for case in cases.values():
            _leave(services, recorder, case, agents, agent_id)
        await transaction.save(recorder.changes)

    ids = await services.store.new_ids(400)
    await services.store.run(work)


def _leave(
    services: Services,
    recorder: Recorder,
    case: Case,
    agents: dict[int, Agent],
    agent_id: int,
) -> None:
    leg = case.task.leg_of(agent_id)
    if leg is None:
        return
    situation = situation_of(case, {**agents, **recorder.agents}, services)
    if leg.state is LegState.OFFERED:
        command: c.Command = c.WithdrawOffer(offer_id=leg.id, reason="disconnected")
    elif leg.state is LegState.ACTIVE:
        command = c.NoteOwnerGone(agent_id=agent_id)
    else:
        return
    recorder.apply(case, situation.agents, decide(situation, command))


async def _change(
    services: Services,
    agent_id: int,
    change: Callable[..., Agent],
    *,
    back: bool = False,
    quiet: bool = False,
    by: int | None = None,
) -> View:
    ids = await services.store.new_ids(IDS_PER_COMMAND * 4)

    async def work(transaction: Transaction) -> View:
        held = await transaction.held_tasks(agent_id) if back else set()
        cases = await transaction.cases(held)
        agents = await transaction.agents(
            {leg.agent_id for case in cases.values() for leg in case.task.legs} | {agent_id}
        )
        agent = agents.get(agent_id)
        if agent is None:
            raise Forbidden("not_an_agent", "You have no agent desktop.")
        ringing = bool(await transaction.ringing_tasks([agent_id]))
        changed = change(agent, ringing=ringing)
        if changed == agent:
            return {"agent": agent_view(agent)}
        recorder = Recorder(services.configuration.current, iter(ids), services.clock.now())
        if quiet and changed.status is agent.status:
            recorder.changes.agents.append(changed)
        else:
            recorder.agent(changed, agent, by)
        agents[agent_id] = changed
        for case in cases.values():
            back_again = c.NoteOwnerBack(agent_id=agent_id)
            since = await silent_since(transaction, case, back_again, services)
            situation = situation_of(case, agents, services, since)
            recorder.apply(case, agents, decide(situation, back_again))
        await transaction.save(recorder.changes)
        return {"agent": agent_view(changed)}

    return await services.store.run(work)


async def desktop_came(services: Services, agent_id: int) -> None:
    """A desktop's stream is connected: whoever had gone Offline meanwhile is Idle again."""
    idle_code = services.configuration.current.default_idle_code

    def change(agent: Agent, *, ringing: bool) -> Agent:
        del ringing
        now = services.clock.now()
        return replace(rules.sign_in(agent, idle_code, now), seen_at=now)

    await _change(services, agent_id, change, back=True, quiet=True)
