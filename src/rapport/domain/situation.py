"""What a decision may look at: the task, the agents it concerns, the policies, the time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from rapport.domain.agent import Agent
from rapport.domain.errors import Refused
from rapport.domain.policy import AccountPolicy, QueuePolicy, Silence
from rapport.domain.task import Leg, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """A consistent view, read under the task's lock.

    `agents` holds every agent whose state the decision may read or change; `queues` the task's
    queue, those of its legs and any that it may move to; `supervisors` those agents who are
    supervisors. To whom a queue offers next is routing's business, not decided here.
    """

    task: Task
    agents: Mapping[int, Agent]
    queues: Mapping[int, QueuePolicy]
    account: AccountPolicy
    now: datetime
    supervisors: frozenset[int] = field(default_factory=frozenset)
    only_supervisors: frozenset[int] = field(default_factory=frozenset)
    """Those of them who are no agents themselves."""
    open_queues: frozenset[int] | None = None
    """Queues that are open and serve the channel; None where it does not matter."""
    queue_length: int = 0
    teams: Mapping[int, frozenset[int]] = field(default_factory=dict)
    """Each agent's teams."""
    unanswered_since: datetime | None = None
    """When something last reached the customer, if it is their turn; read for who asks it."""

    @property
    def queue(self) -> QueuePolicy:
        """The policy of the queue the task is in."""
        return self.queues[self.task.queue_id]

    @property
    def silence(self) -> Silence:
        """Reminders and end for a silent customer: the account's own, else the queue's."""
        return self.queue.silence if self.account.silence is None else self.account.silence

    def queue_of(self, leg: Leg) -> QueuePolicy:
        """The queue that the leg was served for, wherever the task is now."""
        return self.queues[leg.queue_id]

    def agent(self, agent_id: int) -> Agent:
        """An agent of the situation; refused if there is none by that id."""
        agent = self.agents.get(agent_id)
        if agent is None:
            raise Refused("target_unknown", "That agent does not exist.")
        return agent

    def leg_of(self, agent_id: int) -> Leg:
        """The agent's leg; the permission check has seen that there is one."""
        leg = self.task.leg_of(agent_id)
        if leg is None:
            raise Refused("not_your_task", "You have no part in this conversation.")
        return leg
