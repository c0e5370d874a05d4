"""Which of several free agents is asked (R1)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from rapport.domain.agent import CapacityMode
from rapport.domain.channel import ChannelKind
from rapport.routing.engine import Decision, FreeAgent, WaitingTask, decide
from rapport.routing.rules import QueueRule, Strategy
from tests.builders.routing import free, rules, waits

FRENCH, SALES = 1, 2
CHAT, EMAIL, SOCIAL = ChannelKind.CHAT, ChannelKind.EMAIL, ChannelKind.SOCIAL


def matched(
    tasks: Sequence[WaitingTask],
    agents: Sequence[FreeAgent],
    rule: QueueRule | None = None,
    last_served: dict[int, int] | None = None,
) -> dict[int, int]:
    """Task to agent."""
    known = rules(rule) if rule else rules()
    return {d.task_id: d.agent_id for d in decide(tasks, agents, known, last_served)}


def test_the_agent_who_has_been_available_longest() -> None:
    agents = [free(1, ready_since=50.0), free(2, ready_since=20.0), free(3, ready_since=70.0)]
    assert matched([waits(1), waits(2), waits(3)], agents) == {1: 2, 2: 1, 3: 3}


def test_who_was_just_asked_comes_last() -> None:
    agents = [free(1, capacity=(2, 0, 0)), free(2, capacity=(2, 0, 0))]
    assert matched([waits(n) for n in (1, 2, 3, 4)], agents) == {1: 1, 2: 2, 3: 1, 4: 2}


def test_a_decision_names_the_epoch_it_was_made_for() -> None:
    assert decide([waits(7)], [free(1)], rules()) == [Decision(7, 70, 1)]


@pytest.mark.parametrize("strategy", [Strategy.SKILLS_LONGEST, Strategy.LONGEST_AVAILABLE])
def test_skills_are_required_then_the_longest_available(strategy: Strategy) -> None:
    agents = [
        free(1, skills={FRENCH: 4}),
        free(2, skills={FRENCH: 5}),
        free(3, skills={FRENCH: 9}),
        free(4),
    ]
    rule = QueueRule(id=1, strategy=strategy)
    tasks = [waits(n, skills=((FRENCH, 5),)) for n in (1, 2, 3)]
    assert matched(tasks, agents, rule) == {1: 2, 2: 3}


def test_every_required_skill_counts() -> None:
    agents = [free(1, skills={FRENCH: 9}), free(2, skills={FRENCH: 5, SALES: 1})]
    assert matched([waits(1, skills=((FRENCH, 5), (SALES, 1)))], agents) == {1: 2}


def test_the_best_skilled_then_the_longest_available() -> None:
    agents = [
        free(1, skills={FRENCH: 6, SALES: 3}),
        free(2, skills={FRENCH: 7, SALES: 3}),
        free(3, skills={FRENCH: 9, SALES: 1}),
    ]
    rule = QueueRule(id=1, strategy=Strategy.SKILLS_BEST)
    tasks = [waits(n, skills=((FRENCH, 5), (SALES, 1))) for n in (1, 2, 3)]
    assert matched(tasks, agents, rule) == {1: 2, 2: 3, 3: 1}


def test_agent_based_asks_a_named_list_in_its_order() -> None:
    rule = QueueRule(id=1, strategy=Strategy.AGENT_BASED, agents=(3, 1))
    agents = [free(n) for n in (1, 2, 3)]
    assert matched([waits(1), waits(2), waits(3)], agents, rule) == {1: 3, 2: 1}


def test_the_last_agent_first_and_nobody_else_meanwhile() -> None:
    agents = [free(n) for n in (1, 2)]
    assert matched([waits(1, preferred=2)], agents) == {1: 2}
    assert matched([waits(1, preferred=2)], [free(1)]) == {}
    assert matched([waits(1), waits(2, preferred=7)], agents) == {1: 1}


def test_the_last_agent_of_a_named_list_need_not_be_on_it() -> None:
    rule = QueueRule(id=1, strategy=Strategy.AGENT_BASED, agents=(3,))
    assert matched([waits(1, preferred=2), waits(2)], [free(2), free(3)], rule) == {1: 2, 2: 3}


@pytest.mark.parametrize("strategy", [Strategy.LONGEST_AVAILABLE, Strategy.CIRCULAR])
def test_who_still_wraps_the_task_up_is_passed_over(strategy: Strategy) -> None:
    rule = QueueRule(id=1, strategy=strategy)
    tasks = [waits(1, excluded=frozenset({1})), waits(2)]
    assert matched(tasks, [free(1), free(2)], rule) == {1: 2, 2: 1}


def test_circular_goes_on_after_the_last_served() -> None:
    rule = QueueRule(id=1, strategy=Strategy.CIRCULAR)
    agents = [free(n, capacity=(2, 0, 0)) for n in (3, 1, 2)]
    tasks = [waits(n) for n in (1, 2, 3, 4)]
    assert matched(tasks, agents, rule, {1: 2}) == {1: 3, 2: 1, 3: 2, 4: 3}


def test_circular_passes_over_who_has_no_room() -> None:
    rule = QueueRule(id=1, strategy=Strategy.CIRCULAR)
    agents = [free(1), free(2, used=[1, 0, 0]), free(3)]
    assert matched([waits(1), waits(2), waits(3)], agents, rule) == {1: 1, 2: 3}


def test_distribution_groups_widen_and_accumulate() -> None:
    rule = QueueRule(
        id=1,
        groups=(
            (timedelta(0), frozenset({10})),
            (timedelta(seconds=60), frozenset({20})),
        ),
    )
    agents = [free(1, teams=frozenset({20})), free(2, teams=frozenset({10})), free(3)]
    assert matched([waits(1), waits(2)], agents, rule) == {1: 2}
    agents = [free(1, teams=frozenset({20})), free(2, teams=frozenset({10})), free(3)]
    assert matched([waits(1, stage=1), waits(2, stage=1), waits(3, stage=1)], agents, rule) == {
        1: 1,
        2: 2,
    }


def test_skill_requirements_relax() -> None:
    rule = QueueRule(id=1, relaxations=((timedelta(seconds=30), 2), (timedelta(seconds=60), 9)))
    required = ((FRENCH, 5),)
    for stage, level, found in ((0, 4, {}), (1, 3, {1: 1}), (1, 2, {}), (2, 0, {1: 1})):
        agents = [free(1, skills={FRENCH: level} if level else {})]
        assert matched([waits(1, stage=stage, skills=required)], agents, rule) == found


@pytest.mark.parametrize(
    ("mode", "used", "wanted", "served"),
    [
        (CapacityMode.BLENDED, [0, 0, 0], [CHAT, EMAIL, SOCIAL, CHAT], [CHAT, EMAIL, SOCIAL, CHAT]),
        (CapacityMode.BLENDED, [2, 2, 1], [CHAT, EMAIL, SOCIAL], [SOCIAL]),
        (CapacityMode.BLENDED_REALTIME, [0, 0, 0], [SOCIAL, CHAT, EMAIL], [SOCIAL, EMAIL]),
        (CapacityMode.BLENDED_REALTIME, [1, 0, 0], [SOCIAL, CHAT], [CHAT]),
        (CapacityMode.EXCLUSIVE, [0, 0, 0], [EMAIL, EMAIL, CHAT], [EMAIL]),
        (CapacityMode.EXCLUSIVE, [0, 1, 0], [EMAIL, CHAT], []),
    ],
)
def test_capacity_modes(
    mode: CapacityMode, used: list[int], wanted: list[ChannelKind], served: list[ChannelKind]
) -> None:
    agent = free(1, mode=mode, used=used, capacity=(2, 2, 2))
    tasks = [waits(n, kind=kind) for n, kind in enumerate(wanted)]
    assert [wanted[d.task_id] for d in decide(tasks, [agent], rules())] == served


def test_kinds_in_rona_are_not_asked_for() -> None:
    # Seed: "When you are in the RONA state, you cannot receive any more contact requests."
    agents = [free(1, blocked=frozenset({CHAT.slot}))]
    assert matched([waits(1), waits(2, kind=EMAIL)], agents) == {2: 1}


def test_a_queue_that_no_longer_exists_waits() -> None:
    assert matched([waits(1, queue_id=9), waits(2)], [free(1)]) == {2: 1}


def test_one_bucket_may_hold_several_kinds() -> None:
    agents = [free(1, capacity=(0, 1, 0)), free(2, capacity=(1, 0, 0))]
    assert matched([waits(1), waits(2, kind=EMAIL)], agents) == {1: 2, 2: 1}
