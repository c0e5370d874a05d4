"""The waiting line and the atomic claim of offers (MECHANISMS §3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rapport.application.ports import Claim, EventRecord
from rapport.application.recording import task_changed, wrapping_up
from rapport.application.views import agent_view, contact_view, message_view, task_view
from rapport.domain.agent import CapacityMode
from rapport.domain.channel import KINDS, ChannelKind
from rapport.routing.engine import FreeAgent, WaitingTask
from rapport.storage.changes import insert_events
from rapport.storage.database import Database, decode_json
from rapport.storage.rows import agent_from, contact_from, leg_from, message_from, task_from

# A loose index scan: one step per bucket, then the first tasks of each.
_WAITING = """
WITH RECURSIVE line AS (
    (SELECT bucket FROM task WHERE state = 'queued' ORDER BY bucket LIMIT 1)
    UNION ALL
    SELECT (SELECT t.bucket FROM task t WHERE t.state = 'queued' AND t.bucket > line.bucket
            ORDER BY t.bucket LIMIT 1)
    FROM line WHERE line.bucket IS NOT NULL)
SELECT t.*, ARRAY(SELECT l.agent_id FROM leg l WHERE l.task_id = t.id AND l.state <> 'closed')
    AS excluded
FROM line CROSS JOIN LATERAL (
    SELECT id, epoch, bucket, rank_at, queue_id, kind, stage, skills, preferred_agent_id
    FROM task WHERE state = 'queued' AND bucket = line.bucket ORDER BY rank_at, id LIMIT $1) t
WHERE line.bucket IS NOT NULL ORDER BY t.rank_at, t.id"""
_FREE = """
SELECT id, extract(epoch FROM ready_since)::float8 AS ready_since, used, capacity, mode, rona_kinds
FROM agent WHERE status = 'available' AND pending_status IS NULL
  AND (used[1] < capacity[1] OR used[2] < capacity[2] OR used[3] < capacity[3])
ORDER BY ready_since LIMIT 5000"""
_LAST_SERVED = "SELECT queue_id, agent_id FROM queue_cursor"
# Conversations first: a message on its way in at this moment decides whom it concerns by a task
# that still waits, and the agent at whom it rings would not get it. It is offered next time.
# Decided rows -> tasks still waiting at that epoch -> agents in id order with free capacity ->
# rank per agent within what is free -> new load, state and leg. What lost is simply not there.
_CLAIM = """
WITH wanted AS (
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[],
                         $5::timestamptz[])
    WITH ORDINALITY n(task_id, epoch, agent_id, leg_id, expires_at, place)),
quiet AS (
    SELECT c.id FROM conversation c
    WHERE c.id IN (SELECT t.conversation_id FROM task t JOIN wanted w ON w.task_id = t.id)
    ORDER BY c.id FOR NO KEY UPDATE OF c SKIP LOCKED),
waiting AS (
    SELECT t.id, w.agent_id, w.leg_id, w.expires_at, w.place, t.queue_id,
           CASE t.kind WHEN 'chat' THEN 1 WHEN 'email' THEN 2 ELSE 3 END AS slot, t.kind
    FROM task t JOIN wanted w ON w.task_id = t.id JOIN quiet ON quiet.id = t.conversation_id
    WHERE t.state = 'queued' AND t.epoch = w.epoch
    ORDER BY t.id FOR NO KEY UPDATE OF t SKIP LOCKED),
ready AS (
    SELECT a.* FROM agent a
    WHERE a.id IN (SELECT agent_id FROM waiting) AND a.status = 'available'
      AND a.pending_status IS NULL
    ORDER BY a.id FOR NO KEY UPDATE OF a),
ranked AS (
    SELECT w.*, a.mode, a.used, a.capacity,
           row_number() OVER (PARTITION BY w.agent_id, w.slot ORDER BY w.place) AS nth_of_kind,
           row_number() OVER (PARTITION BY w.agent_id ORDER BY w.place) AS nth,
           first_value(w.slot) OVER (PARTITION BY w.agent_id, w.slot <> 2 ORDER BY w.place)
               AS first_slot
    FROM waiting w JOIN ready a ON a.id = w.agent_id
    WHERE NOT w.kind = ANY (a.rona_kinds)
      AND NOT EXISTS (SELECT FROM leg l WHERE l.task_id = w.id AND l.agent_id = w.agent_id
                      AND l.state <> 'closed')),
won AS (
    SELECT * FROM ranked
    WHERE used[slot] + nth_of_kind <= capacity[slot]
      AND (mode <> 'exclusive' OR (nth = 1 AND used[1] + used[2] + used[3] = 0))
      AND (mode <> 'blended_realtime' OR slot = 2
           OR (slot = first_slot AND used[4 - slot] = 0))),
load AS (
    UPDATE agent a SET version = a.version + 1, ready_since = $6, used = ARRAY[
        a.used[1] + n.chat, a.used[2] + n.email, a.used[3] + n.social]::smallint[]
    FROM (SELECT agent_id, count(*) FILTER (WHERE slot = 1) AS chat,
                 count(*) FILTER (WHERE slot = 2) AS email,
                 count(*) FILTER (WHERE slot = 3) AS social
          FROM won GROUP BY agent_id) n
    WHERE a.id = n.agent_id RETURNING a.id),
