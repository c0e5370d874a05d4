"""What has happened to a task: the append-only log's vocabulary (T12).

`kind` is the name in the log, the stream and every report.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from rapport.domain.frozen import dataclass
from rapport.domain.task import DueFor, EndReason, LegOrigin, LegOutcome, SkillRequirement


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A fact about one task."""

    kind: ClassVar[str]
    transition: ClassVar[bool] = True
    """Whether the task's epoch moves on, so that commands and timers decided before are stale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskOffered(Event):
    """It rings at one agent, who would own it."""

    kind: ClassVar[str] = "task.offered"
    leg_id: int
    agent_id: int
    origin: LegOrigin
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskAccepted(Event):
    """The agent owns it now."""

    kind: ClassVar[str] = "task.accepted"
    leg_id: int
    agent_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskStarted(Event):
    """An agent began it by writing to the customer, and owns it: it has never rung."""

    kind: ClassVar[str] = "task.started"
    leg_id: int
    agent_id: int
    follow_up_of: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferExpired(Event):
    """Nobody answered in time."""

    kind: ClassVar[str] = "offer.expired"
    leg_id: int
    agent_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferWithdrawn(Event):
    """It was taken back."""

    kind: ClassVar[str] = "offer.withdrawn"
    leg_id: int
    agent_id: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentMissedOffer(Event):
    """RONA, for the whole agent or one channel kind."""

    kind: ClassVar[str] = "agent.rona"
    transition: ClassVar[bool] = False
    agent_id: int
    per_channel: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRequeued(Event):
    """It waits again, with its place in the line."""

    kind: ClassVar[str] = "task.requeued"
    queue_id: int
    reason: str
    queued_at: datetime
    waiting_since: datetime | None = None
    """None: a new wait, that begins with `queued_at`."""
    overflowed_from: tuple[int, ...] = ()
    preferred_agent_id: int | None = None
    stage: int = 0
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskTransferred(Event):
    """The owner handed it on; their leg wraps up."""

    kind: ClassVar[str] = "task.transferred"
    leg_id: int
    from_agent_id: int
    queue_id: int | None = None
    agent_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDropped(Event):
    """A transferred task that was not accepted has ended."""

    kind: ClassVar[str] = "task.dropped"
    agent_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskEnded(Event):
    """No more messages join it."""

    kind: ClassVar[str] = "task.ended"
    reason: EndReason
    by: Literal["agent", "customer", "system"]
    agent_id: int | None = None
    text: str | None = None
    """What the customer is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConferenceRequested(Event):
    """It rings at the agent who is asked in."""

    kind: ClassVar[str] = "conference.requested"
    leg_id: int
    agent_id: int
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ConferenceJoined(Event):
    """Two agents and the customer."""

    kind: ClassVar[str] = "conference.joined"
    leg_id: int
    agent_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConferenceCancelled(Event):
    """The owner took the request back."""

    kind: ClassVar[str] = "conference.cancelled"
    leg_id: int
    agent_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConferenceLeft(Event):
    """The invited agent is out, by their own will or removed by the owner."""

    kind: ClassVar[str] = "conference.exited"
    leg_id: int
    agent_id: int
    removed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapUpStarted(Event):
    """The agent's part is over but for the reasons."""

    kind: ClassVar[str] = "wrap_up.started"
    leg_id: int
    agent_id: int
    outcome: LegOutcome
    due_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapUpSubmitted(Event):
    """The agent's part is over; capacity is free."""

    kind: ClassVar[str] = "wrap_up.submitted"
    leg_id: int
    agent_id: int
    reason_ids: tuple[int, ...]
    by_timer: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapUpTimerCancelled(Event):
    """The agent wraps up by hand."""

    kind: ClassVar[str] = "wrap_up.timer_cancelled"
    transition: ClassVar[bool] = False
    leg_id: int
    agent_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskParked(Event):
    """Put aside; uses no capacity."""

    kind: ClassVar[str] = "task.parked"
    agent_id: int
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskResumed(Event):
    """Taken up again."""

    kind: ClassVar[str] = "task.resumed"
    agent_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRead(Event):
    """An agent has read the thread up to here."""

    kind: ClassVar[str] = "task.read"
    transition: ClassVar[bool] = False
    leg_id: int
    agent_id: int
    seq: int
    inbound_seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerLeft(Event):
    """The customer has ended their side of an active conversation."""

    kind: ClassVar[str] = "customer.left"
    transition: ClassVar[bool] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerReturned(Event):
    """The customer is back before the agent's End."""

    kind: ClassVar[str] = "customer.returned"
    transition: ClassVar[bool] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskWidened(Event):
    """More agents may be asked: the next distribution group or relaxation."""

    kind: ClassVar[str] = "task.widened"
    stage: int
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerReminded(Event):
    """A silent customer got a reminder."""

    kind: ClassVar[str] = "customer.reminded"
    transition: ClassVar[bool] = False
    stage: int
    text: str
    due_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuAsked(Event):
    """The entry point's question is asked again; `repeats` counts how often."""

    kind: ClassVar[str] = "menu.asked"
    transition: ClassVar[bool] = False
    repeats: int
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskQueued(Event):
    """The question is over, and the wait begins.

    `by`: answer, not_understood, time, customer_left, or taken_back where nobody asks any more.
    """

    kind: ClassVar[str] = "task.queued"
    queue_id: int
    by: str
    priority: int
    skills: tuple[SkillRequirement, ...]
    answer: str | None = None
    """The label of the choice."""
    values: tuple[tuple[str, str], ...] = ()
    """Variables that the answer sets."""
    preferred_agent_id: int | None = None
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineSet(Event):
    """When the task must be looked at next; None where a person is responsible."""

    kind: ClassVar[str] = "task.deadline_set"
    transition: ClassVar[bool] = False
    due_at: datetime | None
    due_for: DueFor | None = None
    reminded: int = 0
    """How often a customer who is still silent has been reminded by now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VariablesSet(Event):
    """A workflow's answer has set variables of the task."""

    kind: ClassVar[str] = "task.variables_set"
    transition: ClassVar[bool] = False
    workflow_id: int
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VariablesEdited(Event):
    """An agent has corrected variables of the task."""

    kind: ClassVar[str] = "task.variables_edited"
    transition: ClassVar[bool] = False
    agent_id: int
    names: tuple[str, ...]
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskNeedsAttention(Event):
    """Supervisors are told."""

    kind: ClassVar[str] = "task.needs_attention"
    transition: ClassVar[bool] = False
    reason: str
    due_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisorJoined(Event):
    """A supervisor takes part beside the owner."""

    kind: ClassVar[str] = "supervisor.joined"
    leg_id: int
    agent_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskTakenOver(Event):
    """A supervisor owns it; whoever did before is out."""

    kind: ClassVar[str] = "task.taken_over"
    leg_id: int
    agent_id: int
    from_leg_id: int
    from_agent_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskReassigned(Event):
    """A supervisor gave it to another agent or queue."""

    kind: ClassVar[str] = "task.reassigned"
    supervisor_id: int
    from_agent_id: int | None = None
    agent_id: int | None = None
    queue_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskPrioritised(Event):
    """A supervisor made it more or less urgent."""

    kind: ClassVar[str] = "task.prioritised"
    transition: ClassVar[bool] = False
    supervisor_id: int
    priority: int
