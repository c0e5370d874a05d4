"""Offer, accept and no answer (T2, T3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from rapport.domain import agent as agents
from rapport.domain import commands as c
from rapport.domain.agent import AgentStatus, CapacityMode
from rapport.domain.channel import ChannelKind, ChannelType
from rapport.domain.policy import Widening
from rapport.domain.task import LegOrigin, LegOutcome, LegState, TaskState
from tests.builders import NOW, Story, a_queue, a_task, an_agent

OFFER = c.OfferTask(agent_id=1, leg_id=1)
EXPIRE = c.ExpireOffer(offer_id=1, new_leg_id=2)


def ringing(**policies: object) -> Story:
    story = Story(a_task().queued(), queues=[a_queue(1, **policies)])
    story.do(OFFER)
    return story


def test_an_offer_rings_at_one_agent_until_it_expires() -> None:
    # Seed: "The timer indicates the time that has elapsed since you received the WebChat
    # conversation."
    story = ringing()
    offer = story.task.offer
    assert offer is not None
    assert (offer.agent_id, offer.offered_at) == (1, NOW)
    assert offer.due_at == NOW + timedelta(seconds=30), "30 s by default"
    assert story.agent(1).used == (1, 0, 0), "an offer uses capacity"
    assert story.task.due_at is None
    assert story.refused(c.OfferTask(agent_id=2, leg_id=3)) == "not_allowed_in_state"


def test_the_time_is_set_per_queue_and_channel() -> None:
    policies = {
        "offer_timeout": timedelta(seconds=45),
        "offer_timeouts": ((ChannelKind.EMAIL, timedelta(minutes=5)),),
    }
    for channel, expected in ((ChannelType.SMS, 45), (ChannelType.EMAIL, 300)):
        story = Story(a_task(channel=channel).queued(), queues=[a_queue(1, **policies)])
        story.do(OFFER)
        assert story.task.legs[0].due_at == NOW + timedelta(seconds=expected)


def test_accept_makes_the_owner() -> None:
    # Seed: "Click the Accept button, in the request. The request opens in the compose box, and an
    # interaction pane is displayed."
    story = ringing().later(seconds=5)
    assert story.kinds(c.AcceptOffer(agent_id=1)) == ["task.accepted"]
    assert story.task.state is TaskState.ACTIVE
    assert story.task.accepted_at == story.situation.now
    assert story.task.owner is not None
    assert story.task.owner.due_at is None
    assert story.agent(1).used == (1, 0, 0)


@pytest.mark.parametrize("swept", [False, True], ids=["before the sweep", "after it"])
def test_accept_after_expiry_says_so(swept: bool) -> None:
    story = ringing().later(seconds=30)
    if swept:
        story.do(EXPIRE)
    assert story.refused(c.AcceptOffer(agent_id=1)) == "offer_expired"


def test_it_does_not_expire_early_or_twice() -> None:
    story = ringing().later(seconds=29)
    assert story.refused(EXPIRE) == "offer_still_open"
    story.later(seconds=1).do(EXPIRE)
    assert story.refused(EXPIRE) == "not_allowed_in_state"
    story = ringing()
    story.do(c.AcceptOffer(agent_id=1))
    assert story.later(minutes=1).refused(EXPIRE) == "offer_gone"


def test_no_answer_sends_it_back_with_its_waiting_time() -> None:
    story = Story(a_task().queued()).later(minutes=3)
    story.do(OFFER)
    kinds = story.later(seconds=30).kinds(EXPIRE)
    assert kinds == ["offer.expired", "agent.rona", "task.requeued"]
    task = story.task
    assert (task.state, task.queued_at, task.arrived_at) == (TaskState.QUEUED, NOW, NOW)
    assert task.legs[0].outcome is LegOutcome.EXPIRED
    assert story.agent(1).used == (0, 0, 0)


def test_in_rona_nothing_more_is_offered_until_available_by_hand() -> None:
    # Seed: "When you are in the RONA state, you cannot receive any more contact requests. To
    # receive requests, you must manually change your state from RONA to Available."
    story = ringing().later(seconds=30)
    story.do(EXPIRE)
    agent = story.agent(1)
    assert agent.status is AgentStatus.RONA
    assert story.refused(replace(OFFER, leg_id=3)) == "agent_rona"
    later = story.situation.now + timedelta(hours=8)
    assert agents.sign_in(agent, None, later) == agent, "a reload changes nothing"
    story.with_agent(agents.change_state(agent, AgentStatus.IDLE, None, later))
    assert story.refused(replace(OFFER, leg_id=3)) == "agent_idle"
    story.with_agent(agents.change_state(agent, AgentStatus.AVAILABLE, None, later))
    assert story.kinds(replace(OFFER, leg_id=3)) == ["task.offered"]


def test_rona_per_channel_blocks_that_kind_only() -> None:
    story = ringing(rona_per_channel=True).later(seconds=30)
    story.do(EXPIRE)
    agent = story.agent(1)
    assert agent.status is AgentStatus.AVAILABLE
    assert agent.rona_kinds == {ChannelKind.CHAT}
    assert not agent.accepts(ChannelKind.CHAT)
    assert agent.accepts(ChannelKind.EMAIL)
    assert agent.unreachable_reason(ChannelKind.CHAT) == "agent_rona"
    assert story.refused(replace(OFFER, leg_id=3)) == "agent_rona"
    available = agents.change_state(agent, AgentStatus.AVAILABLE, None, NOW)
    assert available.accepts(ChannelKind.CHAT)


def test_a_withdrawn_offer_returns_without_rona() -> None:
    story = ringing()
    kinds = story.kinds(c.WithdrawOffer(offer_id=1, reason="agent_rona"))
    assert kinds == ["offer.withdrawn", "task.requeued"]
    assert story.agent(1).status is AgentStatus.AVAILABLE
    assert story.task.queued_at == NOW


@pytest.mark.parametrize(
    ("agent", "code"),
    [
        (an_agent(1, status=AgentStatus.IDLE), "agent_idle"),
        (an_agent(1, status=AgentStatus.OFFLINE), "agent_offline"),
        (an_agent(1, status=AgentStatus.RONA), "agent_rona"),
        (an_agent(1, pending=agents.Pending(AgentStatus.IDLE, None)), "agent_leaving"),
        (an_agent(1, used=(3, 0, 0)), "agent_at_capacity"),
        (an_agent(1, mode=CapacityMode.EXCLUSIVE, used=(0, 1, 0)), "agent_at_capacity"),
    ],
)
def test_whom_nothing_is_offered(agent: agents.Agent, code: str) -> None:
    story = Story(a_task().queued(), [agent], [a_queue(1, self_assign=True)])
    assert story.refused(OFFER) == code
    assert story.refused(c.TakeTask(agent_id=1, leg_id=1)) == code


def test_taking_a_waiting_task_where_the_queue_allows_it() -> None:
    story = Story(a_task().queued())
    take = c.TakeTask(agent_id=1, leg_id=1)
    assert story.refused(take) == "self_assign_off"
    story = Story(a_task().queued(), queues=[a_queue(1, self_assign=True)])
    assert story.kinds(take) == ["task.offered", "task.accepted"]
    assert story.task.legs[0].origin is LegOrigin.SELF_ASSIGNED
    assert story.task.legs[0].state is LegState.ACTIVE
    assert story.refused(c.TakeTask(agent_id=2, leg_id=2)) == "no_longer_waiting"


@pytest.mark.parametrize(
    ("queue", "code"),
    [
        ({}, None),
        ({"groups": (Widening(after=timedelta(0), team_ids=frozenset({7})),)}, None),
        ({"groups": (Widening(after=timedelta(hours=1), team_ids=frozenset({7})),)}, None),
        ({"groups": (Widening(after=timedelta(0), team_ids=frozenset({8})),)}, "not_your_queue"),
        ({"agents": frozenset({1})}, None),
        ({"agents": frozenset({2})}, "not_your_queue"),
    ],
)
def test_whose_queue_it_is_to_take_from(queue: dict[str, Any], code: str | None) -> None:
    take = c.TakeTask(agent_id=1, leg_id=1)
    story = Story(a_task().queued(), queues=[a_queue(1, self_assign=True, **queue)])
    story.situation = replace(story.situation, teams={1: frozenset({7})})
    if code is None:
        assert story.kinds(take) == ["task.offered", "task.accepted"]
    else:
        assert story.refused(take) == code
        story.situation = replace(story.situation, supervisors=frozenset({1}))
        assert story.kinds(take) == ["task.offered", "task.accepted"]


def test_reading_only_goes_forward() -> None:
    story = Story(a_task().active_with(1))
    epoch = story.task.epoch
    assert story.kinds(c.ReadUpTo(agent_id=1, seq=5, inbound_seq=3)) == ["task.read"]
    assert story.do(c.ReadUpTo(agent_id=1, seq=4, inbound_seq=2)) == []
    leg = story.task.legs[0]
    assert (leg.read_seq, leg.read_inbound_seq) == (5, 3)
    assert story.task.epoch == epoch, "no transition"
