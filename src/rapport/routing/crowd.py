"""Everybody who is free, sorted and indexed once per pass: where the lines come from."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

from rapport.routing.lines import ByPreference, ByReadiness, InCircle, Line
from rapport.routing.rules import QueueRule, Strategy
from rapport.routing.snapshot import FreeAgent, WaitingTask


class Crowd:
    """The free agents at the beginning of a pass."""

    def __init__(self, agents: Sequence[FreeAgent], now: float) -> None:
        self._now = now
        self._everyone = sorted(agents, key=attrgetter("ready_since", "id"))
        self._skilled: dict[int, list[FreeAgent]] | None = None

    def line(self, task: WaitingTask, rule: QueueRule) -> Line:
        """The line for every task of this one's bucket."""
        slot = task.kind.slot
        eligible = self._eligible(task, rule)
        if rule.strategy is Strategy.CIRCULAR:
            return InCircle(eligible, slot)
        if rule.strategy is Strategy.AGENT_BASED:
            places = {agent_id: place for place, agent_id in enumerate(rule.agents)}
            ranks = [places.get(agent.id, len(places)) for agent in eligible]
        elif rule.strategy is Strategy.SKILLS_BEST:
            wanted = [skill for skill, _ in task.skills]
            ranks = [-sum(a.skills.get(skill, 0) for skill in wanted) for a in eligible]
        else:
            return ByReadiness(eligible, slot, self._now)
        tiers: dict[int, list[FreeAgent]] = {}
        for rank, agent in zip(ranks, eligible, strict=True):
            tiers.setdefault(rank, []).append(agent)
        return ByPreference([tiers[rank] for rank in sorted(tiers)], slot, self._now)

    def _eligible(self, task: WaitingTask, rule: QueueRule) -> list[FreeAgent]:
        """Who may serve every task of this bucket, longest ready first; room is seen to later."""
        preferred = task.preferred_agent_id
        if preferred is not None:
            return [agent for agent in self._everyone if agent.id == preferred]
        wanted = rule.skills_at(task.stage, task.skills)
        free = self._having(wanted[0][0]) if wanted else self._everyone
        for skill, level in wanted:
            free = [agent for agent in free if agent.skills.get(skill, 0) >= level]
        if rule.strategy is Strategy.AGENT_BASED:
            named = frozenset(rule.agents)
            free = [agent for agent in free if agent.id in named]
        elif (teams := rule.teams_at(task.stage)) is not None:
            free = [agent for agent in free if not teams.isdisjoint(agent.teams)]
        return free

    def _having(self, skill: int) -> list[FreeAgent]:
        if self._skilled is None:
            self._skilled = {}
            for agent in self._everyone:
                for has in agent.skills:
                    self._skilled.setdefault(has, []).append(agent)
        return self._skilled.get(skill, [])
