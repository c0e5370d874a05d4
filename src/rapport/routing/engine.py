"""The decision: waiting tasks in order of rank, each to the best free agent of its bucket."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from rapport.domain.agent import REALTIME, CapacityMode
from rapport.domain.channel import ChannelKind
from rapport.routing.rules import QueueRule, Skills, Strategy

_REALTIME_SLOTS = tuple(kind.slot for kind in REALTIME)


@dataclass(slots=True)
class FreeAgent:
    """An agent to whom routing may offer work; `used` is changed while deciding."""

    id: int
    ready_since: float
    used: list[int]
    capacity: Sequence[int]
    mode: CapacityMode = CapacityMode.BLENDED
    teams: frozenset[int] = frozenset()
    skills: Mapping[int, int] = field(default_factory=dict)
    blocked: frozenset[int] = frozenset()
    """Capacity slots that are in RONA."""

    def has_room(self, slot: int) -> bool:
        """Whether one more leg of this kind fits."""
        used = self.used
        if used[slot] >= self.capacity[slot] or slot in self.blocked:
            return False
        if self.mode is CapacityMode.BLENDED:
            return True
        if self.mode is CapacityMode.EXCLUSIVE:
            return not any(used)
        return slot not in _REALTIME_SLOTS or not any(
            used[other] for other in _REALTIME_SLOTS if other != slot
        )


@dataclass(frozen=True, slots=True)
class WaitingTask:
    """A queued task as routing sees it.

    `excluded` agents still have a part in it: who has just transferred it wraps it up.
    """

    id: int
    epoch: int
    bucket: str
    rank_at: datetime
    queue_id: int
    kind: ChannelKind
    stage: int = 0
    skills: Skills = ()
    preferred_agent_id: int | None = None
    excluded: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Decision:
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
    lines: dict[tuple[str, int], _Line] = {}
    decisions: list[Decision] = []
    for task in tasks:
        slot = task.kind.slot
        line = lines.get((task.bucket, slot))
        if line is None:
            rule = rules.get(task.queue_id)
            if rule is None:
                continue
            line = lines[task.bucket, slot] = _Line(task, rule, agents, slot)
        agent = line.next(served.get(task.queue_id), task.excluded)
        if agent is None:
            continue
        agent.used[slot] += 1
        # A tiny step keeps those served in this pass in the order in which they were served.
        now += 1e-6
        agent.ready_since = now
        served[task.queue_id] = agent.id
        decisions.append(Decision(task.id, task.epoch, agent.id))
    return decisions


class _Line:
    """The agents of one bucket in order of preference, kept lazily: a heap whose keys may be
    too early; a stale entry is put back under its present key."""

    __slots__ = ("_circle", "_heap", "_places", "_slot", "_wanted")

    def __init__(
        self, task: WaitingTask, rule: QueueRule, agents: Sequence[FreeAgent], slot: int
    ) -> None:
        self._slot = slot
        best = rule.strategy is Strategy.SKILLS_BEST
        self._wanted = tuple(skill for skill, _ in task.skills) if best else ()
        based = rule.strategy is Strategy.AGENT_BASED
        self._places = {agent: place for place, agent in enumerate(rule.agents)} if based else None
        eligible = _eligible(task, rule, agents, slot)
        self._circle: list[FreeAgent] | None = None
        self._heap: list[tuple[float, float, int, FreeAgent]] = []
        if rule.strategy is Strategy.CIRCULAR:
            self._circle = sorted(eligible, key=lambda agent: agent.id)
        else:
            self._heap = [
                (self._preference(agent), agent.ready_since, agent.id, agent) for agent in eligible
            ]
            heapq.heapify(self._heap)

    def next(self, last_agent_id: int | None, excluded: frozenset[int]) -> FreeAgent | None:
        """The agent to ask, who stays in the line; None if nobody has room."""
        if self._circle is not None:
            return self._next_in_circle(last_agent_id, excluded)
        heap, slot = self._heap, self._slot
        passed_over: list[tuple[float, float, int, FreeAgent]] = []
        found = None
        while heap:
            preference, ready_since, agent_id, agent = heap[0]
            if agent.ready_since != ready_since:
                heapq.heapreplace(heap, (preference, agent.ready_since, agent_id, agent))
            elif not agent.has_room(slot):
                heapq.heappop(heap)
            elif agent_id in excluded:
                passed_over.append(heapq.heappop(heap))
            else:
                found = agent
                break
        for entry in passed_over:
            heapq.heappush(heap, entry)
        return found

    def _preference(self, agent: FreeAgent) -> float:
        """What comes before readiness: the place in a named list, or the sum of levels."""
        if self._places is not None:
            return float(self._places.get(agent.id, len(self._places)))
        return -float(sum(agent.skills.get(skill, 0) for skill in self._wanted))

    def _next_in_circle(
        self, last_agent_id: int | None, excluded: frozenset[int]
    ) -> FreeAgent | None:
        free = [
            agent
            for agent in self._circle or ()
            if agent.id not in excluded and agent.has_room(self._slot)
        ]
        if not free:
            return None
        last = last_agent_id if last_agent_id is not None else -1
        return next((agent for agent in free if agent.id > last), free[0])


def _eligible(
    task: WaitingTask, rule: QueueRule, agents: Sequence[FreeAgent], slot: int
) -> list[FreeAgent]:
    """Agents with room who may serve every task of this bucket."""
    free = list(agents)
    if task.preferred_agent_id is not None:
        free = [agent for agent in free if agent.id == task.preferred_agent_id]
    elif rule.strategy is Strategy.AGENT_BASED:
        named = frozenset(rule.agents)
        free = [agent for agent in free if agent.id in named]
    elif (teams := rule.teams_at(task.stage)) is not None:
        free = [agent for agent in free if not teams.isdisjoint(agent.teams)]
    if task.preferred_agent_id is None:
        for skill, level in rule.skills_at(task.stage, task.skills):
            free = [agent for agent in free if agent.skills.get(skill, 0) >= level]
    return [agent for agent in free if agent.has_room(slot)]
