"""An agent's state and load: what decides whether another task may be offered.

Source: DOMAIN §1, T3, T10, R1; the seed's note that an agent in RONA receives nothing until
changing to Available by hand.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from rapport.domain.channel import KINDS, ChannelKind
from rapport.domain.errors import Refused


class AgentStatus(StrEnum):
    """Whether work may be offered. Engaged is a label over Available and Idle, not a state."""

    AVAILABLE = "available"
    IDLE = "idle"
    RONA = "rona"
    OFFLINE = "offline"


class CapacityMode(StrEnum):
    """How kinds of channels may be mixed (multimedia profile)."""

    BLENDED = "blended"
    BLENDED_REALTIME = "blended_realtime"
    EXCLUSIVE = "exclusive"


REALTIME = (ChannelKind.CHAT, ChannelKind.SOCIAL)
"""Of these one kind at a time in mode blended real-time; e-mail may run beside it."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A state chosen while engaged, in force when the last leg closes."""

    status: AgentStatus
    idle_code_id: int | None


@dataclass(frozen=True, slots=True)
class Agent:
    """One person's state as an agent. `used` counts offered, active and wrapping-up legs."""

    id: int
    version: int
    status: AgentStatus
    idle_code_id: int | None
    status_since: datetime
    pending: Pending | None
    rona_kinds: frozenset[ChannelKind]
    mode: CapacityMode
    used: tuple[int, ...]
    capacity: tuple[int, ...]
    ready_since: datetime
    """Orders "longest available": the last time the agent became available or got or left work."""
    seen_at: datetime | None = None

    @property
    def engaged(self) -> bool:
        """Whether any leg is open."""
        return any(self.used)

    def accepts(self, kind: ChannelKind) -> bool:
        """Whether routing may offer work of this kind now, capacity aside."""
        return (
            self.status is AgentStatus.AVAILABLE
            and self.pending is None
            and kind not in self.rona_kinds
        )

    def has_room(self, kind: ChannelKind) -> bool:
        """Whether one more leg of this kind fits the multimedia profile."""
        index = kind.slot
        if self.used[index] >= self.capacity[index]:
            return False
        if self.mode is CapacityMode.EXCLUSIVE:
            return not self.engaged
        if self.mode is CapacityMode.BLENDED_REALTIME and kind in REALTIME:
            return not any(self.used[other.slot] for other in REALTIME if other is not kind)
        return True

    def unreachable_reason(self, kind: ChannelKind) -> str | None:
        """Why no task can be handed to this agent now, as a stable code; None if one can."""
        if self.status is not AgentStatus.AVAILABLE:
            return f"agent_{self.status.value}"
        if self.pending is not None:
            return "agent_leaving"
        if kind in self.rona_kinds:
            return "agent_rona"
        return None if self.has_room(kind) else "agent_at_capacity"

    def with_leg(self, kind: ChannelKind, change: int, now: datetime) -> Agent:
        """One leg more (+1) or less (-1); a pending state takes effect with the last."""
        slot = kind.slot
        used = tuple(
            count + change if index == slot else count for index, count in enumerate(self.used)
        )
        if min(used) < 0:
            raise ValueError(f"agent {self.id}: load of {kind} below zero")
        agent = replace(self, used=used, ready_since=now, version=self.version + 1)
        if agent.pending is not None and not agent.engaged:
            pending = agent.pending
            agent = replace(agent, pending=None)
            return agent.into(pending.status, pending.idle_code_id, now)
        return agent

    def into(self, status: AgentStatus, idle_code_id: int | None, now: datetime) -> Agent:
        """In another state from now on; becoming available ends RONA of every kind."""
        return replace(
            self,
            status=status,
            idle_code_id=idle_code_id if status is AgentStatus.IDLE else None,
            status_since=now,
            pending=None,
            rona_kinds=frozenset() if status is not AgentStatus.OFFLINE else self.rona_kinds,
            ready_since=now if status is AgentStatus.AVAILABLE else self.ready_since,
            version=self.version + 1,
        )


def new_agent(agent_id: int, mode: CapacityMode, capacity: tuple[int, ...], now: datetime) -> Agent:
    """An agent who has never signed in."""
    return Agent(
        id=agent_id,
        version=1,
        status=AgentStatus.OFFLINE,
        idle_code_id=None,
        status_since=now,
        pending=None,
        rona_kinds=frozenset(),
        mode=mode,
        used=(0,) * len(KINDS),
        capacity=capacity,
        ready_since=now,
    )


def sign_in(agent: Agent, idle_code_id: int | None, now: datetime) -> Agent:
    """Signing in gives Idle (T10); a second tab or a reload changes nothing.

    It is a sign of life: whoever was last seen yesterday is not gone before their desktop's stream
    is there.
    """
    if agent.status is not AgentStatus.OFFLINE:
        return agent
    return replace(agent.into(AgentStatus.IDLE, idle_code_id, now), seen_at=now)


def sign_out(agent: Agent, *, ringing: bool, now: datetime) -> Agent:
    """Refused while an offer rings (T2) and while a task is held."""
    if ringing:
        raise Refused("offer_ringing", "A request is ringing. Accept it or wait until it has gone.")
    if agent.engaged:
        raise Refused("tasks_open", "End and wrap up your open conversations before signing out.")
    return agent.into(AgentStatus.OFFLINE, None, now)


def change_state(
    agent: Agent, status: AgentStatus, idle_code_id: int | None, now: datetime
) -> Agent:
    """Available or Idle, by the agent's own hand (T10).

    Going idle while engaged stays pending until the last leg closes; nothing new is offered
    meanwhile. Available takes effect at once and cancels what was pending.
    """
    if status not in {AgentStatus.AVAILABLE, AgentStatus.IDLE}:
        raise Refused("state_not_selectable", "Choose Available or an idle code.")
    if agent.status is AgentStatus.OFFLINE:
        raise Refused("agent_offline", "Sign in first.")
    if status is AgentStatus.IDLE and agent.engaged and agent.status is AgentStatus.AVAILABLE:
        pending = Pending(AgentStatus.IDLE, idle_code_id)
        return replace(agent, pending=pending, version=agent.version + 1)
    if status is AgentStatus.AVAILABLE and agent.status is AgentStatus.AVAILABLE:
        return replace(agent, pending=None, rona_kinds=frozenset(), version=agent.version + 1)
    return agent.into(status, idle_code_id, now)


def rona(agent: Agent, kind: ChannelKind, *, per_channel: bool, now: datetime) -> Agent:
    """An offer expired: RONA for the whole agent, or for one kind where so configured (T3)."""
    if agent.status is AgentStatus.OFFLINE:
        return agent
    if per_channel:
        return replace(agent, rona_kinds=agent.rona_kinds | {kind}, version=agent.version + 1)
    return agent.into(AgentStatus.RONA, None, now)


def seen(agent: Agent) -> datetime:
    """The last sign of life."""
    return agent.seen_at or agent.status_since


def disconnect(agent: Agent, now: datetime) -> Agent:
    """No live desktop for the configured time (T10): Offline, whatever is held."""
    return agent.into(AgentStatus.OFFLINE, None, now)
