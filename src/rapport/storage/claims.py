"""The waiting line and the atomic claim of offers (MECHANISMS §3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rapport.application.ports import Claim, EventRecord
from rapport.application.recording import task_changed, wrapping_up
from rapport.application.views import agent_view, contact_view, message_view, task_view
from rapport.domain.agent import Agent, CapacityMode
from rapport.domain.channel import KINDS, ChannelKind
from rapport.domain.events import TaskOffered
from rapport.domain.evolve import fold
from rapport.domain.task import Leg, LegOrigin, Task
from rapport.routing.engine import FreeAgent, WaitingTask
from rapport.storage.changes import insert_events
from rapport.storage.database import Database, decode_json
from rapport.storage.last_messages import last_messages
from rapport.storage.rows import agent_from, contact_from, leg_from, task_from

# A loose index scan: one step per bucket, then the first tasks of each. `coalesce` keeps the
# planner from the index of open legs, all of which it would read for each task while it believes
# that there are none.
_WAITING = """
WITH RECURSIVE line AS (
    (SELECT bucket FROM task WHERE state = 'queued' ORDER BY bucket LIMIT 1)
    UNION ALL
    SELECT (SELECT t.bucket FROM task t WHERE t.state = 'queued' AND t.bucket > line.bucket
            ORDER BY t.bucket LIMIT 1)
    FROM line WHERE line.bucket IS NOT NULL)
SELECT t.*, ARRAY(SELECT l.agent_id FROM leg l WHERE l.task_id = t.id
                  AND coalesce(l.state, '') <> 'closed') AS excluded
FROM line CROSS JOIN LATERAL (
    SELECT id, epoch, bucket, rank_at, queue_id, kind, stage, skills, preferred_agent_id
    FROM task WHERE state = 'queued' AND bucket = line.bucket ORDER BY rank_at, id LIMIT $1) t
WHERE line.bucket IS NOT NULL ORDER BY t.rank_at, t.id"""
# Read whole, however many: the only one with a skill may be the last. But not for nothing, at each
# change of anybody's load while nobody waits.
_FREE = """
SELECT id, extract(epoch FROM ready_since)::float8 AS ready_since, used, capacity, mode, rona_kinds
FROM agent WHERE status = 'available' AND pending_status IS NULL
  AND (used[1] < capacity[1] OR used[2] < capacity[2] OR used[3] < capacity[3])
  AND ($1 OR EXISTS (SELECT FROM task WHERE state = 'queued'))
ORDER BY ready_since"""
_LAST_SERVED = "SELECT queue_id, agent_id FROM queue_cursor"
# Conversations first: a message on its way in at this moment decides whom it concerns by a task
# that still waits, and the agent at whom it rings would not get it. It is offered next time.
_QUIET = """
SELECT t.id FROM task t JOIN conversation c ON c.id = t.conversation_id
WHERE t.id = ANY($1::bigint[]) ORDER BY c.id FOR NO KEY UPDATE OF c SKIP LOCKED"""
_TASKS = """
SELECT * FROM task WHERE id = ANY($1::bigint[]) AND state = 'queued'
ORDER BY id FOR NO KEY UPDATE SKIP LOCKED"""
_LEGS = """
SELECT l.* FROM unnest($1::bigint[]) k(id)
CROSS JOIN LATERAL (SELECT * FROM leg WHERE task_id = k.id ORDER BY task_id, id) l"""
_CONTACTS = "SELECT * FROM contact WHERE id = ANY($1::bigint[])"
_AGENTS = "SELECT * FROM agent WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE"
_SAVE = """
WITH load AS (
    UPDATE agent a SET version = n.version, used = ARRAY[n.chat, n.email, n.social],
        ready_since = $10
    FROM unnest($1::bigint[], $2::bigint[], $3::smallint[], $4::smallint[], $5::smallint[])
        n(id, version, chat, email, social) WHERE a.id = n.id),
