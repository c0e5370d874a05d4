"""What a routing pass is given: who is free and who waits, at one moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from rapport.domain.agent import REALTIME, CapacityMode
from rapport.domain.channel import ChannelKind
from rapport.routing.rules import Skills

_REALTIME_SLOTS = tuple(kind.slot for kind in REALTIME)


@dataclass(slots=True)
class FreeAgent:
    """An agent to whom routing may offer work; `used` is changed while deciding."""

    id: int
    ready_since: float
    used: list[int]
    capacity: Sequence[int]
    mode: CapacityMode = CapacityMode.BLENDED
    teams: frozenset[int] = frozenset()
    skills: Mapping[int, int] = field(default_factory=dict)
    blocked: frozenset[int] = frozenset()
    """Capacity slots that are in RONA."""

    def has_room(self, slot: int) -> bool:
        """Whether one more leg of this kind fits."""
        used = self.used
        if used[slot] >= self.capacity[slot] or slot in self.blocked:
            return False
        if self.mode is CapacityMode.BLENDED:
            return True
        if self.mode is CapacityMode.EXCLUSIVE:
            return not any(used)
        return slot not in _REALTIME_SLOTS or not any(
            used[other] for other in _REALTIME_SLOTS if other != slot
        )


@dataclass(frozen=True, slots=True)
class WaitingTask:
    """A queued task as routing sees it.

    `excluded` agents still have a part in it: who has just transferred it wraps it up.
    """

    id: int
    epoch: int
    bucket: str
    rank_at: datetime
    queue_id: int
    kind: ChannelKind
    stage: int = 0
    skills: Skills = ()
    preferred_agent_id: int | None = None
    excluded: frozenset[int] = frozenset()
