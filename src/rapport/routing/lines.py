"""The agents of one bucket in order of preference, while a pass goes on.

Who has been offered something is ready later than everybody else, so that a sorted list stays
sorted but for those who were served since: they are passed over when met and stand in the next
list, sorted once, when this one has run out. No entry is moved per decision.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import islice
from operator import attrgetter
from typing import Protocol

from rapport.routing.snapshot import FreeAgent

_ready_since = attrgetter("ready_since")


class Line(Protocol):
    """Whom to ask for a task of one bucket."""

    @property
    def slot(self) -> int:
        """The capacity slot of its tasks."""

    def next(
        self, excluded: frozenset[int], last_agent_id: int | None, now: float
    ) -> FreeAgent | None:
        """The agent to ask, who stays in the line; None if nobody has room.

        Args:
            last_agent_id: Whom the queue asked last.
            now: The readiness of who was served last; who is served next gets a later one.
        """


class ByReadiness:
    """Longest ready first; of equals the lower id."""

    __slots__ = ("_agents", "_as_of", "_at", "_later", "slot")

    def __init__(self, agents: Sequence[FreeAgent], slot: int, as_of: float) -> None:
        """Take agents in the order that they had at `as_of`; some may have been served since."""
        self.slot = slot
        self._agents = agents
        self._as_of = as_of
        self._at = 0
        self._later: list[FreeAgent] = []

    @property
    def exhausted(self) -> bool:
        """Whether nobody is left, whoever the task excludes."""
        return self._at >= len(self._agents) and not self._later

    def next(
        self, excluded: frozenset[int], last_agent_id: int | None, now: float
    ) -> FreeAgent | None:
        """See `Line`; nobody's room grows in a pass, so that who has none leaves."""
        del last_agent_id
        while not self.exhausted:
            agents, slot, as_of, later = self._agents, self.slot, self._as_of, self._later
            for at in range(self._at, len(agents)):
                agent = agents[at]
                if agent.ready_since > as_of:
                    later.append(agent)
                elif agent.has_room(slot):
                    self._at = at
                    if agent.id in excluded:
                        return self._beyond(excluded, now)
                    return agent
            self._at = len(agents)
            self._renew(now)
        return None

    def _beyond(self, excluded: frozenset[int], now: float) -> FreeAgent | None:
        """The first who is not excluded; those passed over keep their place."""
        for _ in range(2):
            for agent in islice(self._agents, self._at, None):
                served = agent.ready_since > self._as_of
                if not served and agent.id not in excluded and agent.has_room(self.slot):
                    return agent
            self._renew(now)
        return None

    def _renew(self, now: float) -> None:
        """A new list: who was not met yet, then the served in the order of serving."""
        agents = [*islice(self._agents, self._at, None), *self._later]
        # Equals were never served, and stand in the order of their ids already.
        agents.sort(key=_ready_since)
        self._agents, self._at, self._later = agents, 0, []
        self._as_of = max(now, agents[-1].ready_since) if agents else now


class ByPreference:
    """Tiers of equal preference; within a tier the longest ready first."""

    __slots__ = ("_first", "_tiers", "slot")

    def __init__(self, tiers: Sequence[Sequence[FreeAgent]], slot: int, as_of: float) -> None:
        self.slot = slot
        self._tiers = [ByReadiness(tier, slot, as_of) for tier in tiers]
        self._first = 0

    def next(
        self, excluded: frozenset[int], last_agent_id: int | None, now: float
    ) -> FreeAgent | None:
        """See `Line`."""
        tiers = self._tiers
        while self._first < len(tiers) and tiers[self._first].exhausted:
            self._first += 1
        for tier in islice(tiers, self._first, None):
            agent = tier.next(excluded, last_agent_id, now)
            if agent is not None:
                return agent
        return None


class InCircle:
    """By id, from the one after who was asked last."""

    __slots__ = ("_agents", "_ids", "slot")

    def __init__(self, agents: Sequence[FreeAgent], slot: int) -> None:
        self.slot = slot
        self._agents = sorted(agents, key=attrgetter("id"))
        self._ids = [agent.id for agent in self._agents]

    def next(
        self, excluded: frozenset[int], last_agent_id: int | None, now: float
    ) -> FreeAgent | None:
        """See `Line`; who has no room leaves the circle."""
        del now
        agents, ids = self._agents, self._ids
        at = bisect_right(ids, last_agent_id) if last_agent_id is not None else 0
        passed_over = 0
        while passed_over < len(agents):
            at = at if at < len(agents) else 0
            agent = agents[at]
            if not agent.has_room(self.slot):
                del agents[at], ids[at]
            elif agent.id in excluded:
                at += 1
                passed_over += 1
            else:
                return agent
        return None
