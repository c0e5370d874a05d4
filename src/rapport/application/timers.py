"""What deadlines do: RONA, automatic wrap-up, waiting, silence, abandonment.

Each picks up one due thing, locks, checks again and runs the ordinary rules; a deadline that has
become stale does nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from rapport.application.perform import IDS_PER_COMMAND, participants, perform, situation_of
from rapport.application.ports import Case, Services, Transaction
from rapport.application.recording import Recorder
from rapport.application.start_by_rules import start_by_rules
from rapport.application.views import View
from rapport.domain import commands as c
from rapport.domain.agent import Agent
from rapport.domain.decide import decide
from rapport.domain.errors import Refused
from rapport.domain.events import AgentMissedOffer, Event
from rapport.domain.message import Direction
from rapport.domain.task import LegState, TaskState

_WAITING = frozenset({TaskState.ASKING, TaskState.QUEUED, TaskState.OFFERED})


async def expire_offer(services: Services, task_id: int, leg_id: int) -> bool:
    """RONA for one offer; the agent's other ringing offers return at once, without further RONA.

    With RONA per channel those of the same kind return; what rings of another kind rings on.

    Returns:
        Whether anything changed.
    """
    rules = services.configuration.current.rules
    ids = await services.store.new_ids(IDS_PER_COMMAND * 8 + 4 * len(rules))

    async def attempt(transaction: Transaction, task_ids: set[int]) -> set[int] | bool:
        cases = await transaction.cases(task_ids)
        case = cases.get(task_id)
        leg = case.task.leg(leg_id) if case else None
        if case is None or leg is None or leg.state is not LegState.OFFERED:
            return False
        agents = await transaction.agents(
            {agent for other in cases.values() for agent in participants(other.task)}
        )
        # With the agent's row locked no further offer can appear; look whether one has.
        ringing = await transaction.ringing_tasks([leg.agent_id])
        if not ringing <= set(cases):
            return task_ids | ringing
        fresh = iter(ids)
        recorder = Recorder(services.configuration.current, fresh, services.clock.now())
        situation = situation_of(case, agents, services)
        events = decide(situation, c.ExpireOffer(offer_id=leg_id, new_leg_id=next(fresh)))
        case = recorder.apply(case, agents, events)
        runs = start_by_rules(recorder, case, events, fresh)
        others = [cases[i] for i in sorted(ringing - {task_id})]
        _withdraw_all(services, recorder, _returning(events, case, others), agents, leg.agent_id)
        await transaction.save(recorder.changes)
        for run in runs:
            await transaction.keep_run(run)
        return True

    async def work(transaction: Transaction) -> set[int] | bool:
        return await attempt(transaction, wanted)

    wanted = {task_id}
    for _ in range(4):
        try:
            outcome = await services.store.run(work)
        except Refused as refused:
            if refused.kind == "unavailable":
                raise
            return False
        if isinstance(outcome, bool):
            return outcome
        wanted = outcome
    return False


def _returning(events: list[Event], expired: Case, others: list[Case]) -> list[Case]:
    """Which of the agent's other ringing tasks go back: those that the RONA concerns."""
    missed = next((event for event in events if isinstance(event, AgentMissedOffer)), None)
    if missed is None:
        return []
    if not missed.per_channel:
        return others
    return [case for case in others if case.task.kind is expired.task.kind]


def _withdraw_all(
    services: Services,
    recorder: Recorder,
    cases: Iterable[Case],
    agents: dict[int, Agent],
    agent_id: int,
) -> None:
    for case in cases:
        leg = case.task.leg_of(agent_id)
        if leg is None or leg.state is not LegState.OFFERED:
            continue
        situation = situation_of(case, {**agents, **recorder.agents}, services)
        command = c.WithdrawOffer(offer_id=leg.id, reason="agent_rona")
        recorder.apply(case, situation.agents, decide(situation, command))


async def submit_wrap_up(services: Services, task_id: int, leg_id: int) -> bool:
    """The countdown of a wrap-up is over."""
    return await _quietly(services, task_id, c.SubmitWrapUpByTimer(leg_id=leg_id))


async def pass_deadline(services: Services, task_id: int) -> bool:
    """A task's own deadline: widening, overflow, reminders, parking, grace."""
    return await _quietly(services, task_id, c.PassDeadline())


async def customer_leaves(services: Services, task_id: int) -> bool:
    """The visitor has ended the chat, or has been gone from the waiting line too long."""
    return await _quietly(services, task_id, c.LeaveAsCustomer())


async def abandon(services: Services, task_id: int, away_since: datetime) -> bool:
    """The customer's page has been gone from the waiting line since a moment, or longer (T9).

    Nothing if it has come back, or somebody has accepted.
    """

    def still_away(case: Case) -> bool:
        away = case.conversation.customer_away_since
        return away is not None and away <= away_since and case.task.state in _WAITING

    return await _quietly(services, task_id, c.LeaveAsCustomer(), still_away)


async def leave_as_said(services: Services, task_id: int, said_at: int | None) -> bool:
    """The customer has ended by a message; nothing if somebody has answered before it came.

    Args:
        said_at: the message's `seq` when it was stored just now. Whoever has accepted since hears
            of it (T7), unless the customer has gone on. None for a repetition, after which much
            may have been said: it only ends waiting.
    """

    def still(case: Case) -> bool:
        if case.task.state in _WAITING:
            return True
        last = case.last_message
        return said_at is not None and (
            last is None or last.direction is not Direction.INBOUND or last.seq <= said_at
        )

    return await _quietly(services, task_id, c.LeaveAsCustomer(), still)


async def _quietly(
    services: Services,
    task_id: int,
    command: c.Command,
    still: Callable[[Case], bool] | None = None,
) -> bool:
    def nothing(_: Case) -> View:
        return {}

    try:
        await perform(services, task_id, lambda _: command, answer=nothing, still=still)
    except Refused as refused:
        if refused.kind == "unavailable":
            raise
        return False
    return True


async def overflow(services: Services, task_id: int, queue_id: int) -> bool:
    """Too many wait in a queue: the task goes from there to the overflow queue (R1)."""
    return await _quietly(services, task_id, c.OverflowTask(queue_id=queue_id))
