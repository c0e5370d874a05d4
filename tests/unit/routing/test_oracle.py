"""The engine against a naive implementation, and what no decision may ever do (R1, R2)."""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rapport.domain.agent import CapacityMode
from rapport.domain.channel import KINDS, ChannelKind
from rapport.routing.engine import FreeAgent, WaitingTask, decide
from rapport.routing.rules import QueueRule, Strategy
from tests.builders.routing import free, waits

SKILLS, TEAMS, QUEUES, AGENTS = (1, 2), (10, 20), (1, 2), range(1, 6)


@st.composite
def queue_rules(draw: Any) -> dict[int, QueueRule]:
    known = {}
    for queue_id in QUEUES:
        groups = draw(
            st.lists(
                st.tuples(st.sampled_from([0, 30]), st.sets(st.sampled_from(TEAMS))), max_size=2
            )
        )
        known[queue_id] = QueueRule(
            id=queue_id,
            strategy=draw(st.sampled_from(Strategy)),
            groups=tuple((timedelta(seconds=s), frozenset(teams)) for s, teams in groups),
            agents=tuple(draw(st.permutations(AGENTS)))[: draw(st.integers(0, 5))],
            relaxations=draw(st.sampled_from([(), ((timedelta(seconds=20), 3),)])),
        )
    return known


@st.composite
def people(draw: Any) -> list[FreeAgent]:
    count = draw(st.integers(0, len(AGENTS)))
    return [
        free(
            agent_id,
            ready_since=float(draw(st.integers(0, 3))),
            used=[draw(st.integers(0, 1)) for _ in KINDS],
            capacity=[draw(st.integers(1, 6)) for _ in KINDS],
            mode=draw(st.sampled_from(CapacityMode)),
            teams=frozenset(draw(st.sets(st.sampled_from(TEAMS)))),
            skills=draw(st.dictionaries(st.sampled_from(SKILLS), st.integers(1, 10))),
            blocked=frozenset(draw(st.sets(st.sampled_from([0, 1, 2]), max_size=1))),
        )
        for agent_id in draw(st.permutations(AGENTS))[:count]
    ]


@st.composite
def waiting(draw: Any) -> list[WaitingTask]:
    skills = st.sampled_from([(), ((1, 5),), ((1, 2), (2, 8))])
    return [
        waits(
            task_id,
            draw(st.sampled_from([1, 1, 2, 3])),
            kind=draw(st.sampled_from(KINDS)),
            stage=draw(st.integers(0, 2)),
            skills=draw(skills),
            preferred=draw(st.sampled_from([None, None, None, 1, 2])),
            excluded=frozenset(draw(st.sampled_from([(), (), (1,), (1, 2)]))),
        )
        for task_id in range(draw(st.integers(0, 25)))
    ]


def room(agent: FreeAgent, kind: ChannelKind) -> bool:
    """Written again, from DOMAIN R1."""
    used = dict(zip(KINDS, agent.used, strict=True))
    capacity = dict(zip(KINDS, agent.capacity, strict=True))
    if kind.slot in agent.blocked or used[kind] >= capacity[kind]:
        return False
    if agent.mode is CapacityMode.EXCLUSIVE:
        return sum(agent.used) == 0
    if agent.mode is CapacityMode.BLENDED_REALTIME and kind is not ChannelKind.EMAIL:
        other = ChannelKind.SOCIAL if kind is ChannelKind.CHAT else ChannelKind.CHAT
        return used[other] == 0
    return True


def qualified(agent: FreeAgent, task: WaitingTask, rule: QueueRule) -> bool:
    if agent.id in task.excluded:
        return False
    if task.preferred_agent_id is not None:
        return agent.id == task.preferred_agent_id
    moments = sorted({t for t, _ in (*rule.groups, *rule.relaxations) if t > timedelta(0)})[
        : task.stage
    ]
    waited = moments[-1] if moments else timedelta(0)
    if rule.strategy is Strategy.AGENT_BASED:
        if agent.id not in rule.agents:
            return False
    elif rule.groups and not any(t <= waited and x & agent.teams for t, x in rule.groups):
        return False
    lower = max((by for t, by in rule.relaxations if t <= waited), default=0)
    return all(agent.skills.get(s, 0) >= level - lower for s, level in task.skills)


