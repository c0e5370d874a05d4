"""Running one command on one task: load under lock, decide, record, save, answer.

Every verb of an agent, a customer or a timer goes through here, in one transaction.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from rapport.application.configuration.snapshot import Configuration
from rapport.application.ports import Case, Services, Transaction
from rapport.application.recording import Recorder
from rapport.application.start_by_rules import start_by_rules
from rapport.application.views import View, task_view
from rapport.domain.agent import Agent
from rapport.domain.commands import Command
from rapport.domain.decide import decide
from rapport.domain.errors import NotFound, Refused
from rapport.domain.policy import QueuePolicy, account_policy
from rapport.domain.situation import Situation
from rapport.domain.task import Task, TaskState

IDS_PER_COMMAND = 24
"""More than any single command needs: announcements, system texts and a new leg."""


@dataclass(frozen=True, slots=True)
class Once:
    """An idempotency key with what was asked under it."""

    user_id: int
    key: str
    fingerprint: str


async def perform(
    services: Services,
    task_id: int,
    command: Callable[[int], Command],
    *,
    involved: Iterable[int] = (),
    once: Once | None = None,
    answer: Callable[[Case], View] = lambda case: {"task": task_view(case.task)},
    still: Callable[[Case], bool] | None = None,
) -> View:
    """Decide a command on a task and commit what follows; the answer is remembered under `once`.

    Args:
        command: Makes the command, given an id for a leg that it may create.
        involved: Agents besides those with a part in the task, such as a transfer's target.
        still: What must hold of the case under the lock; else nothing happens.

    Raises:
        NotFound: no such task.
        Refused: the rules say no; nothing has changed.
    """
    # A rule that an event fulfils takes two: a run and its line.
    wanted = IDS_PER_COMMAND + 4 * len(services.configuration.current.rules)
    ids = await services.store.new_ids(wanted)
    involved = tuple(involved)

    async def work(transaction: Transaction) -> View:
        case = (await transaction.cases([task_id])).get(task_id)
        # Asked under the lock: a repetition that came at the same time has waited for it.
        if once is not None and (earlier := await recalled(transaction, once)) is not None:
            return earlier
        if case is None:
            raise task_unknown()
        fresh = iter(ids)
        leg_id = next(fresh)
        agents = await transaction.agents({*participants(case.task), *involved})
        asked = command(leg_id)
        since = await silent_since(transaction, case, asked, services)
        situation = situation_of(case, agents, services, since)
        events = decide(situation, asked) if still is None or still(case) else []
        recorder = Recorder(services.configuration.current, fresh, situation.now)
        case = recorder.apply(case, agents, events)
        runs = start_by_rules(recorder, case, events, fresh)
        if events:
            await transaction.save(recorder.changes)
        for run in runs:
            await transaction.keep_run(run)
        view = answer(case)
        if once is not None:
            await remember(transaction, once, view, services)
        return view

    return await services.store.run(work)


async def silent_since(
    transaction: Transaction, case: Case, command: Command, services: Services
) -> datetime | None:
    """Since when the customer has been silent, for a command that asks it of an active task."""
    if not command.asks_silence or case.task.state is not TaskState.ACTIVE:
        return None
    return await transaction.unanswered_since(case.conversation.id, services.clock.now())


def situation_of(
    case: Case,
    agents: Mapping[int, Agent],
    services: Services,
    unanswered_since: datetime | None = None,
) -> Situation:
    """What a decision about this case may look at, now."""
    configuration = services.configuration.current
    now = services.clock.now()
    return Situation(
        task=case.task,
        agents=agents,
        queues=queues_for(configuration, case.task),
        account=configuration.accounts.get(
            case.task.account_id, account_policy(case.task.account_id, case.task.channel)
        ),
        now=now,
        supervisors=configuration.supervisors,
        only_supervisors=configuration.only_supervisors,
        teams=configuration.teams_of,
        open_queues=configuration.transferable_queues(case.task.channel, now),
        unanswered_since=unanswered_since,
    )


def queues_for(configuration: Configuration, task: Task) -> Mapping[int, QueuePolicy]:
    """All queues; the task's and its legs' with defaults should one have been removed meanwhile."""
    queues = configuration.queues
    removed = {task.queue_id, *(leg.queue_id for leg in task.legs)} - queues.keys()
    if not removed:
        return queues
    return {**queues, **{i: QueuePolicy(id=i) for i in removed}}


def participants(task: Task) -> set[int]:
    """Agents whose state a decision on this task may need."""
    return {leg.agent_id for leg in task.legs}


def task_unknown() -> NotFound:
    """The refusal for a task that is not there."""
    return NotFound("task_not_found", "This conversation does not exist.")


async def recalled(transaction: Transaction, once: Once) -> View | None:
    """The answer given before under this key, if any."""
    earlier = await transaction.recall(once.user_id, once.key)
    if earlier is None:
        return None
    fingerprint, _, answer = earlier
    if fingerprint != once.fingerprint:
        raise Refused(
            "idempotency_key_reused", "This Idempotency-Key was used for another request."
        )
    view: View = json.loads(answer)
    return view


async def remember(transaction: Transaction, once: Once, view: View, services: Services) -> None:
    """Keep the answer under its key, in the same transaction."""
    await transaction.remember(
        once.user_id, once.key, once.fingerprint, 200, json.dumps(view), services.clock.now()
    )
