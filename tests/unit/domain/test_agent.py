"""An agent's state and capacity (T3, T10, R1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.domain import agent as rules
from rapport.domain.agent import AgentStatus, CapacityMode, Pending
from rapport.domain.channel import KINDS, ChannelKind
from rapport.domain.errors import Refused
from tests.builders import NOW, an_agent

CHAT, EMAIL, SOCIAL = ChannelKind.CHAT, ChannelKind.EMAIL, ChannelKind.SOCIAL
AVAILABLE, IDLE, RONA, OFFLINE = (AgentStatus(x) for x in ("available", "idle", "rona", "offline"))
LATER = NOW + timedelta(minutes=1)
LUNCH = 5


def refusal(function: object, *args: object, **kwargs: object) -> str:
    with pytest.raises(Refused) as refused:
        function(*args, **kwargs)  # type: ignore[operator]
    return refused.value.code


def test_signing_in_gives_idle() -> None:
    agent = rules.sign_in(an_agent(status=OFFLINE), LUNCH, LATER)
    assert (agent.status, agent.idle_code_id, agent.status_since) == (IDLE, LUNCH, LATER)


@pytest.mark.parametrize("status", [AVAILABLE, IDLE, RONA])
def test_a_reload_or_second_tab_changes_neither_state_nor_timers(status: AgentStatus) -> None:
    agent = an_agent(status=status)
    assert rules.sign_in(agent, LUNCH, LATER) == agent


def test_a_new_agent_has_never_signed_in() -> None:
    agent = rules.new_agent(1, CapacityMode.BLENDED, (1, 1, 1), NOW)
    assert agent.status is OFFLINE
    assert not agent.engaged
    assert not agent.accepts(CHAT)


def test_signing_out_is_refused_while_an_offer_rings_or_work_is_held() -> None:
    agent = an_agent(used=(1, 0, 0))
    assert refusal(rules.sign_out, agent, ringing=True, now=LATER) == "offer_ringing"
    assert refusal(rules.sign_out, agent, ringing=False, now=LATER) == "tasks_open"
    assert rules.sign_out(an_agent(), ringing=False, now=LATER).status is OFFLINE


@pytest.mark.parametrize("status", AgentStatus)
@pytest.mark.parametrize("target", AgentStatus)
def test_changing_state_by_hand(status: AgentStatus, target: AgentStatus) -> None:
    agent = an_agent(status=status)
    if target in {RONA, OFFLINE}:
        assert refusal(rules.change_state, agent, target, None, LATER) == "state_not_selectable"
    elif status is OFFLINE:
        assert refusal(rules.change_state, agent, target, None, LATER) == "agent_offline"
    else:
        assert rules.change_state(agent, target, None, LATER).status is target


def test_a_state_chosen_while_engaged_is_pending_until_the_last_leg_closes() -> None:
    agent = an_agent(used=(2, 0, 0))
    agent = rules.change_state(agent, IDLE, LUNCH, NOW)
    assert agent.status is AVAILABLE
    assert agent.pending == Pending(IDLE, LUNCH)
    assert agent.unreachable_reason(CHAT) == "agent_leaving", "nothing new meanwhile"
    agent = agent.with_leg(CHAT, -1, NOW)
    assert agent.status is AVAILABLE
    agent = agent.with_leg(CHAT, -1, LATER)
    assert (agent.status, agent.idle_code_id, agent.pending) == (IDLE, LUNCH, None)
    assert agent.status_since == LATER


def test_available_cancels_what_was_pending() -> None:
    agent = rules.change_state(an_agent(used=(1, 0, 0)), IDLE, LUNCH, NOW)
    agent = rules.change_state(agent, AVAILABLE, None, LATER)
    assert agent.pending is None
    assert agent.accepts(CHAT)
    assert agent.status_since < LATER, "it has been available all the time"


def test_out_of_rona_the_choice_takes_effect_at_once() -> None:
    agent = an_agent(status=RONA, used=(1, 0, 0))
    assert rules.change_state(agent, IDLE, LUNCH, LATER).status is IDLE
    assert rules.change_state(agent, AVAILABLE, None, LATER).status is AVAILABLE


def test_a_gone_desktop_gives_offline_and_keeps_what_is_held() -> None:
    agent = rules.disconnect(an_agent(used=(1, 0, 0), pending=Pending(IDLE, LUNCH)), LATER)
    assert (agent.status, agent.used, agent.pending) == (OFFLINE, (1, 0, 0), None)
    assert rules.rona(agent, CHAT, per_channel=False, now=LATER) == agent, "no RONA"


def test_load_never_falls_below_zero() -> None:
    with pytest.raises(ValueError, match="below zero"):
        an_agent().with_leg(CHAT, -1, NOW)


@pytest.mark.parametrize(
    ("mode", "used", "room"),
    [
        (CapacityMode.BLENDED, (0, 0, 0), {CHAT, EMAIL, SOCIAL}),
        (CapacityMode.BLENDED, (2, 1, 1), {CHAT, EMAIL, SOCIAL}),
        (CapacityMode.BLENDED, (3, 5, 5), set()),
        (CapacityMode.BLENDED, (3, 0, 0), {EMAIL, SOCIAL}),
        (CapacityMode.BLENDED_REALTIME, (0, 0, 0), {CHAT, EMAIL, SOCIAL}),
        (CapacityMode.BLENDED_REALTIME, (1, 0, 0), {CHAT, EMAIL}),
        (CapacityMode.BLENDED_REALTIME, (0, 0, 1), {EMAIL, SOCIAL}),
        (CapacityMode.BLENDED_REALTIME, (0, 2, 0), {CHAT, EMAIL, SOCIAL}),
        (CapacityMode.BLENDED_REALTIME, (3, 5, 0), set()),
        (CapacityMode.EXCLUSIVE, (0, 0, 0), {CHAT, EMAIL, SOCIAL}),
        (CapacityMode.EXCLUSIVE, (0, 1, 0), set()),
        (CapacityMode.EXCLUSIVE, (1, 0, 0), set()),
    ],
)
def test_capacity_per_kind(
    mode: CapacityMode, used: tuple[int, ...], room: set[ChannelKind]
) -> None:
    agent = an_agent(mode=mode, used=used)
    assert {kind for kind in KINDS if agent.has_room(kind)} == room


def test_no_capacity_means_none() -> None:
    agent = an_agent(capacity=(0, 1, 0))
    assert [agent.has_room(kind) for kind in KINDS] == [False, True, False]


@given(
    st.sampled_from(CapacityMode),
    st.tuples(*(st.integers(0, 3) for _ in KINDS)),
    st.lists(st.sampled_from(KINDS), max_size=12),
)
def test_taking_only_what_there_is_room_for_never_exceeds_a_profile(
    mode: CapacityMode, capacity: tuple[int, ...], wanted: list[ChannelKind]
) -> None:
    agent = an_agent(mode=mode, capacity=capacity)
    for kind in wanted:
        if agent.has_room(kind):
            before = agent.version
            agent = agent.with_leg(kind, 1, NOW)
            assert agent.version > before
    assert all(used <= most for used, most in zip(agent.used, agent.capacity, strict=True))
    if mode is CapacityMode.EXCLUSIVE:
        assert sum(agent.used) <= 1
    if mode is CapacityMode.BLENDED_REALTIME:
        assert not (agent.used[CHAT.slot] and agent.used[SOCIAL.slot])


def test_becoming_available_ends_rona_of_every_kind() -> None:
    agent = replace(an_agent(), rona_kinds=frozenset({CHAT, SOCIAL}))
    assert rules.change_state(agent, AVAILABLE, None, LATER).rona_kinds == frozenset()
    assert rules.rona(agent, EMAIL, per_channel=True, now=LATER).rona_kinds == set(KINDS)


@pytest.mark.parametrize(("mode", "kinds"), [(False, RONA), (True, AVAILABLE)])
def test_rona_of_the_agent_or_of_a_channel(mode: bool, kinds: AgentStatus) -> None:
    assert rules.rona(an_agent(), CHAT, per_channel=mode, now=LATER).status is kinds
