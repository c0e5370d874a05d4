"""The system lines of a thread and who sees them (C3, §2, T5–T7)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from rapport.application.announcements import announcement_for
from rapport.domain import events as e
from rapport.domain.channel import CAPABILITIES, ChannelType
from rapport.domain.task import DueFor, EndReason, LegOrigin, LegOutcome
from tests.builders import NOW


def queued(by: str, **fields: str) -> e.TaskQueued:
    return e.TaskQueued(queue_id=2, by=by, priority=5, skills=(), due_at=NOW, **fields)


LEG = {"leg_id": 1, "agent_id": 2}
LINES: list[tuple[e.Event, str | None]] = [
    (e.TaskAccepted(**LEG), "accepted"),
    (e.TaskStarted(**LEG), "started"),
    (e.TaskStarted(**LEG, follow_up_of=7), "followed_up"),
    (e.TaskTransferred(leg_id=1, from_agent_id=1, queue_id=2), "transferred_to_queue"),
    (e.TaskTransferred(leg_id=1, from_agent_id=1, agent_id=2), "transferred_to_agent"),
    (e.TaskDropped(agent_id=2), "dropped"),
    (e.TaskRequeued(queue_id=2, reason="overflow", queued_at=NOW), "requeued"),
    (e.TaskRequeued(queue_id=2, reason="agent_gone", queued_at=NOW), "requeued"),
    (e.TaskRequeued(queue_id=2, reason="parking_over", queued_at=NOW), "requeued"),
    (e.TaskRequeued(queue_id=2, reason="no_answer", queued_at=NOW), None),
    (e.TaskRequeued(queue_id=2, reason="transfer", queued_at=NOW), None),
    (e.ConferenceRequested(**LEG, expires_at=NOW), "conference_requested"),
    (e.ConferenceJoined(**LEG), "joined"),
    (e.ConferenceCancelled(**LEG), "conference_cancelled"),
    (e.ConferenceLeft(**LEG), "left"),
    (e.ConferenceLeft(**LEG, removed=True), "removed"),
    (e.CustomerLeft(), "customer_left"),
    (e.CustomerReturned(), "customer_returned"),
    (e.TaskParked(agent_id=2, until=NOW), "parked"),
    (e.TaskResumed(agent_id=2), "resumed"),
    (e.TaskEnded(reason=EndReason.HANDLED, by="agent", agent_id=2), "ended_by_agent"),
    (e.TaskEnded(reason=EndReason.ABANDONED, by="customer"), "abandoned"),
    (e.TaskEnded(reason=EndReason.TIMED_OUT, by="system"), "timed_out"),
    (e.TaskEnded(reason=EndReason.CLOSED, by="system"), "closed"),
    (e.TaskOffered(**LEG, origin=LegOrigin.ROUTED, expires_at=NOW), None),
    (e.OfferExpired(**LEG), None),
    (e.OfferWithdrawn(**LEG, reason="customer_left"), None),
    (e.AgentMissedOffer(agent_id=2, per_channel=False), None),
    (e.WrapUpStarted(**LEG, outcome=LegOutcome.HANDLED, due_at=None), None),
    (e.WrapUpSubmitted(**LEG, reason_ids=(1,), by_timer=False), None),
    (e.WrapUpTimerCancelled(**LEG), None),
    (e.TaskRead(**LEG, seq=1, inbound_seq=1), None),
    (e.TaskWidened(stage=1, due_at=NOW), None),
    (e.CustomerReminded(stage=1, text="?", due_at=None), None),
    (e.DeadlineSet(due_at=NOW, due_for=DueFor.GRACE), None),
    (e.VariablesSet(workflow_id=1, values=(("status", "sent"),)), None),
    (e.VariablesEdited(agent_id=1, names=("city",), values=(("city", "Rome"),)), None),
    (e.SupervisorJoined(**LEG), "joined"),
    (e.TaskTakenOver(**LEG, from_leg_id=2, from_agent_id=1), "taken_over"),
    (e.TaskReassigned(supervisor_id=3, agent_id=2), "reassigned_to_agent"),
    (e.TaskReassigned(supervisor_id=3, queue_id=2), "reassigned_to_queue"),
    (e.TaskPrioritised(supervisor_id=3, priority=1), "prioritised"),
    (queued("answer", answer="Returns"), "menu_answered"),
    (queued("not_understood"), "menu_unanswered"),
    (queued("time"), "menu_unanswered"),
    (queued("customer_left"), None),
    (queued("taken_back"), None),
    (e.MenuAsked(repeats=1, due_at=NOW), None),
    (e.TaskNeedsAttention(reason="agent_gone", due_at=NOW + timedelta(minutes=5)), None),
]
IN_THE_CHAT = {
    "accepted",
    "joined",
    "taken_over",
    "left",
    "removed",
    "ended_by_agent",
    "customer_left",
    "abandoned",
    "timed_out",
    "closed",
}
"""Lines that the visitor of a website sees; on other channels lines are for agents only."""


def test_every_event_is_considered() -> None:
    kinds = {x for x in vars(e).values() if isinstance(x, type) and issubclass(x, e.Event)}
    assert {type(event) for event, _ in LINES} == kinds - {e.Event}


@pytest.mark.parametrize(("event", "code"), LINES, ids=lambda x: getattr(x, "kind", x))
@pytest.mark.parametrize("channel", ChannelType)
def test_line(event: e.Event, code: str | None, channel: ChannelType) -> None:
    # Seed: "The customer and you can see a message that an agent has joined the chat."
    # Seed: "In that case, the customer sees a message saying that the agent has left the chat."
    # Seed: "You can see a message that an agent has joined the chat."
    line = announcement_for(event, CAPABILITIES[channel])
    if code is None:
        assert line is None
        return
    assert line is not None
    announcement, customer_sees = line
    assert announcement.code == code
    assert customer_sees == (channel is ChannelType.WEBCHAT and code in IN_THE_CHAT)


def test_lines_name_who_and_where() -> None:
    event = e.TaskTransferred(leg_id=1, from_agent_id=1, agent_id=2)
    line = announcement_for(event, CAPABILITIES[ChannelType.WEBCHAT])
    assert line is not None
    assert dict(line[0].params) == {"agent_id": 2, "from_agent_id": 1}
