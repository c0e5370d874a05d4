"""Writing a transaction's changes: one statement per table, whatever the number of rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from rapport.application.ports import Changes, EventRecord
from rapport.domain.agent import Agent
from rapport.domain.message import Contact, Conversation, Message
from rapport.domain.policy import QueuePolicy
from rapport.domain.task import Leg, Task
from rapport.routing.rules import bucket_of, rank
from rapport.storage.database import encode_json
from rapport.storage.ingest_statements import MEDIA
from rapport.storage.rows import announcement_json, attachments_json

if TYPE_CHECKING:
    Connection = asyncpg.Connection[Any] | PoolConnectionProxy[Any]

# Rows travel as one JSON array each; PostgreSQL takes them apart by the table's own types.
_SAVE_CONVERSATIONS = """
UPDATE conversation c SET contact_id = n.contact_id, last_seq = n.last_seq,
    inbound_seq = n.inbound_seq, task_id = n.task_id, last_agent_id = n.last_agent_id,
    customer_seen_seq = n.customer_seen_seq, customer_away_since = n.customer_away_since,
    last_message_at = n.last_message_at, last_inbound_at = n.last_inbound_at,
    opted_out_at = n.opted_out_at, survey = n.survey
FROM json_populate_recordset(NULL::conversation, $1::json) n WHERE c.id = n.id"""
_INSERT_TASKS = "INSERT INTO task SELECT * FROM json_populate_recordset(NULL::task, $1::json)"
_SAVE_TASKS = """
UPDATE task t SET version = n.version, epoch = n.epoch, state = n.state,
    end_reason = n.end_reason, queue_id = n.queue_id, priority = n.priority, skills = n.skills,
    queued_at = n.queued_at, waiting_since = n.waiting_since,
    overflowed_from = n.overflowed_from, accepted_at = n.accepted_at,
    answered_at = n.answered_at, ended_at = n.ended_at,
    customer_left_at = n.customer_left_at,
    customer_opted_out_at = n.customer_opted_out_at, parked_until = n.parked_until,
    due_at = n.due_at,
    due_for = n.due_for, stage = n.stage, silence_stage = n.silence_stage,
    preferred_agent_id = n.preferred_agent_id, variables = n.variables,
    variable_sources = n.variable_sources,
    bucket = n.bucket, rank_at = n.rank_at
FROM json_populate_recordset(NULL::task, $1::json) n WHERE t.id = n.id"""
_SAVE_LEGS = """
INSERT INTO leg SELECT * FROM json_populate_recordset(NULL::leg, $1::json)
ON CONFLICT (id) DO UPDATE SET role = excluded.role, state = excluded.state,
    outcome = excluded.outcome,
    accepted_at = excluded.accepted_at, wrap_up_at = excluded.wrap_up_at,
    closed_at = excluded.closed_at, due_at = excluded.due_at,
    reason_ids = excluded.reason_ids, parked = excluded.parked, read_seq = excluded.read_seq,
    read_inbound_seq = excluded.read_inbound_seq, left_seq = excluded.left_seq"""
_SAVE_AGENTS = """
INSERT INTO agent SELECT * FROM json_populate_recordset(NULL::agent, $1::json)
ON CONFLICT (id) DO UPDATE SET version = excluded.version, status = excluded.status,
    idle_code_id = excluded.idle_code_id, status_since = excluded.status_since,
    pending_status = excluded.pending_status,
    pending_idle_code_id = excluded.pending_idle_code_id, rona_kinds = excluded.rona_kinds,
    mode = excluded.mode, used = excluded.used, capacity = excluded.capacity,
    ready_since = excluded.ready_since, seen_at = excluded.seen_at"""
_SAVE_CONTACTS = """
UPDATE contact c SET version = n.version, name = n.name, email = n.email, phone = n.phone
FROM json_populate_recordset(NULL::contact, $1::json) n WHERE c.id = n.id"""
_SAVE_MESSAGES = """
INSERT INTO message SELECT * FROM json_populate_recordset(NULL::message, $1::json)
ON CONFLICT (id) DO UPDATE SET version = excluded.version, status = excluded.status,
    error_code = excluded.error_code, error_message = excluded.error_message,
    sent_at = excluded.sent_at, delivered_at = excluded.delivered_at,
    read_at = excluded.read_at, external_id = excluded.external_id, text = excluded.text,
    attachments = excluded.attachments, content = excluded.content"""
_INSERT_EVENTS = """
INSERT INTO event (commit_id, ord, at, kind, conversation_id, task_id, agent_id, queue_id,
    audience, customer, facts, entities)
