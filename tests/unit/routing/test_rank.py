"""The order of the waiting line: priority with ageing; stages; buckets (R1)."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from rapport.domain.deadlines import stage_at, stages
from rapport.domain.policy import Relaxation, Widening
from rapport.routing.engine import decide
from rapport.routing.rules import QueueRule, bucket_of, rank
from tests.builders import NOW, a_queue
from tests.builders.routing import free, rules, waits

STEP = timedelta(seconds=60)
priorities = st.integers(1, 9)
waits_s = st.integers(0, 100_000)


@given(priorities, waits_s, waits_s)
def test_who_came_first_is_first_at_the_same_priority(level: int, a: int, b: int) -> None:
    first, second = (rank(NOW + timedelta(seconds=x), level, STEP) for x in (a, b))
    assert (a < b) == (first < second)


@given(priorities, priorities)
def test_of_two_who_came_together_the_more_urgent_is_first(a: int, b: int) -> None:
    assert (a < b) == (rank(NOW, a, STEP) < rank(NOW, b, STEP))


def test_a_level_of_urgency_is_worth_a_step_of_waiting() -> None:
    earlier = NOW - timedelta(seconds=61)
    assert rank(earlier, 5, STEP) < rank(NOW, 4, STEP) < rank(NOW, 5, STEP)
    assert rank(NOW, 5, timedelta(0)) == rank(NOW, 1, timedelta(0)), "a step of none: no priority"


@given(priorities, st.integers(0, 3600))
def test_nothing_starves(level: int, step: int) -> None:
    """Nobody who comes eight steps later is served before, however urgent."""
    length = timedelta(seconds=step)
    latest = NOW + 8 * length + timedelta(microseconds=1)
    assert rank(NOW, level, length) < rank(latest, 1, length)


def test_the_least_urgent_is_served_in_a_stream_of_urgent_ones() -> None:
    """One agent, an urgent task every ten seconds, one served every ten seconds."""
    line = [(rank(NOW, 9, STEP), 0)]
    for tick in range(1, 200):
        line.append((rank(NOW + timedelta(seconds=10 * tick), 1, STEP), tick))
        line.sort()
        tasks = [waits(task_id) for _, task_id in line]
        (decision,) = decide(tasks, [free(1)], rules())
        line = [entry for entry in line if entry[1] != decision.task_id]
        if decision.task_id == 0:
            assert tick <= 8 * 60 // 10 + 1
            return
    raise AssertionError("starved")


@given(
    st.lists(st.integers(0, 100), max_size=3),
    st.lists(st.integers(0, 100), max_size=3),
    st.integers(0, 120),
)
def test_domain_and_routing_count_the_same_stages(
    groups: list[int], relaxations: list[int], waited: int
) -> None:
    policy = a_queue(
        1,
        groups=tuple(Widening(after=timedelta(seconds=s), team_ids=frozenset({s})) for s in groups),
        relaxations=tuple(Relaxation(after=timedelta(seconds=s), lower_by=s) for s in relaxations),
    )
    rule = QueueRule(
        id=1,
        groups=tuple((timedelta(seconds=s), frozenset({s})) for s in groups),
        relaxations=tuple((timedelta(seconds=s), s) for s in relaxations),
    )
    assert rule.steps() == stages(policy)
    stage = stage_at(policy, timedelta(seconds=waited))
    asked = rule.teams_at(stage)
    expected = {s for s in groups if s <= waited}
    assert asked == (expected if groups else None)
    lowered = max((s for s in relaxations if s <= waited), default=0)
    assert rule.skills_at(stage, ((1, 50),)) == (((1, 50 - lowered),) if lowered < 50 else ())


def test_a_stage_of_an_older_configuration_means_the_last_one() -> None:
    rule = QueueRule(id=1, relaxations=((timedelta(seconds=30), 2),))
    assert rule.skills_at(7, ((1, 5),)) == ((1, 3),)
    assert QueueRule(id=1).teams_at(7) is None


def test_tasks_share_a_bucket_only_if_the_same_agents_can_serve_them() -> None:
    buckets = [
        bucket_of(1, 0, (), None),
        bucket_of(2, 0, (), None),
        bucket_of(1, 1, (), None),
        bucket_of(1, 0, ((1, 5),), None),
        bucket_of(1, 0, ((1, 6),), None),
        bucket_of(1, 0, ((1, 5), (2, 5)), None),
        bucket_of(1, 0, (), 3),
    ]
    assert len(set(buckets)) == len(buckets)
