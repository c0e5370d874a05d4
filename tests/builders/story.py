"""A situation that goes on: commands are decided and folded, time passes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from rapport.domain.agent import Agent
from rapport.domain.commands import Command, NoteAgentSpoke, NoteCustomerSpoke, NoteTakenBack
from rapport.domain.decide import decide
from rapport.domain.errors import Refused
from rapport.domain.events import CustomerReminded, Event
from rapport.domain.evolve import fold
from rapport.domain.situation import Situation
from rapport.domain.task import Task
from tests.builders.situations import a_situation


def unanswered_since(s: Situation, command: Command, events: Sequence[Event]) -> datetime | None:
    """Since when the customer is silent after a command, as the thread would say it."""
    if isinstance(command, NoteCustomerSpoke | NoteTakenBack):
        return None
    reminded = any(isinstance(event, CustomerReminded) for event in events)
    return s.now if reminded or isinstance(command, NoteAgentSpoke) else s.unanswered_since


class Story:
    """One task's life, step by step."""

    def __init__(self, task: Task, *args: Any, **fields: Any) -> None:
        self.situation: Situation = a_situation(task, *args, **fields)

    @property
    def task(self) -> Task:
        return self.situation.task

    def agent(self, agent_id: int) -> Agent:
        return self.situation.agents[agent_id]

    def do(self, command: Command) -> Sequence[Event]:
        """Decide and fold; the events."""
        s = self.situation
        events = decide(s, command)
        task, agents = fold(s.task, s.agents, events, s.now)
        since = unanswered_since(s, command, events)
        self.situation = replace(s, task=task, agents=agents, unanswered_since=since)
        return events

    def kinds(self, command: Command) -> list[str]:
        """Decide and fold; the names of the events."""
        return [event.kind for event in self.do(command)]

    def refused(self, command: Command) -> str:
        """The code with which it is refused; nothing has changed."""
        before = self.situation
        with pytest.raises(Refused) as refusal:
            self.do(command)
        assert self.situation == before
        return refusal.value.code

    def later(self, **time: float) -> Story:
        """Let time pass."""
        self.situation = replace(self.situation, now=self.situation.now + timedelta(**time))
        return self

    def with_agent(self, agent: Agent) -> Story:
        """An agent changed by something else."""
        self.situation = replace(self.situation, agents={**self.situation.agents, agent.id: agent})
        return self