taken AS (
    UPDATE task t SET state = 'offered', version = n.version, epoch = n.epoch,
        due_at = NULL, due_for = NULL
    FROM unnest($6::bigint[], $7::bigint[], $8::bigint[]) n(id, version, epoch)
    WHERE t.id = n.id),
served AS (
    INSERT INTO queue_cursor (queue_id, agent_id)
    SELECT * FROM unnest($13::bigint[], $14::bigint[])
    ON CONFLICT (queue_id) DO UPDATE SET agent_id = excluded.agent_id)
INSERT INTO leg (id, task_id, agent_id, queue_id, role, origin, state, offered_at, due_at)
SELECT n.id, n.task_id, n.agent_id, n.queue_id, 'owner', 'routed', 'offered', $10, n.due_at
FROM unnest($9::bigint[], $6::bigint[], $11::bigint[], $12::bigint[], $15::timestamptz[])
    n(id, task_id, agent_id, queue_id, due_at)"""

_NOTHING: frozenset[int] = frozenset()
_MODES = {mode.value: mode for mode in CapacityMode}


class PostgresOfferBoard:
    """Implements `application.ports.OfferBoard`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def waiting(self, per_bucket: int) -> list[WaitingTask]:
        """The first tasks of every bucket, in order of rank."""
        return [
            WaitingTask(
                id=row["id"],
                epoch=row["epoch"],
                bucket=row["bucket"],
                rank_at=row["rank_at"],
                queue_id=row["queue_id"],
                kind=ChannelKind(row["kind"]),
                stage=row["stage"],
                skills=tuple((s, level) for s, level in decode_json(row["skills"])),
                preferred_agent_id=row["preferred_agent_id"],
                excluded=frozenset(row["excluded"]),
            )
            for row in await self._database.pool.fetch(_WAITING, per_bucket)
        ]

    async def free_agents(self, *, if_waiting: bool = False) -> list[FreeAgent]:
        """Agents who accept work and have room."""
        rows = await self._database.pool.fetch(_FREE, not if_waiting)
        return [
            FreeAgent(
                id=agent_id,
                ready_since=ready_since,
                used=used,
                capacity=capacity,
                mode=_MODES[mode],
                blocked=frozenset(ChannelKind(kind).slot for kind in rona) if rona else _NOTHING,
            )
            for agent_id, ready_since, used, capacity, mode, rona in rows
        ]

    async def last_served(self) -> dict[int, int]:
        """The agent that each queue offered to last."""
        rows = await self._database.pool.fetch(_LAST_SERVED)
        return {row["queue_id"]: row["agent_id"] for row in rows}

    async def claim(self, claims: Sequence[Claim], now: datetime) -> set[int]:
        """Lock what was decided on, make those offers that the domain still allows, write them.

        One row of arrays per table whatever their number: as one statement that also decided, a
        pass of a thousand was joined row by row (700 instead of 5,000 offers a second).
        """
        commit_id = (await self._database.new_ids(1))[0]
        async with self._database.begun() as connection:
            waiting = await _lock_tasks(connection, [c.task_id for c in claims])
            wanted = [c for c in claims if c.task_id in waiting]
            agents = await _lock_agents(connection, {c.agent_id for c in wanted})
            made = _offer(wanted, waiting, agents, now)
            if not made:
                await connection.execute("ROLLBACK")
                return set()
            asked = {c.agent_id for c, _ in made}
            await _save(connection, made, [agents[i] for i in sorted(asked)], now)
            await insert_events(
                connection,
                [
                    *await _offers(connection, made, now),
                    *(_load_changed(agents[i], now) for i in sorted(asked)),
                ],
                commit_id,
            )
            await connection.execute(f"SELECT seal({commit_id:d}); COMMIT")
        return {task.id for _, task in made}