SELECT $1, n.ord, n.at, n.kind, n.conversation_id, n.task_id, n.agent_id, n.queue_id,
    string_to_array(n.audience, ' '), n.customer, n.facts::json, n.entities::json
FROM unnest($2::int[], $3::timestamptz[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[],
    $8::bigint[], $9::text[], $10::bool[], $11::text[], $12::text[])
    n(ord, at, kind, conversation_id, task_id, agent_id, queue_id, audience, customer, facts,
      entities)"""
_ASK_SURVEYS = """
INSERT INTO survey (task_id, conversation_id, queue_id, agent_id, asked_at, until)
SELECT n.task_id, n.conversation_id, n.queue_id, n.agent_id, n.asked_at, n.until
FROM json_populate_recordset(NULL::survey, $1::json) n ON CONFLICT DO NOTHING"""
_REVIVE = "DELETE FROM outbox_dead WHERE message_id = ANY($1::bigint[])"
_ENQUEUE = """
WITH job AS (SELECT *, clock_timestamp() + make_interval(secs => hold_s) AS not_before
             FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[],
                         $5::timestamptz[], $6::float8[])
             n(job_id, lane_id, account_id, message_id, at, hold_s)),
lane AS (
    INSERT INTO outbox_lane (id, account_id, due, last_job_id)
    SELECT lane_id, account_id, greatest(clock_timestamp(), min(not_before)), max(job_id)
    FROM job GROUP BY 1, 2 ORDER BY lane_id
    ON CONFLICT (id) DO UPDATE SET last_job_id = excluded.last_job_id,
        due = coalesce(outbox_lane.due,
                       CASE WHEN outbox_lane.lease_until IS NULL THEN excluded.due END)
    RETURNING id)
INSERT INTO outbox_job (id, lane_id, message_id, created_at, not_before)
SELECT j.job_id, j.lane_id, j.message_id, j.at, j.not_before
FROM job j JOIN lane ON lane.id = j.lane_id
ORDER BY j.job_id"""


async def write(
    connection: Connection,
    changes: Changes,
    queues: Mapping[int, QueuePolicy],
    commit_id: int,
    job_ids: Sequence[int],
) -> None:
    """Write rows in the order of the locks; events last."""
    run = connection.execute
    if changes.contacts:
        await run(_SAVE_CONTACTS, _rows(contact_row(c) for c in changes.contacts))
    if changes.conversations:
        await run(_SAVE_CONVERSATIONS, _rows(map(conversation_row, changes.conversations)))
    new = [t for t in changes.tasks if t.id in changes.new_task_ids]
    old = [t for t in changes.tasks if t.id not in changes.new_task_ids]
    if new:
        await run(_INSERT_TASKS, _rows(task_row(t, queues.get(t.queue_id)) for t in new))
    if old:
        await run(_SAVE_TASKS, _rows(task_row(t, queues.get(t.queue_id)) for t in old))
    legs = [leg_row(leg, t.id) for t in changes.tasks for leg in t.legs]
    if changes.agents:
        await run(_SAVE_AGENTS, _rows(map(agent_row, changes.agents)))
    if legs:
        await run(_SAVE_LEGS, _rows(legs))
    if changes.messages:
        await run(_SAVE_MESSAGES, _rows(map(message_row, changes.messages)))
        await _fetch_later(connection, changes)
    await _keep_surveys(connection, changes)
    if changes.jobs:
        at = changes.events[0].at
        await enqueue(connection, changes.jobs, job_ids, at, changes.held)
    if changes.events:
        await insert_events(connection, changes.events, commit_id)


async def _keep_surveys(connection: Connection, changes: Changes) -> None:
    if changes.surveys:
        asked = ({"conversation_id": i, **asdict(survey)} for i, survey in changes.surveys)
        await connection.execute(_ASK_SURVEYS, _rows(asked))


async def _fetch_later(connection: Connection, changes: Changes) -> None:
    if not changes.media:
        return
    message_of = {a.id: m.id for m in changes.messages for a in m.attachments}
    await connection.execute(
        MEDIA,
        [attachment_id for attachment_id, _, _ in changes.media],
        [message_of[attachment_id] for attachment_id, _, _ in changes.media],
        [conversation.account_id for _, conversation, _ in changes.media],
        [encode_json(media).decode() for _, _, media in changes.media],
        changes.events[0].at,
    )


async def insert_events(
    connection: Connection, events: Sequence[EventRecord], commit_id: int
) -> None:
    """Append a commit's events to the log."""
    await connection.execute(_INSERT_EVENTS, commit_id, *event_columns(events))


