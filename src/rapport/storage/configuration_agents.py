"""What a change of the configuration means for agents' rows and for sessions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from rapport.application.configuration.snapshot import Configuration
from rapport.application.ports import EventRecord
from rapport.application.views import agent_view
from rapport.domain.agent import Agent, AgentStatus, disconnect, new_agent
from rapport.domain.rights import missing
from rapport.storage.changes import agent_row
from rapport.storage.database import encode_json
from rapport.storage.rows import agent_from

_SAVE = """
INSERT INTO agent SELECT * FROM json_populate_recordset(NULL::agent, $1::json)
ON CONFLICT (id) DO UPDATE SET mode = excluded.mode, capacity = excluded.capacity,
    status = excluded.status, idle_code_id = excluded.idle_code_id,
    status_since = excluded.status_since, pending_status = excluded.pending_status,
    pending_idle_code_id = excluded.pending_idle_code_id, version = excluded.version"""


async def sync_agents(connection: Any, after: Configuration, now: datetime) -> list[EventRecord]:
    """Every agent and supervisor has a row with the capacity of their profile.

    A load above a capacity that was lowered stays; nothing more is offered until it has gone
    down. Whoever may no longer work is Offline. Unchanged rows are not touched.
    """
    found = {r["id"]: agent_from(r) for r in await connection.fetch("SELECT * FROM agent")}
    concerned = [
        user_id
        for user_id in after.users
        if _agent(user_id, found.get(user_id), after, now) not in (None, found.get(user_id))
    ]
    stored = {
        row["id"]: agent_from(row)
        for row in await connection.fetch(
            "SELECT * FROM agent WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE",
            concerned,
        )
    }
    rows, events = [], []
    for user_id in concerned:
        before = stored.get(user_id)
        wanted = _agent(user_id, before, after, now)
        if wanted is None or wanted == before:
            continue
        rows.append(agent_row(wanted))
        if before is not None:
            events.append(_event(wanted, before, now))
    if rows:
        await connection.execute(_SAVE, encode_json(rows).decode())
    return events


def _agent(user_id: int, before: Agent | None, after: Configuration, now: datetime) -> Agent | None:
    mode, capacity = after.profile(user_id).mode, after.capacity(user_id)
    if before is None:
        return new_agent(user_id, mode, capacity, now) if after.works(user_id) else None
    agent = before
    if (agent.mode, tuple(agent.capacity)) != (mode, capacity):
        agent = replace(agent, mode=mode, capacity=capacity, version=agent.version + 1)
    if not after.works(user_id) and agent.status is not AgentStatus.OFFLINE:
        agent = disconnect(agent, now)
    return agent


def _event(agent: Agent, before: Agent, now: datetime) -> EventRecord:
    changed = agent.status is not before.status
    return EventRecord(
        kind="agent.state_changed" if changed else "agent.load_changed",
        at=now,
        agent_id=agent.id,
        audience=(f"agent.{agent.id}", "floor"),
        facts={"status": agent.status.value, "used": list(agent.used)},
        entities={"agent": agent_view(agent)},
    )


def shrunk(before: Configuration, after: Configuration) -> set[int]:
    """People who have fewer rights than before, or none."""
    return {
        user_id
        for user_id, old in before.users.items()
        if (new := after.users.get(user_id)) is None
        or (old.active and not new.active)
        or set(old.roles) - set(new.roles)
        or missing(after.grants(user_id), before.grants(user_id))
    }


def rights_changed(before: Configuration, after: Configuration, now: datetime) -> list[EventRecord]:
    """Tells the sockets of people who may more than before to begin anew.

    What a socket follows was decided when it was opened. Who may less has no session any more.
    """
    return [
        EventRecord(kind="rights.changed", at=now, agent_id=user_id, audience=(f"agent.{user_id}",))
        for user_id in before.users.keys() & after.users.keys()
        if before.grants(user_id) < after.grants(user_id)
    ]


async def end_sessions(
    connection: Any, user_ids: Iterable[int], now: datetime, keep: int | None = None
) -> list[EventRecord]:
    """Sessions end here and, by the event, their sockets on every node; but the one to keep."""
    ids = sorted(user_ids)
    if not ids:
        return []
    rows = await connection.fetch(
        "DELETE FROM session WHERE user_id = ANY($1::bigint[]) AND id IS DISTINCT FROM $2"
        " RETURNING id, user_id",
        ids,
        keep,
    )
    return session_events(rows, now)


def session_events(rows: Iterable[Any], now: datetime) -> list[EventRecord]:
    """What tells every node that these sessions have ended."""
    return [
        EventRecord(
            kind="session.ended",
            at=now,
            agent_id=row["user_id"],
            audience=(f"session.{row['id']}",),
        )
        for row in rows
    ]