taken AS (
    UPDATE task t SET state = 'offered', version = t.version + 1, epoch = t.epoch + 1,
                      due_at = NULL, due_for = NULL
    FROM won WHERE t.id = won.id RETURNING t.id),
served AS (
    INSERT INTO queue_cursor (queue_id, agent_id)
    SELECT DISTINCT ON (queue_id) queue_id, agent_id FROM won ORDER BY queue_id, place DESC
    ON CONFLICT (queue_id) DO UPDATE SET agent_id = excluded.agent_id)
INSERT INTO leg (id, task_id, agent_id, queue_id, role, origin, state, offered_at, due_at)
SELECT leg_id, id, agent_id, queue_id, 'owner', 'routed', 'offered', $6, expires_at FROM won
RETURNING task_id, agent_id"""
# Joined row by row, as suits a few, a pass of a thousand offers took over two seconds.
_MANY = 32
_BEGIN_MANY = "BEGIN; SET LOCAL enable_hashjoin = on; SET LOCAL plan_cache_mode = force_custom_plan"
_LAST_MESSAGES = """
SELECT m.* FROM unnest($1::bigint[], $2::bigint[]) k(task_id, conversation_id)
CROSS JOIN LATERAL (
    SELECT * FROM message m WHERE m.conversation_id = k.conversation_id
      AND m.task_id = k.task_id AND m.direction <> 'announcement'
    ORDER BY seq DESC LIMIT 1) m"""


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

    async def free_agents(self) -> list[FreeAgent]:
        """Agents who accept work and have room."""
        return [
            FreeAgent(
                id=row["id"],
                ready_since=row["ready_since"],
                used=list(row["used"]),
                capacity=row["capacity"],
                mode=CapacityMode(row["mode"]),
                blocked=frozenset(kind.slot for kind in KINDS if kind.value in row["rona_kinds"]),
            )
            for row in await self._database.pool.fetch(_FREE)
        ]

    async def last_served(self) -> dict[int, int]:
        """The agent that each queue offered to last."""
        rows = await self._database.pool.fetch(_LAST_SERVED)
        return {row["queue_id"]: row["agent_id"] for row in rows}

    async def claim(self, claims: Sequence[Claim], now: datetime) -> set[int]:
        """Make offers of those still possible; one statement, then their events."""
        commit_id = (await self._database.new_ids(1))[0]
        async with self._database.pool.acquire() as connection:
            await connection.execute("BEGIN" if len(claims) < _MANY else _BEGIN_MANY)
            try:
                won = await connection.fetch(
                    _CLAIM,
                    [c.task_id for c in claims],
                    [c.epoch for c in claims],
                    [c.agent_id for c in claims],
                    [c.leg_id for c in claims],
                    [c.expires_at for c in claims],
                    now,
                )
                if not won:
                    await connection.execute("ROLLBACK")
                    return set()
                offers = {row["task_id"]: row["agent_id"] for row in won}
                await insert_events(connection, await _events(connection, offers, now), commit_id)
                await connection.execute(f"SELECT seal({commit_id:d}); COMMIT")
            except BaseException:
                if not connection.is_closed():
                    await connection.execute("ROLLBACK")
                raise
        return set(offers)


async def _events(connection: Any, offers: dict[int, int], now: datetime) -> list[EventRecord]:
    task_ids = list(offers)
    legs: dict[int, list[Any]] = {}
    for row in await connection.fetch(
        "SELECT * FROM leg WHERE task_id = ANY($1::bigint[]) ORDER BY id", task_ids
    ):
        legs.setdefault(row["task_id"], []).append(leg_from(row))
    tasks = [
        task_from(row, tuple(legs[row["id"]]))
        for row in await connection.fetch(
            "SELECT * FROM task WHERE id = ANY($1::bigint[]) ORDER BY id", task_ids
        )
    ]
    contacts = {
        row["id"]: contact_from(row)
        for row in await connection.fetch(
            "SELECT * FROM contact WHERE id = ANY($1::bigint[])", [t.contact_id for t in tasks]
        )
    }
    last = {
        row["task_id"]: message_from(row)
        for row in await connection.fetch(
            _LAST_MESSAGES, [t.id for t in tasks], [t.conversation_id for t in tasks]
        )
    }
    events = []
    for task in tasks:
        entities = {"task": task_view(task), "contact": contact_view(contacts[task.contact_id])}
        if task.id in last:
            entities["message"] = message_view(last[task.id])
        offer = task.offer
        events.append(
            EventRecord(
                kind="task.offered",
                at=now,
                conversation_id=task.conversation_id,
                task_id=task.id,
                agent_id=offers[task.id],
                queue_id=task.queue_id,
                audience=(f"agent.{offers[task.id]}", f"queue.{task.queue_id}"),
                facts={"leg_id": offer.id, "origin": "routed"} if offer else None,
                entities=entities,
            )
        )
        others = wrapping_up(task) - {offers[task.id]}
        if others:
            events.append(task_changed(task, others, now))
    agents = await connection.fetch(
        "SELECT * FROM agent WHERE id = ANY($1::bigint[]) ORDER BY id", list(set(offers.values()))
    )
    for row in agents:
        agent = agent_from(row)
        events.append(
            EventRecord(
                kind="agent.load_changed",
                at=now,
                agent_id=agent.id,
                audience=(f"agent.{agent.id}", "floor"),
                facts={"status": agent.status.value, "used": list(agent.used)},
                entities={"agent": agent_view(agent)},
            )
        )
    return events
