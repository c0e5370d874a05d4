"""Queues and agents now; implements `application.floor.FloorReader`."""

from __future__ import annotations

from datetime import datetime

from rapport.application.configuration.snapshot import Configuration
from rapport.application.ports import ConfigurationSource
from rapport.application.views import View, agent_view, moment
from rapport.domain.agent import Agent
from rapport.storage.database import Database
from rapport.storage.rows import agent_from

# The index of waiting tasks by queue carries all that is counted here.
_WAITING = """
SELECT queue_id, count(*) AS waiting, min(queued_at) AS since FROM task
WHERE state = 'queued' GROUP BY queue_id"""
_AGENTS = """
SELECT * FROM agent WHERE id = ANY($1::bigint[])
ORDER BY (status = 'offline'), (used[1] + used[2] + used[3]) DESC, id LIMIT $2"""
_AVAILABLE = """
SELECT * FROM agent WHERE status = 'available' AND pending_status IS NULL"""


class PostgresFloor:
    """What each method does is said at the Protocol."""

    def __init__(self, database: Database, configuration: ConfigurationSource) -> None:
        self._pool = database.pool
        self._configuration = configuration

    async def floor(self, now: datetime, limit: int) -> View:  # noqa: D102
        configuration = self._configuration.current
        people = [i for i, user in configuration.users.items() if user.active]
        async with (
            self._pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            waiting = {r["queue_id"]: r for r in await connection.fetch(_WAITING)}
            agents = [agent_from(r) for r in await connection.fetch(_AGENTS, people, limit)]
            free = [agent_from(r) for r in await connection.fetch(_AVAILABLE)]
        queues = []
        for queue_id in configuration.queue_specs:
            row = waiting.get(queue_id)
            since: datetime | None = row["since"] if row else None
            queues.append(
                {
                    "id": queue_id,
                    "name": configuration.name(queue_id) or "",
                    "waiting": row["waiting"] if row else 0,
                    "waiting_since": moment(since),
                    "longest_wait_s": max(0, int((now - since).total_seconds())) if since else 0,
                    "available_agents": _available(configuration, queue_id, free),
                }
            )
        queues.sort(key=lambda q: (-int(str(q["longest_wait_s"])), str(q["name"]).casefold()))
        return {
            "queues": queues[:limit],
            "agents": [_agent(configuration, agent) for agent in agents],
            "more": len(queues) > limit or len(people) > limit,
        }


def _available(configuration: Configuration, queue_id: int, free: list[Agent]) -> int:
    """Agents who are available and belong to the queue; without groups that is everybody."""
    spec = configuration.queue_specs[queue_id]
    teams = {team for group in spec.groups for team in group.teams}
    listed = set(spec.agents)
    count = 0
    for agent in free:
        user = configuration.users.get(agent.id)
        if user is not None and user.active:
            everybody = not teams and not listed
            count += everybody or agent.id in listed or bool(teams & set(user.teams))
    return count


def _agent(configuration: Configuration, agent: Agent) -> View:
    view = agent_view(agent)
    return {
        "id": agent.id,
        "name": configuration.name(agent.id) or "",
        "status": view["status"],
        "status_since": view["status_since"],
        "idle_code_id": agent.idle_code_id,
        "idle_code": configuration.name(agent.idle_code_id),
        "pending": view["pending"],
        "rona_kinds": view["rona_kinds"],
        "load": view["load"],
        "capacity": view["capacity"],
        "team_ids": configuration.users[agent.id].teams,
    }
