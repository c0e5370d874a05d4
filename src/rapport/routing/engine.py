"""The decision: waiting tasks in order of rank, each to the best free agent of its bucket."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from rapport.domain.channel import ChannelKind
from rapport.routing.crowd import Crowd
from rapport.routing.lines import Line
from rapport.routing.rules import QueueRule
from rapport.routing.snapshot import FreeAgent, WaitingTask

__all__ = ["Decision", "FreeAgent", "WaitingTask", "decide"]


class Decision(NamedTuple):
    """Offer this task, if it is still at this epoch, to this agent."""

    task_id: int
    epoch: int
    agent_id: int


def decide(
    tasks: Iterable[WaitingTask],
    agents: Sequence[FreeAgent],
    rules: Mapping[int, QueueRule],
    last_served: Mapping[int, int] | None = None,
    clock: float | None = None,
) -> list[Decision]:
    """Match until tasks or room run out; tasks must come in order of rank.

    `last_served` is the agent that each circular queue asked last. `clock` is the readiness
    that an agent gets when offered something: later than every `ready_since`.
    """
    now = clock if clock is not None else max((a.ready_since for a in agents), default=0.0) + 1
    served = dict(last_served or {})
    crowd = Crowd(agents, now)
    lines: dict[tuple[str, ChannelKind], Line] = {}
    decisions: list[Decision] = []
    for task in tasks:
        line = lines.get((task.bucket, task.kind))
        if line is None:
            rule = rules.get(task.queue_id)
            if rule is None:
                continue
            line = lines[task.bucket, task.kind] = crowd.line(task, rule)
        agent = line.next(task.excluded, served.get(task.queue_id), now)
        if agent is None:
            continue
        agent.used[line.slot] += 1
        # A tiny step keeps those served in this pass in the order in which they were served.
        now += 1e-6
        agent.ready_since = now
        served[task.queue_id] = agent.id
        decisions.append(Decision(task.id, task.epoch, agent.id))
    return decisions
