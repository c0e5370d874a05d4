"""What routing sees."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from rapport.domain.agent import CapacityMode
from rapport.domain.channel import ChannelKind
from rapport.routing.engine import FreeAgent, WaitingTask
from rapport.routing.rules import QueueRule, Skills, bucket_of
from tests.builders.tasks import NOW


def free(agent_id: int, **changes: Any) -> FreeAgent:
    """Free for as long as its id is low, with room for one of each kind."""
    agent = FreeAgent(
        id=agent_id,
        ready_since=float(agent_id),
        used=[0, 0, 0],
        capacity=(1, 1, 1),
        mode=CapacityMode.BLENDED,
    )
    return replace(agent, **changes)


def waits(
    task_id: int,
    queue_id: int = 1,
    *,
    kind: ChannelKind = ChannelKind.CHAT,
    stage: int = 0,
    skills: Skills = (),
    preferred: int | None = None,
    excluded: frozenset[int] = frozenset(),
) -> WaitingTask:
    """The task with the lower id came first."""
    return WaitingTask(
        id=task_id,
        epoch=task_id * 10,
        bucket=bucket_of(queue_id, stage, skills, preferred),
        rank_at=NOW + timedelta(seconds=task_id),
        queue_id=queue_id,
        kind=kind,
        stage=stage,
        skills=skills,
        preferred_agent_id=preferred,
        excluded=excluded,
    )


def rules(*given: QueueRule) -> dict[int, QueueRule]:
    return {rule.id: rule for rule in given or (QueueRule(id=1),)}
