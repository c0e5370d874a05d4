"""A queue's routing rules, and which agents may serve a task at a stage of its waiting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Strategy(StrEnum):
    """How one of several free agents is chosen."""

    LONGEST_AVAILABLE = "longest_available"
    SKILLS_LONGEST = "skills_longest"
    SKILLS_BEST = "skills_best"
    AGENT_BASED = "agent_based"
    CIRCULAR = "circular"


Skills = tuple[tuple[int, int], ...]
"""Pairs of skill id and level, sorted by id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRule:
    """How one queue's tasks find their agent.

    `groups` are (from this waiting time on, teams); none means every agent. `agents` is the
    list of an agent-based queue, in order of preference.
    """

    id: int
    strategy: Strategy = Strategy.LONGEST_AVAILABLE
    groups: tuple[tuple[timedelta, frozenset[int]], ...] = ()
    agents: tuple[int, ...] = ()
    relaxations: tuple[tuple[timedelta, int], ...] = ()
    last_agent_wait: timedelta = timedelta(0)

    def steps(self) -> list[timedelta]:
        """Waiting times at which more agents qualify; a task's `stage` counts those passed."""
        moments = {after for after, _ in self.groups} | {after for after, _ in self.relaxations}
        return sorted(moment for moment in moments if moment > timedelta(0))

    def teams_at(self, stage: int) -> frozenset[int] | None:
        """The teams asked at a stage; None for everyone. Groups accumulate."""
        if not self.groups:
            return None
        waited = self._waited(stage)
        return frozenset().union(*(teams for after, teams in self.groups if after <= waited))

    def skills_at(self, stage: int, required: Skills) -> Skills:
        """Required levels at a stage; one lowered to nothing is no longer required."""
        waited = self._waited(stage)
        lower = max((by for after, by in self.relaxations if after <= waited), default=0)
        return tuple((skill, level - lower) for skill, level in required if level > lower)

    def _waited(self, stage: int) -> timedelta:
        steps = self.steps()
        return steps[min(stage, len(steps)) - 1] if stage and steps else timedelta(0)


def rank(arrived_at: datetime, priority: int, step: timedelta) -> datetime:
    """The sort key of the waiting line: earlier is served first.

    Linear ageing as a constant: each level of urgency is worth `step` of waiting, so that
    nothing starves and no key changes while a task waits. Priority 1 is the most urgent.
    """
    return arrived_at + (priority - 5) * step


def bucket_of(queue_id: int, stage: int, skills: Skills, preferred_agent_id: int | None) -> str:
    """Tasks with the same bucket can be served by the same agents, in order of rank."""
    wanted = ",".join(f"{skill}:{level}" for skill, level in skills)
    preferred = "" if preferred_agent_id is None else f"@{preferred_agent_id}"
    return f"{queue_id}/{stage}/{wanted}{preferred}"
