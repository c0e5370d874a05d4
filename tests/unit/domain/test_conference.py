"""Conference: requested, joined, and every way out of it (T6)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rapport.domain import commands as c
from rapport.domain.agent import AgentStatus
from rapport.domain.channel import ChannelType
from rapport.domain.permissions import Conference, conference
from rapport.domain.rules.speaking import check_may_send
from rapport.domain.task import LegOutcome, LegRole, LegState, TaskState
from tests.builders import Story, a_queue, a_task, an_agent

REQUEST = c.RequestConference(agent_id=1, target_id=2, leg_id=5)


def requested(**fields: object) -> Story:
    story = Story(a_task().active_with(1), **fields)  # type: ignore[arg-type]
    story.do(REQUEST)
    return story


def joined(**fields: object) -> Story:
    story = requested(**fields)
    story.do(c.AcceptOffer(agent_id=2))
    return story


def test_requested_then_joined() -> None:
    # Seed: "When the conference chat request is accepted by an agent, the Interaction Control pane
    # changes the state from Conference Requested to Conference."
    story = Story(a_task().active_with(1))
    assert conference(story.task) is Conference.NONE
    assert story.kinds(REQUEST) == ["conference.requested"]
    assert conference(story.task) is Conference.REQUESTED
    assert story.task.state is TaskState.ACTIVE, "the conversation goes on meanwhile"
    assert story.kinds(c.AcceptOffer(agent_id=2)) == ["conference.joined"]
    assert conference(story.task) is Conference.JOINED
    assert story.agent(2).used == (1, 0, 0), "the invited leg uses capacity"
    for agent_id in (1, 2):
        check_may_send(story.situation, agent_id, "Hello", 0)
    assert story.refused(replace(REQUEST, target_id=3)) == "conference_running"


def test_the_invited_agent_exits_and_the_chat_goes_on() -> None:
    # Seed: "The conferenced agent can exit the chat conference by clicking Exit Conference. Chat
    # continues between you and the customer."
    story = joined()
    kinds = story.kinds(c.ExitConference(agent_id=2))
    assert kinds == ["conference.exited", "wrap_up.started"]
    assert story.task.legs[1].outcome is LegOutcome.EXITED
    assert story.task.legs[1].state is LegState.WRAPPING_UP
    assert story.task.owner is not None
    assert story.task.owner.agent_id == 1
    story.do(c.SubmitWrapUp(agent_id=2, reason_ids=(1,)))
    assert not story.agent(2).engaged
    assert story.kinds(replace(REQUEST, leg_id=6)) == ["conference.requested"], "and again"


def test_only_the_owner_ends_it_for_all() -> None:
    # Seed: "Only you can end the chat conference and not the agent with whom you have conferenced."
    story = joined()
    assert story.refused(c.EndConference(agent_id=2)) == "owner_only"
    assert story.refused(c.EndTask(agent_id=2)) == "owner_only"
    # Seed: "Click End Conference. The Wrap Up Reasons dialog box appears."
    kinds = story.kinds(c.EndConference(agent_id=1))
    assert kinds == ["task.ended", "wrap_up.started", "wrap_up.started"]
    assert story.task.state is TaskState.ENDED
    assert {leg.state for leg in story.task.legs} == {LegState.WRAPPING_UP}


@pytest.mark.parametrize("channel", [ChannelType.MESSENGER, ChannelType.SMS])
def test_ending_it_for_all_needs_consent_as_ending_it_alone(channel: ChannelType) -> None:
    story = Story(a_task(channel=channel).in_conference(1, 2))
    assert story.refused(c.EndConference(agent_id=1)) == "consent_missing"
    kinds = ["task.ended", "wrap_up.started", "wrap_up.started"]
    assert story.kinds(c.EndConference(agent_id=1, consent=True)) == kinds
    left = Story(a_task(channel=channel).in_conference(1, 2))
    left.do(c.LeaveAsCustomer())
    assert left.kinds(c.EndConference(agent_id=1)) == kinds, "there is nobody to ask"


def test_the_owner_removes_the_invited_agent_and_goes_on() -> None:
    story = joined()
    kinds = story.kinds(c.RemoveInvited(agent_id=1))
    assert kinds == ["conference.exited", "wrap_up.started"]
    assert story.task.legs[1].outcome is LegOutcome.REMOVED
    assert story.task.state is TaskState.ACTIVE
    assert story.refused(c.RemoveInvited(agent_id=1)) == "no_conference"


def test_an_unanswered_request_returns_the_pane_to_active() -> None:
    story = requested().later(seconds=30)
    kinds = story.kinds(c.ExpireOffer(offer_id=5, new_leg_id=6))
    assert kinds == ["offer.expired", "agent.rona"]
    assert story.agent(2).status is AgentStatus.RONA
    assert story.task.state is TaskState.ACTIVE
    assert conference(story.task) is Conference.NONE
    assert story.refused(c.AcceptOffer(agent_id=2)) == "offer_expired"


def test_so_does_a_withdrawn_one_without_rona() -> None:
    story = requested()
    withdraw = c.WithdrawOffer(offer_id=5, reason="disconnected")
    assert story.kinds(withdraw) == ["offer.withdrawn"]
    assert conference(story.task) is Conference.NONE
    assert story.agent(2).status is AgentStatus.AVAILABLE


def test_the_owner_takes_the_request_back() -> None:
    story = requested()
    assert story.kinds(c.CancelConference(agent_id=1)) == ["conference.cancelled"]
    assert conference(story.task) is Conference.NONE
    assert not story.agent(2).engaged
    assert story.refused(c.AcceptOffer(agent_id=2)) == "offer_expired"
    assert story.refused(c.CancelConference(agent_id=1)) == "no_conference"


def test_ending_takes_the_request_back_too() -> None:
    story = requested()
    kinds = story.kinds(c.EndTask(agent_id=1))
    assert kinds == ["conference.cancelled", "task.ended", "wrap_up.started"]
    assert story.task.legs[1].state is LegState.CLOSED
    assert not story.agent(2).engaged


def test_while_joined_it_is_ended_as_a_conference() -> None:
    assert joined().refused(c.EndTask(agent_id=1)) == "conference_running"


@pytest.mark.parametrize(
    "target",
    [
        an_agent(2, status=AgentStatus.IDLE),
        an_agent(2, status=AgentStatus.OFFLINE),
        an_agent(2, used=(3, 0, 0)),
    ],
)
def test_who_cannot_be_reached_cannot_be_chosen(target: object) -> None:
    story = Story(a_task().active_with(1), [target])  # type: ignore[list-item]
    assert story.refused(REQUEST) == "target_unavailable"


def test_nor_oneself_nor_nobody() -> None:
    story = Story(a_task().active_with(1))
    assert story.refused(replace(REQUEST, target_id=1)) == "target_is_self"
    assert story.refused(replace(REQUEST, target_id=77)) == "target_unknown"


def test_nor_who_still_wraps_up_their_part() -> None:
    story = joined()
    story.do(c.ExitConference(agent_id=2))
    assert story.refused(replace(REQUEST, leg_id=6)) == "target_takes_part"


def test_email_has_none() -> None:
    story = Story(a_task(channel=ChannelType.EMAIL).active_with(1))
    assert story.refused(REQUEST) == "no_conference_here"


def test_the_invited_agent_has_their_own_countdown_and_role() -> None:
    story = joined(queues=[a_queue(1, default_reason_id=3)])
    assert [leg.role for leg in story.task.legs] == [LegRole.OWNER, LegRole.INVITED]
    story.do(c.LeaveAsCustomer())
    story.do(c.ExitConference(agent_id=2))
    assert story.task.customer_left_at is not None
    assert story.kinds(c.EndTask(agent_id=1)) == ["task.ended", "wrap_up.started"]
