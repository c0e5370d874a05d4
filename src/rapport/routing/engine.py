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
            line = lines[task.bucket, slot] = _Line.of(task, rule, agents, slot)
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

    __slots__ = ("_circular", "_entries", "_key", "_slot")

    def __init__(self, entries: list[FreeAgent], slot: int, strategy: Strategy, key: _Key) -> None:
        self._slot = slot
        self._key = key
        self._circular = strategy is Strategy.CIRCULAR
        if self._circular:
            self._entries: list[tuple[float, float, int, FreeAgent]] = [
                (0.0, 0.0, agent.id, agent) for agent in sorted(entries, key=lambda a: a.id)
            ]
        else:
            self._entries = [(*key(agent), agent.id, agent) for agent in entries]
            heapq.heapify(self._entries)

    @classmethod
    def of(
        cls, task: WaitingTask, rule: QueueRule, agents: Sequence[FreeAgent], slot: int
    ) -> _Line:
        eligible = [agent for agent in agents if _qualifies(agent, task, rule, slot)]
        return cls(eligible, slot, rule.strategy, _Key.of(task, rule))

    def next(self, last_agent_id: int | None, excluded: frozenset[int]) -> FreeAgent | None:
        if self._circular:
            return self._next_in_circle(last_agent_id, excluded)
        entries, slot = self._entries, self._slot
        passed_over = []
        found = None
        while entries:
            first, second, agent_id, agent = entries[0]
            if not agent.has_room(slot):
                heapq.heappop(entries)
            elif agent_id in excluded:
                passed_over.append(heapq.heappop(entries))
            elif (key := self._key(agent)) == (first, second):
                found = agent
                break
            else:
                heapq.heapreplace(entries, (*key, agent_id, agent))
        for entry in passed_over:
            heapq.heappush(entries, entry)
        return found

    def _next_in_circle(
        self, last_agent_id: int | None, excluded: frozenset[int]
    ) -> FreeAgent | None:
        free = [
            entry
            for entry in self._entries
            if entry[2] not in excluded and entry[3].has_room(self._slot)
        ]
        if not free:
            return None
        last = last_agent_id if last_agent_id is not None else -1
        return next((entry[3] for entry in free if entry[2] > last), free[0][3])


class _Key:
    """The order of preference within a bucket; smaller is better."""

    __slots__ = ("_order", "_skills")

    def __init__(self, skills: Skills, order: Mapping[int, int] | None) -> None:
        self._skills = skills
        self._order = order

    @classmethod
    def of(cls, task: WaitingTask, rule: QueueRule) -> _Key:
        if rule.strategy is Strategy.AGENT_BASED:
            return cls((), {agent_id: place for place, agent_id in enumerate(rule.agents)})
        return cls(task.skills if rule.strategy is Strategy.SKILLS_BEST else (), None)

    def __call__(self, agent: FreeAgent) -> tuple[float, float]:
        if self._order is not None:
            return (float(self._order.get(agent.id, len(self._order))), agent.ready_since)
        if self._skills:
            best = sum(agent.skills.get(skill, 0) for skill, _ in self._skills)
            return (-float(best), agent.ready_since)
        return (0.0, agent.ready_since)


def _qualifies(agent: FreeAgent, task: WaitingTask, rule: QueueRule, slot: int) -> bool:
    if not agent.has_room(slot):
        return False
    if task.preferred_agent_id is not None:
        return agent.id == task.preferred_agent_id
    if rule.strategy is Strategy.AGENT_BASED:
        if agent.id not in rule.agents:
            return False
    else:
        teams = rule.teams_at(task.stage)
        if teams is not None and not teams & agent.teams:
            return False
    return all(
        agent.skills.get(skill, 0) >= level
        for skill, level in rule.skills_at(task.stage, task.skills)
    )
