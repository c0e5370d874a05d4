"""Transfer to a queue, an agent, a supervisor; and when nobody answers (T5)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from rapport.domain import commands as c
from rapport.domain.agent import AgentStatus
from rapport.domain.channel import ChannelType
from rapport.domain.policy import UnansweredTransfer
from rapport.domain.task import EndReason, LegOrigin, LegOutcome, LegState, TaskState
from tests.builders import NOW, Story, a_queue, a_task, an_agent

TO_AGENT = c.TransferToAgent(agent_id=1, target_id=2, leg_id=5)
TO_QUEUE = c.TransferToQueue(agent_id=1, queue_id=2)


def active(channel: ChannelType = ChannelType.WEBCHAT, **fields: object) -> Story:
    return Story(a_task(channel=channel, priority=2).active_with(1), **fields)  # type: ignore[arg-type]


def transferred(policy: UnansweredTransfer, **fields: object) -> Story:
    """Rings at agent 2, handed over a minute ago by agent 1, who has wrapped up."""
    story = active(queues=[a_queue(1, unanswered_transfer=policy)], **fields)
    story.do(TO_AGENT)
    story.do(c.SubmitWrapUp(agent_id=1, reason_ids=(1,)))
    return story.later(seconds=30)


def test_to_a_queue_with_history_priority_and_place() -> None:
    # Seed: "The transfer request is initiated and the Wrap Up Reasons dialog box appears."
    story = active().later(minutes=20)
    assert story.kinds(TO_QUEUE) == ["task.transferred", "wrap_up.started", "task.requeued"]
    task = story.task
    assert (task.state, task.queue_id, task.priority) == (TaskState.QUEUED, 2, 2)
    assert task.arrived_at == NOW, "its place in the line"
    assert task.queued_at == story.situation.now, "waits since now"
    assert (task.conversation_id, task.contact_id) == (1, 1), "the same thread"
    assert task.legs[0].state is LegState.WRAPPING_UP
    assert task.legs[0].outcome is LegOutcome.TRANSFERRED
    assert story.agent(1).used == (1, 0, 0), "until the wrap-up is submitted"


@pytest.mark.parametrize("open_queues", [frozenset(), frozenset({1})])
def test_queues_that_are_closed_or_do_not_serve_the_channel(open_queues: frozenset[int]) -> None:
    # Seed: "The drop-down list displays the queues that are available to transfer the chat
    # request."
    assert active(open_queues=open_queues).refused(TO_QUEUE) == "target_unavailable"
    unknown = c.TransferToQueue(agent_id=1, queue_id=77)
    assert active().refused(unknown) == "target_unavailable"


@pytest.mark.parametrize(
    ("teams", "allowed"), [({1: {7}}, True), ({1: {8, 7}}, True), ({1: {8}}, False), ({}, False)]
)
def test_queues_that_take_transfers_from_some_teams_only(
    teams: dict[int, set[int]], allowed: bool
) -> None:
    queue = a_queue(2, transfer_from=frozenset({7, 9}))
    story = active(queues=[queue], teams={i: frozenset(x) for i, x in teams.items()})
    if allowed:
        assert story.kinds(TO_QUEUE)[-1] == "task.requeued"
    else:
        assert story.refused(TO_QUEUE) == "target_unavailable"


def test_to_an_agent_who_accepts() -> None:
    # Seed: "you can transfer the chat request to a different agent."
    story = active()
    assert story.kinds(TO_AGENT) == ["task.transferred", "wrap_up.started", "task.offered"]
    assert story.task.state is TaskState.OFFERED
    assert story.task.legs[1].origin is LegOrigin.TRANSFER
    story.do(c.AcceptOffer(agent_id=2))
    assert story.task.owner is story.task.legs[1]
    assert story.refused(c.EndTask(agent_id=1)) == "not_your_task"
    assert story.kinds(c.SubmitWrapUp(agent_id=1, reason_ids=(1,))) == ["wrap_up.submitted"]


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        (an_agent(2, status=AgentStatus.IDLE), "agent_idle"),
        (an_agent(2, status=AgentStatus.RONA), "agent_rona"),
        (an_agent(2, status=AgentStatus.OFFLINE), "agent_offline"),
        (an_agent(2, used=(3, 0, 0)), "agent_at_capacity"),
    ],
)
def test_only_available_agents_with_room(target: object, reason: str) -> None:
    # Seed: "The drop-down list displays the names of available agents. The agent name is preceded
    # by a green icon."
    assert active(agents=[target]).refused(TO_AGENT) == "target_unavailable"
    assert target.unreachable_reason(a_task().task.kind) == reason  # type: ignore[attr-defined]


def test_not_to_oneself_and_not_to_nobody() -> None:
    to = {"agent_id": 1, "leg_id": 5}
    assert active().refused(c.TransferToAgent(target_id=1, **to)) == "target_is_self"
    assert active().refused(c.TransferToAgent(target_id=77, **to)) == "target_unknown"


def test_an_unaccepted_transfer_is_dropped() -> None:
    # Seed: "Once you transfer the chat request to an agent, if the agent does not accept the chat
    # request, the chat request is dropped."
    # Seed: "If the agent doesn't accept the WhatsApp request that you transferred, the WhatsApp
    # request drops."
    assert a_queue().unanswered_transfer is UnansweredTransfer.DROP, "unless chosen otherwise"
    story = transferred(UnansweredTransfer.DROP)
    kinds = story.kinds(c.ExpireOffer(offer_id=5, new_leg_id=6))
    assert kinds == ["offer.expired", "agent.rona", "task.dropped"]
    assert (story.task.state, story.task.end_reason) == (TaskState.ENDED, EndReason.DROPPED)
    assert story.agent(2).status is AgentStatus.RONA
    assert story.agent(1).status is AgentStatus.AVAILABLE
    assert not story.task.open_legs


def test_or_returned_to_the_sender() -> None:
    story = transferred(UnansweredTransfer.RETURN_TO_SENDER)
    kinds = story.kinds(c.ExpireOffer(offer_id=5, new_leg_id=6))
    assert kinds == ["offer.expired", "agent.rona", "task.offered"]
    offer = story.task.offer
    assert offer is not None
    assert (offer.id, offer.agent_id, offer.origin) == (6, 1, LegOrigin.RETURNED)
    kinds = story.later(seconds=30).kinds(c.ExpireOffer(offer_id=6, new_leg_id=7))
    assert kinds == ["offer.expired", "agent.rona", "task.requeued"], "no ping-pong"


def test_a_sender_who_cannot_take_it_back_leaves_it_to_the_queue() -> None:
    story = transferred(UnansweredTransfer.RETURN_TO_SENDER)
    story.with_agent(an_agent(1, status=AgentStatus.IDLE))
    story.do(c.ExpireOffer(offer_id=5, new_leg_id=6))
    assert story.task.state is TaskState.QUEUED


def test_the_sender_is_whoever_owned_it_last() -> None:
    story = transferred(UnansweredTransfer.RETURN_TO_SENDER).later(seconds=-1)
    story.do(c.AcceptOffer(agent_id=2))
    story.do(c.TransferToAgent(agent_id=2, target_id=3, leg_id=6))
    story.later(seconds=30).do(c.ExpireOffer(offer_id=6, new_leg_id=7))
    assert story.task.offer is not None
    assert story.task.offer.agent_id == 2


def test_or_requeued() -> None:
    story = transferred(UnansweredTransfer.REQUEUE)
    kinds = story.kinds(c.ExpireOffer(offer_id=5, new_leg_id=6))
    assert kinds == ["offer.expired", "agent.rona", "task.requeued"]
    assert (story.task.state, story.task.queue_id) == (TaskState.QUEUED, 1)


@pytest.mark.parametrize("policy", UnansweredTransfer)
@pytest.mark.parametrize("reason", ["disconnected", "agent_rona"])
def test_one_taken_back_from_its_target_waits_again(
    policy: UnansweredTransfer, reason: str
) -> None:
    story = active(queues=[a_queue(1, unanswered_transfer=policy)]).later(minutes=20)
    story.do(TO_AGENT)
    transferred_at = story.situation.now
    kinds = story.later(seconds=10).kinds(c.WithdrawOffer(offer_id=5, reason=reason))
    assert kinds == ["offer.withdrawn", "task.requeued"], "nobody has left it unanswered"
    task = story.task
    assert (task.state, task.queue_id, task.priority) == (TaskState.QUEUED, 1, 2)
    assert task.arrived_at == NOW, "its place in the line"
    assert task.queued_at == transferred_at, "waits since the transfer"
    assert task.preferred_agent_id is None, "whoever is free first"
    assert story.agent(2).status is AgentStatus.AVAILABLE
    assert not story.agent(2).engaged


def test_the_customer_may_leave_meanwhile() -> None:
    story = transferred(UnansweredTransfer.DROP).later(seconds=-5)
    assert story.kinds(c.LeaveAsCustomer()) == ["offer.withdrawn", "task.ended"]
    assert story.agent(2).status is AgentStatus.AVAILABLE


def test_email_goes_to_queues_only() -> None:
    # Seed: "You cannot transfer an email to any specific agent or supervisor."
    story = active(ChannelType.EMAIL, supervisors=frozenset({2}))
    assert story.refused(TO_AGENT) == "target_not_allowed"
    assert story.kinds(TO_QUEUE)[-1] == "task.requeued"


def test_webchat_goes_to_supervisors_too() -> None:
    # Seed: "you can transfer the chat request to another agent or supervisor."
    story = active(supervisors=frozenset({2}))
    assert story.kinds(TO_AGENT)[-1] == "task.offered"


def test_elsewhere_not_to_somebody_who_only_supervises() -> None:
    sets = {"supervisors": frozenset({2}), "only_supervisors": frozenset({2})}
    story = active(ChannelType.SMS, **sets)
    assert story.refused(TO_AGENT) == "target_unavailable"
    assert active(**sets).kinds(TO_AGENT)[-1] == "task.offered"


@pytest.mark.parametrize("joined", [False, True])
def test_not_during_a_conference(joined: bool) -> None:
    story = Story(a_task().in_conference(1, 3, joined=joined))
    code = "conference_running" if joined else "conference_requested"
    assert story.refused(TO_QUEUE) == code
    assert story.refused(TO_AGENT) == code


def test_the_timer_of_the_new_wait_runs() -> None:
    story = active(queues=[a_queue(2, time_out=timedelta(minutes=2))])
    story.do(TO_QUEUE)
    assert story.task.due_at == NOW + timedelta(minutes=2)