async def _lock_tasks(connection: Any, task_ids: Sequence[int]) -> dict[int, Task]:
    """Those that still wait and that nobody else holds."""
    quiet = [row["id"] for row in await connection.fetch(_QUIET, task_ids)]
    rows = await connection.fetch(_TASKS, quiet)
    legs: dict[int, list[Leg]] = {}
    for leg in await connection.fetch(_LEGS, [row["id"] for row in rows]):
        legs.setdefault(leg["task_id"], []).append(leg_from(leg))
    return {row["id"]: task_from(row, tuple(legs.get(row["id"], ()))) for row in rows}


async def _lock_agents(connection: Any, agent_ids: set[int]) -> dict[int, Agent]:
    rows = await connection.fetch(_AGENTS, sorted(agent_ids))
    return {row["id"]: agent_from(row) for row in rows}


def _offer(
    claims: Sequence[Claim], tasks: dict[int, Task], agents: dict[int, Agent], now: datetime
) -> list[tuple[Claim, Task]]:
    """The claims that hold under the locks, in order, with their tasks as they are then.

    `agents` is brought up to date along the way: the second offer sees the first.
    """
    made = []
    for claim in claims:
        task, agent = tasks[claim.task_id], agents.get(claim.agent_id)
        if (
            task.epoch != claim.epoch
            or agent is None
            or agent.unreachable_reason(task.kind) is not None
            or any(leg.agent_id == agent.id for leg in task.open_legs)
        ):
            continue
        event = TaskOffered(
            leg_id=claim.leg_id,
            agent_id=agent.id,
            origin=LegOrigin.ROUTED,
            expires_at=claim.expires_at,
        )
        offered, loaded = fold(task, {agent.id: agent}, [event], now)
        agents.update(loaded)
        made.append((claim, offered))
    return made


async def _save(
    connection: Any, made: Sequence[tuple[Claim, Task]], agents: Sequence[Agent], now: datetime
) -> None:
    last_served = {task.queue_id: claim.agent_id for claim, task in made if claim.circular}
    asked = sorted(last_served.items())  # as every router locks them
    await connection.execute(
        _SAVE,
        [a.id for a in agents],
        [a.version for a in agents],
        *([a.used[kind.slot] for a in agents] for kind in KINDS),
        [t.id for _, t in made],
        [t.version for _, t in made],
        [t.epoch for _, t in made],
        [c.leg_id for c, _ in made],
        now,
        [c.agent_id for c, _ in made],
        [t.queue_id for _, t in made],
        [queue_id for queue_id, _ in asked],
        [agent_id for _, agent_id in asked],
        [c.expires_at for c, _ in made],
    )


async def _offers(
    connection: Any, made: Sequence[tuple[Claim, Task]], now: datetime
) -> list[EventRecord]:
    contacts = {
        row["id"]: contact_from(row)
        for row in await connection.fetch(_CONTACTS, [t.contact_id for _, t in made])
    }
    last = await last_messages(connection, ((t.id, t.conversation_id) for _, t in made))
    events = []
    for claim, task in made:
        entities = {"task": task_view(task), "contact": contact_view(contacts[task.contact_id])}
        if task.id in last:
            entities["message"] = message_view(last[task.id])
        events.append(
            EventRecord(
                kind=TaskOffered.kind,
                at=now,
                conversation_id=task.conversation_id,
                task_id=task.id,
                agent_id=claim.agent_id,
                queue_id=task.queue_id,
                audience=(f"agent.{claim.agent_id}", f"queue.{task.queue_id}"),
                facts={
                    "leg_id": claim.leg_id,
                    "origin": LegOrigin.ROUTED.value,
                    "channel": task.channel.value,
                },
                entities=entities,
            )
        )
        others = wrapping_up(task) - {claim.agent_id}
        if others:
            events.append(task_changed(task, others, now))
    return events


def _load_changed(agent: Agent, now: datetime) -> EventRecord:
    return EventRecord(
        kind="agent.load_changed",
        at=now,
        agent_id=agent.id,
        audience=(f"agent.{agent.id}", "floor"),
        facts={"status": agent.status.value, "used": list(agent.used)},
        entities={"agent": agent_view(agent)},
    )
