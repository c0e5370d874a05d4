"""Situations: a task, its agents with the load that its legs cause, policies and the time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from rapport.domain.agent import Agent
from rapport.domain.policy import AccountPolicy, QueuePolicy, account_policy
from rapport.domain.situation import Situation
from rapport.domain.task import Task
from tests.builders.agents import an_agent
from tests.builders.policies import a_queue
from tests.builders.tasks import NOW


def a_situation(
    task: Task,
    agents: Iterable[Agent] = (),
    queues: Iterable[QueuePolicy] = (),
    *,
    account: AccountPolicy | None = None,
    **fields: Any,
) -> Situation:
    """Agents 1 to 4 and queues 1 and 2 exist besides those given."""
    known = {i: an_agent(i) for i in (1, 2, 3, 4)} | {a.id: a for a in agents}
    for leg in task.legs:
        if leg.uses_capacity:
            known[leg.agent_id] = _loaded(known[leg.agent_id], task)
    return Situation(
        **{
            "task": task,
            "agents": known,
            "queues": {i: a_queue(i) for i in (1, 2)} | {q.id: q for q in queues},
            "account": account or account_policy(task.account_id, task.channel),
            "now": NOW,
            **fields,
        }
    )


def _loaded(agent: Agent, task: Task) -> Agent:
    used = list(agent.used)
    used[task.kind.slot] += 1
    return replace(agent, used=tuple(used))
