"""Queues and agents now; implements `application.floor.FloorReader`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import asyncpg

from rapport.application.configuration.snapshot import Configuration
from rapport.application.ports import ConfigurationSource
from rapport.application.views import View, agent_view, moment, task_view
from rapport.domain.agent import Agent
from rapport.domain.task import Leg
from rapport.storage.database import Database
from rapport.storage.last_messages import last_messages
from rapport.storage.queries.reports import NOTHING, PostgresReports
from rapport.storage.rows import agent_from, leg_from, task_from

# The index of waiting tasks by queue carries all that is counted here.
_WAITING = """
SELECT queue_id, count(*) AS waiting, min(queued_at) AS since FROM task
WHERE state = 'queued' GROUP BY queue_id"""
_AGENTS = """
SELECT * FROM agent WHERE id = ANY($1::bigint[])
ORDER BY (status = 'offline'), (used[1] + used[2] + used[3]) DESC, id LIMIT $2"""
_AVAILABLE = """
SELECT * FROM agent WHERE status = 'available' AND pending_status IS NULL"""

_LEGS = "SELECT * FROM leg WHERE task_id = ANY($1::bigint[]) ORDER BY id"
_TASKS_OF_AGENT = """
SELECT t.*, p.name, p.email, p.phone FROM task t JOIN contact p ON p.id = t.contact_id
WHERE t.id IN (SELECT task_id FROM leg WHERE agent_id = $1 AND state <> 'closed')
  AND ($2::bigint IS NULL OR t.queue_id = $2)
ORDER BY t.id LIMIT $3"""
_TASKS_OF_QUEUE = """
SELECT t.*, p.name, p.email, p.phone FROM task t JOIN contact p ON p.id = t.contact_id
WHERE t.state <> 'ended' AND ($1::bigint IS NULL OR t.queue_id = $1)
ORDER BY (t.state <> 'queued'), t.rank_at, t.id LIMIT $2"""


class PostgresFloor:
    """What each method does is said at the Protocol."""

    def __init__(
        self, database: Database, configuration: ConfigurationSource, reports: PostgresReports
    ) -> None:
        self._pool = database.pool
        self._reports = reports
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
        queues = self._queues(now, waiting, free, await self._reports.today(now))
        return {
            "queues": queues[:limit],
            "agents": [_agent(configuration, agent) for agent in agents],
            "more": len(queues) > limit or len(people) > limit,
        }

    async def queues(self, now: datetime) -> list[View]:  # noqa: D102
        async with (
            self._pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            waiting = {r["queue_id"]: r for r in await connection.fetch(_WAITING)}
            free = [agent_from(r) for r in await connection.fetch(_AVAILABLE)]
        return self._queues(now, waiting, free, await self._reports.today(now))

    async def tasks(  # noqa: D102
        self, queue_id: int | None, agent_id: int | None, limit: int
    ) -> View:
        async with (
            self._pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            if agent_id is not None:
                rows = await connection.fetch(_TASKS_OF_AGENT, agent_id, queue_id, limit + 1)
            else:
                rows = await connection.fetch(_TASKS_OF_QUEUE, queue_id, limit + 1)
            legs: dict[int, list[Leg]] = {}
            ids = [row["id"] for row in rows]
            for row in await connection.fetch(_LEGS, ids):
                legs.setdefault(row["task_id"], []).append(leg_from(row))
            last = await last_messages(
                connection, ((row["id"], row["conversation_id"]) for row in rows)
            )
        return {
            "items": [
                {
                    "task": task_view(task_from(row, tuple(legs.get(row["id"], ())))),
                    "name": row["name"] or row["email"] or row["phone"],
                    "text": last[row["id"]].text[:200] if row["id"] in last else "",
                }
                for row in rows[:limit]
            ],
            "more": len(rows) > limit,
        }

    def _queues(
        self,
        now: datetime,
        waiting: Mapping[int, asyncpg.Record],
        free: list[Agent],
        today: Mapping[int, View],
    ) -> list[View]:
        configuration = self._configuration.current
        queues: list[View] = []
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
                    "service_level_s": configuration.queue_specs[queue_id].service_level_s,
                    "today": today.get(queue_id, NOTHING),
                }
            )
        queues.sort(key=lambda q: (-int(str(q["longest_wait_s"])), str(q["name"]).casefold()))
        return queues


def _available(configuration: Configuration, queue_id: int, free: list[Agent]) -> int:
    """Agents who are available and belong to the queue."""
    queue = configuration.queues[queue_id]
    people = ((agent.id, configuration.users.get(agent.id)) for agent in free)
    return sum(
        user is not None and user.active and queue.serves(i, frozenset(user.teams))
        for i, user in people
    )


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
