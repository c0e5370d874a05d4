"""A routing pass: read a bounded snapshot, decide, claim what was decided (R1, R2).

Several routers may run at once: the claim is atomic, and who loses sees the truth next time.
"""

from __future__ import annotations

from dataclasses import replace

from rapport.application.ports import Claim, OfferBoard, Services
from rapport.domain.deadlines import offer_deadline
from rapport.domain.policy import QueuePolicy
from rapport.routing.engine import FreeAgent, decide

PER_BUCKET = range(64, 1025)
"""How many tasks of one bucket a pass looks at: as many as there is room for, within this."""


async def offer_tasks(services: Services, board: OfferBoard) -> int:
    """Offer waiting tasks to free agents.

    Returns:
        How many offers were made; call again at once if there were any.
    """
    configuration = services.configuration.current
    agents = [with_teams_and_skills(a, services) for a in await board.free_agents()]
    if not agents:
        return 0
    room = sum(sum(a.capacity) - sum(a.used) for a in agents)
    tasks = await board.waiting(min(max(room, PER_BUCKET[0]), PER_BUCKET[-1]))
    if not tasks:
        return 0
    decisions = decide(tasks, agents, configuration.queue_rules, await board.last_served())
    if not decisions:
        return 0
    now = services.clock.now()
    by_id = {task.id: task for task in tasks}
    leg_ids = await services.store.new_ids(len(decisions))
    claims = []
    for decision, leg_id in zip(decisions, leg_ids, strict=True):
        task = by_id[decision.task_id]
        queue = configuration.queues.get(task.queue_id)
        expires_at = offer_deadline(queue or QueuePolicy(id=task.queue_id), task.kind, now)
        claims.append(Claim(task.id, decision.epoch, decision.agent_id, leg_id, expires_at))
    return len(await board.claim(claims, now))


def with_teams_and_skills(agent: FreeAgent, services: Services) -> FreeAgent:
    """The agent as configured; without room if there is no such person any more."""
    user = services.configuration.current.users.get(agent.id)
    if user is None:
        return replace(agent, capacity=(0,) * len(agent.capacity))
    return replace(
        agent,
        teams=frozenset(user.teams),
        skills={level.skill: level.level for level in user.skills},
    )
