"""A routing pass: read a bounded snapshot, decide, claim what was decided (R1, R2).

Several routers may run at once: the claim is atomic, and who loses sees the truth next time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from rapport.application.configuration.snapshot import Configuration
from rapport.application.ports import Claim, OfferBoard, Services
from rapport.domain.deadlines import offer_deadline
from rapport.domain.policy import QueuePolicy
from rapport.routing.engine import Decision, FreeAgent, WaitingTask, decide
from rapport.routing.rules import Strategy

PER_BUCKET = range(64, 2049)
"""How many tasks of one bucket a pass looks at: as many as there is room for, within this."""
PART = 256
"""How many claims are one transaction."""
AT_ONCE = 4
"""How many of a pass's transactions may be under way at once; each has a connection."""


async def offer_tasks(services: Services, board: OfferBoard) -> int:
    """Offer waiting tasks to free agents.

    Returns:
        How many offers were made; call again at once if there were any.
    """
    configuration = services.configuration.current
    agents = as_configured(await board.free_agents(if_waiting=True), configuration)
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
    leg_ids = await services.store.new_ids(len(decisions))
    claims = _claims(decisions, leg_ids, tasks, configuration, now)
    room_for = asyncio.Semaphore(AT_ONCE)

    async def claim(part: Sequence[Claim]) -> int:
        async with room_for:
            return len(await board.claim(part, now))

    async with asyncio.TaskGroup() as group:
        made = [group.create_task(claim(part)) for part in _parts(claims)]
    return sum(task.result() for task in made)


def _claims(
    decisions: Sequence[Decision],
    leg_ids: Sequence[int],
    tasks: Sequence[WaitingTask],
    configuration: Configuration,
    now: datetime,
) -> list[Claim]:
    """What the decisions need to become offers."""
    by_id = {task.id: task for task in tasks}
    claims = []
    for decision, leg_id in zip(decisions, leg_ids, strict=True):
        task = by_id[decision.task_id]
        policy = configuration.queues.get(task.queue_id) or QueuePolicy(id=task.queue_id)
        claims.append(
            Claim(
                task_id=task.id,
                epoch=decision.epoch,
                agent_id=decision.agent_id,
                leg_id=leg_id,
                expires_at=offer_deadline(policy, task.kind, now),
                circular=configuration.queue_rules[task.queue_id].strategy is Strategy.CIRCULAR,
            )
        )
    return claims


def _parts(claims: Sequence[Claim]) -> list[Sequence[Claim]]:
    """What can be claimed at the same time: no agent in two parts, not too many claims in one.

    While the database writes one part, the next is made ready. A queue that goes round in a
    circle notes whom it asked last: where there is one, the order must hold.
    """
    count = -(-len(claims) // PART)
    if count < 2 or any(claim.circular for claim in claims):
        return [claims]
    parts: list[list[Claim]] = [[] for _ in range(count)]
    part_of: dict[int, list[Claim]] = {}
    for claim in claims:
        part_of.setdefault(claim.agent_id, parts[len(part_of) % count]).append(claim)
    return [part for part in parts if part]


def as_configured(agents: Sequence[FreeAgent], configuration: Configuration) -> list[FreeAgent]:
    """Agents with their teams and skills, without those who are not known any more."""
    teams, skills = configuration.teams_of, configuration.skills_of
    known = [agent for agent in agents if agent.id in teams]
    for agent in known:
        agent.teams, agent.skills = teams[agent.id], skills[agent.id]
    return known