def naive(
    tasks: list[WaitingTask], agents: list[FreeAgent], known: dict[int, QueueRule]
) -> list[tuple[int, int]]:
    """Every task looks at every agent."""
    served: dict[int, int] = {}
    clock = max((a.ready_since for a in agents), default=0.0) + 1
    result = []
    for task in tasks:
        rule = known.get(task.queue_id)
        if rule is None:
            continue
        candidates = [a for a in agents if room(a, task.kind) and qualified(a, task, rule)]
        if not candidates:
            continue
        last = served.get(task.queue_id, -1)

        def preference(
            a: FreeAgent, rule: QueueRule = rule, task: WaitingTask = task, last: int = last
        ) -> tuple[float, ...]:
            if rule.strategy is Strategy.CIRCULAR:
                return (a.id <= last, a.id)
            if rule.strategy is Strategy.AGENT_BASED:
                listed = rule.agents.index(a.id) if a.id in rule.agents else len(rule.agents)
                return (listed, a.ready_since, a.id)
            if rule.strategy is Strategy.SKILLS_BEST:
                best = -sum(a.skills.get(skill, 0) for skill, _ in task.skills)
                return (best, a.ready_since, a.id)
            return (a.ready_since, a.id)

        chosen = min(candidates, key=preference)
        chosen.used[task.kind.slot] += 1
        clock += 1
        chosen.ready_since = clock
        served[task.queue_id] = chosen.id
        result.append((task.id, chosen.id))
    return result


@given(waiting(), people(), queue_rules())
def test_the_engine_decides_as_the_naive_implementation(
    tasks: list[WaitingTask], agents: list[FreeAgent], known: dict[int, QueueRule]
) -> None:
    again = deepcopy(agents)
    made = decide(tasks, deepcopy(agents), known)
    assert [(d.task_id, d.agent_id) for d in made] == naive(tasks, agents, known)
    assert made == decide(tasks, again, known), "the same snapshot, the same decision"


@given(waiting(), people(), queue_rules())
def test_no_decision_exceeds_capacity_or_serves_without_qualification(
    tasks: list[WaitingTask], agents: list[FreeAgent], known: dict[int, QueueRule]
) -> None:
    before = {a.id: deepcopy(a) for a in agents}
    by_id = {task.id: task for task in tasks}
    decisions = decide(tasks, agents, known)
    assert len({d.task_id for d in decisions}) == len(decisions), "one offer per task"
    for d in decisions:
        task, agent = by_id[d.task_id], before[d.agent_id]
        assert d.epoch == task.epoch
        assert room(agent, task.kind)
        assert qualified(agent, task, known[task.queue_id])
        agent.used[task.kind.slot] += 1


@given(waiting(), people(), queue_rules())
def test_rank_is_respected_within_a_bucket(
    tasks: list[WaitingTask], agents: list[FreeAgent], known: dict[int, QueueRule]
) -> None:
    served = {d.task_id for d in decide(tasks, agents, known)}
    passed_over: set[tuple[str, ChannelKind]] = set()
    for task in tasks:
        line = (task.bucket, task.kind)
        if task.id in served:
            assert line not in passed_over, "nobody overtakes in a bucket"
        elif not task.excluded:
            passed_over.add(line)


@given(waiting(), people(), queue_rules())
def test_nobody_waits_for_whom_an_agent_is_free(
    tasks: list[WaitingTask], agents: list[FreeAgent], known: dict[int, QueueRule]
) -> None:
    served = {d.task_id for d in decide(tasks, agents, known)}
    for task in tasks:
        rule = known.get(task.queue_id)
        if task.id not in served and rule is not None:
            assert not any(room(a, task.kind) and qualified(a, task, rule) for a in agents)
