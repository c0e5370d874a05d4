"""Random policies and people."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from rapport.domain.agent import Agent, CapacityMode
from rapport.domain.channel import KINDS
from rapport.domain.hours import Hours
from rapport.domain.policy import (
    GonePolicy,
    HoursClose,
    Overflow,
    QueuePolicy,
    Relaxation,
    Silence,
    UnansweredTransfer,
)
from tests.builders.agents import an_agent
from tests.builders.policies import a_queue

CLOSES_SOON = Hours(zone=ZoneInfo("UTC"), week=(((time(8), time(9, 1)),),) * 7)
"""Open when the stories begin, a minute longer."""


def maybe(*seconds: int) -> st.SearchStrategy[timedelta | None]:
    return st.sampled_from([None, *(timedelta(seconds=s) for s in seconds)])


@st.composite
def queues(draw: Any, queue_id: int) -> QueuePolicy:
    """Any policies, also such as contradict each other."""
    reminders = tuple(
        (timedelta(seconds=20), "Still there?") for _ in range(draw(st.integers(0, 3)))
    )
    overflow = draw(st.sampled_from([None, 1, 2, 77]))
    return a_queue(
        queue_id,
        unanswered_transfer=draw(st.sampled_from(UnansweredTransfer)),
        rona_per_channel=draw(st.booleans()),
        reason_required=draw(st.booleans()),
        auto_wrap_up=draw(maybe(15)),
        auto_wrap_up_cancellable=draw(st.booleans()),
        relaxations=draw(
            st.sampled_from([(), (Relaxation(after=timedelta(seconds=40), lower_by=2),)])
        ),
        overflow=overflow and Overflow(queue_id=overflow, after=draw(maybe(50)), length=1),
        time_out=draw(maybe(120)),
        hours=draw(st.sampled_from([None, CLOSES_SOON])),
        when_hours_close=draw(st.sampled_from(HoursClose)),
        silence=Silence(reminders=reminders, close_after=draw(maybe(20))),
        gone=draw(st.sampled_from(GonePolicy)),
        gone_grace=timedelta(seconds=60),
        self_assign=draw(st.booleans()),
        last_agent_wait=draw(maybe(25)) or timedelta(0),
    )


@st.composite
def people(draw: Any, agent_id: int) -> Agent:
    capacity = tuple(draw(st.sampled_from([2, 1, 0])) for _ in KINDS)
    return an_agent(agent_id, mode=draw(st.sampled_from(CapacityMode)), capacity=capacity)