def event_columns(events: Sequence[EventRecord]) -> tuple[list[Any], ...]:
    """A commit's events as columns, in the order of the statements that insert them."""
    return (
        list(range(len(events))),
        [e.at for e in events],
        [e.kind for e in events],
        [e.conversation_id for e in events],
        [e.task_id for e in events],
        [e.agent_id for e in events],
        [e.queue_id for e in events],
        [" ".join(e.audience) for e in events],
        [e.customer for e in events],
        [encode_json(e.facts).decode() if e.facts else None for e in events],
        [encode_json(e.entities).decode() if e.entities else None for e in events],
    )


async def enqueue(
    connection: Connection,
    messages: Sequence[Message],
    job_ids: Sequence[int],
    at: datetime,
    held: Mapping[int, float] = MappingProxyType({}),
) -> None:
    """Hand stored messages to the outbox; those sent again are no longer dead letters.

    Args:
        at: Since when they wait.
        held: Seconds for which a message, by its id, can still be taken back.
    """
    if again := [m.id for m in messages if m.version > 1]:
        await connection.execute(_REVIVE, again)
    await connection.execute(
        _ENQUEUE,
        list(job_ids),
        [m.conversation_id for m in messages],
        [m.account_id for m in messages],
        [m.id for m in messages],
        [at] * len(messages),
        [held.get(m.id) for m in messages],
    )


def _rows(rows: Any) -> str:
    return encode_json(list(rows)).decode()


def contact_row(contact: Contact) -> dict[str, Any]:
    """A contact's columns."""
    return {
        "id": contact.id,
        "version": contact.version,
        "name": contact.name,
        "email": contact.email,
        "phone": contact.phone,
    }


def conversation_row(conversation: Conversation) -> dict[str, Any]:
    """A conversation's columns."""
    return {name: getattr(conversation, name) for name in Conversation.__dataclass_fields__}


def task_row(task: Task, queue: QueuePolicy | None) -> dict[str, Any]:
    """A task's columns; where it waits and with what rank follow from its other fields."""
    skills = tuple((s.skill_id, s.level) for s in task.skills)
    step = (queue or QueuePolicy(id=0)).priority_step
    row = {name: getattr(task, name) for name in Task.__dataclass_fields__ if name != "legs"}
    return {
        **row,
        "kind": task.kind.value,
        "skills": skills,
        "variables": dict(task.variables),
        "variable_sources": dict(task.variable_sources),
        "bucket": bucket_of(task.queue_id, task.stage, skills, task.preferred_agent_id),
        "rank_at": rank(task.arrived_at, task.priority, step),
    }


def leg_row(leg: Leg, task_id: int) -> dict[str, Any]:
    """A leg's columns."""
    return {
        "task_id": task_id,
        **{name: getattr(leg, name) for name in Leg.__dataclass_fields__},
    }


def agent_row(agent: Agent) -> dict[str, Any]:
    """An agent's columns."""
    row = {name: getattr(agent, name) for name in Agent.__dataclass_fields__ if name != "pending"}
    pending = agent.pending
    return {
        **row,
        "rona_kinds": sorted(agent.rona_kinds),
        "pending_status": pending.status if pending else None,
        "pending_idle_code_id": pending.idle_code_id if pending else None,
    }


def message_row(message: Message) -> dict[str, Any]:
    """A message's columns."""
    row = {name: getattr(message, name) for name in Message.__dataclass_fields__}
    row["attachments"] = attachments_json(message.attachments)
    row["announcement"] = announcement_json(message.announcement)
    return row
