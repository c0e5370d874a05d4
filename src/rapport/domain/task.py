"""A task and its legs: the states of DOMAIN §3, and what is open in them.

    task:  (asking ->) queued -> offered -> active -> ended
    leg:   offered -> active -> wrapping up -> closed

The task is the routed work, a leg one agent's part in it. Wrap-up, capacity and timers belong to
the leg; a task has ended while its agents still wrap up.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from rapport.domain.channel import CAPABILITIES, ChannelKind, ChannelType
from rapport.domain.frozen import dataclass


class TaskState(StrEnum):
    """Where a task is between arrival and end."""

    ASKING = "asking"
    """The customer is asked what it is about; it waits in no queue yet."""
    QUEUED = "queued"
    OFFERED = "offered"
    ACTIVE = "active"
    ENDED = "ended"


class EndReason(StrEnum):
    """Why a task has ended."""

    HANDLED = "handled"
    ABANDONED = "abandoned"
    DROPPED = "dropped"
    TIMED_OUT = "timed_out"
    CLOSED = "closed"


class DueFor(StrEnum):
    """What a task's `due_at` is for."""

    WAITING = "waiting"
    SILENCE = "silence"
    PARKING = "parking"
    GRACE = "grace"
    ANSWER = "answer"


class LegState(StrEnum):
    """Where one agent's part is."""

    OFFERED = "offered"
    ACTIVE = "active"
    WRAPPING_UP = "wrapping_up"
    CLOSED = "closed"


class LegRole(StrEnum):
    """The owner answers for the task; the invited agent is in a conference."""

    OWNER = "owner"
    INVITED = "invited"


class LegOrigin(StrEnum):
    """How the task came to the agent."""

    ROUTED = "routed"
    TRANSFER = "transfer"
    CONFERENCE = "conference"
    SELF_ASSIGNED = "self_assigned"
    RETURNED = "returned"
    SUPERVISOR = "supervisor"
    REASSIGNED = "reassigned"
    OUTBOUND = "outbound"


class LegOutcome(StrEnum):
    """What became of a leg."""

    HANDLED = "handled"
    TRANSFERRED = "transferred"
    EXITED = "exited"
    REMOVED = "removed"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    REQUEUED = "requeued"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One agent's part in a task."""

    id: int
    agent_id: int
    queue_id: int
    """The queue the task was in when it came to the agent: their wrap-up follows it."""
    role: LegRole
    origin: LegOrigin
    state: LegState
    outcome: LegOutcome | None = None
    offered_at: datetime
    accepted_at: datetime | None = None
    wrap_up_at: datetime | None = None
    closed_at: datetime | None = None
    due_at: datetime | None = None
    """Offered: when it expires (RONA). Wrapping up: when it submits itself."""
    reason_ids: tuple[int, ...] = ()
    parked: bool = False
    read_seq: int = 0
    read_inbound_seq: int = 0
    left_seq: int | None = None
    """The last message of the conversation that this agent may see, once they have left."""

    @property
    def open(self) -> bool:
        """Whether the agent is still part of the task."""
        return self.state is not LegState.CLOSED

    @property
    def uses_capacity(self) -> bool:
        """Offered, active and wrapping up count; a parked one does not."""
        return self.open and not self.parked


_LIVELINESS = {
    LegState.ACTIVE: 3,
    LegState.OFFERED: 2,
    LegState.WRAPPING_UP: 1,
    LegState.CLOSED: 0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillRequirement:
    """A skill that the agent must have at this level (1 to 10) or higher."""

    skill_id: int
    level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One routed unit of work, from arrival to its end.

    `epoch` counts state transitions and guards commands, claims and timers; `version` counts
    every change and orders what browsers hold.
    """

    id: int
    version: int
    epoch: int
    state: TaskState
    end_reason: EndReason | None = None
    conversation_id: int
    contact_id: int
    account_id: int
    channel: ChannelType
    queue_id: int
    priority: int
    arrived_at: datetime
    """Orders the queue together with the priority; kept on every return."""
    queued_at: datetime
    """Since when it waits in this queue: stages and overflow count from here."""
    waiting_since: datetime
    """Since when the customer waits, over all queues it has overflowed from."""
    overflowed_from: tuple[int, ...] = ()
    """Queues that it has left by overflow in this wait; it does so once at most."""
    accepted_at: datetime | None = None
    answered_at: datetime | None = None
    """When an agent first wrote to the customer, or what could be taken back first left."""
    ended_at: datetime | None = None
    customer_left_at: datetime | None = None
    customer_opted_out_at: datetime | None = None
    parked_until: datetime | None = None
    due_at: datetime | None = None
    due_for: DueFor | None = None
    stage: int = 0
    """How often distribution groups have widened or skills relaxed."""
    silence_stage: int = 0
    """How often the customer was reminded; before the queue: how often asked again."""
    preferred_agent_id: int | None = None
    skills: tuple[SkillRequirement, ...] = ()
    variables: tuple[tuple[str, str], ...] = ()
    variable_sources: tuple[tuple[str, str], ...] = ()
    """Who set a variable: `workflow:<id>` or `agent:<id>`; the others came with the contact."""
    outbound: bool = False
    """Started by an agent: it has never waited, so no report counts it as arrived or offered."""
    follow_up_of: int | None = None
    """The ended task that it follows up, in the same conversation."""
    legs: tuple[Leg, ...] = ()

    @property
    def kind(self) -> ChannelKind:
        """The kind whose capacity it uses."""
        return CAPABILITIES[self.channel].kind

    @property
    def open_legs(self) -> tuple[Leg, ...]:
        """Legs that are not closed, in order of creation."""
        return tuple(leg for leg in self.legs if leg.open)

    @property
    def owner(self) -> Leg | None:
        """The leg of the agent who answers for the task now."""
        return self._leg(LegRole.OWNER, LegState.ACTIVE)

    @property
    def offer(self) -> Leg | None:
        """The owner's offer that rings, if any. A conference request is not one."""
        return self._leg(LegRole.OWNER, LegState.OFFERED)

    @property
    def invited(self) -> Leg | None:
        """The conference's leg, requested or joined."""
        return self._leg(LegRole.INVITED, LegState.OFFERED) or self._leg(
            LegRole.INVITED, LegState.ACTIVE
        )

    @property
    def may_overflow(self) -> bool:
        """Whether its queue may send it on: not twice in one wait."""
        return self.queue_id not in self.overflowed_from

    @property
    def serves_messages(self) -> bool:
        """Whether a message from the customer joins this task (T1)."""
        return self.state is not TaskState.ENDED

    def leg(self, leg_id: int) -> Leg | None:
        """The leg with this id."""
        return next((leg for leg in self.legs if leg.id == leg_id), None)

    def leg_of(self, agent_id: int) -> Leg | None:
        """The agent's part that matters now: what is live before what wraps up, then the newest.

        One agent may hold two: a task transferred away comes back while they still wrap up.
        """
        mine = [leg for leg in self.legs if leg.agent_id == agent_id]
        return max(mine, key=lambda leg: (_LIVELINESS[leg.state], leg.id), default=None)

    def wrap_up_of(self, agent_id: int) -> Leg | None:
        """What the agent has to wrap up, the earliest first, whatever else they hold."""
        mine = (leg for leg in self.legs if leg.agent_id == agent_id)
        return next((leg for leg in mine if leg.state is LegState.WRAPPING_UP), None)

    def _leg(self, role: LegRole, state: LegState) -> Leg | None:
        return next((x for x in self.legs if x.role is role and x.state is state), None)
