"""Writing the configuration: one thing at a time, versioned, logged, told to every desktop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rapport.application.configuration.snapshot import Configuration, Item
from rapport.application.configuration.specs import UserSpec
from rapport.application.ports import EventRecord
from rapport.domain.agent import new_agent
from rapport.domain.errors import NotFound, Refused, Stale
from rapport.storage.changes import agent_row, insert_events
from rapport.storage.configuration import load
from rapport.storage.database import Database, encode_json

_INSERT_AGENT = """
INSERT INTO agent SELECT * FROM json_populate_recordset(NULL::agent, $1::json)
ON CONFLICT (id) DO UPDATE SET mode = excluded.mode, capacity = excluded.capacity,
    version = agent.version + 1"""


@dataclass(frozen=True, slots=True)
class Put:
    """Create (`id` None) or replace; `expected` is the version that the writer has seen."""

    kind: str
    name: str
    spec: Mapping[str, Any]
    id: int | None = None
    expected: int | None = None
    secrets: bytes | None = None


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove; refused by the database while runtime rows use it."""

    id: int
    expected: int | None = None


async def write_configuration(
    database: Database, changes: list[Put | Delete], actor_id: int | None, now: datetime
) -> list[int]:
    """Apply all changes or none; returns the ids, in order.

    The caller has validated specs and references.

    Raises:
        Stale: a version has moved on.
        NotFound: no such thing.
        Refused: the name is taken.
    """
    ids = await database.new_ids(len(changes) + 1)
    written = []
    async with database.pool.acquire() as connection, connection.transaction():
        version = await connection.fetchval(
            "UPDATE installation SET config_version = config_version + 1 RETURNING config_version"
        )
        for change, fresh in zip(changes, ids, strict=False):
            if isinstance(change, Put):
                written.append(await _put(connection, change, fresh))
            else:
                written.append(await _delete(connection, change))
        await _sync_agents(connection, await load(connection, version), now)
        events = [
            EventRecord(
                kind="catalog.changed",
                at=now,
                audience=("everyone",),
                facts={
                    "actor_id": actor_id,
                    "changes": [_fact(c, i) for c, i in zip(changes, written, strict=True)],
                },
                entities={"catalog_version": version},
            )
        ]
        await insert_events(connection, events, ids[-1])
        await connection.execute(f"SELECT seal({ids[-1]:d})")
    return written


async def _put(connection: Any, change: Put, fresh: int) -> int:
    spec = encode_json(change.spec).decode()
    taken = await connection.fetchval(
        "SELECT id FROM configuration WHERE kind = $1 AND name = $2 AND id IS DISTINCT FROM $3",
        change.kind,
        change.name,
        change.id,
    )
    if taken is not None:
        raise Refused("name_taken", f"There is already one named {change.name!r}.")
    if change.id is None:
        await connection.execute(
            "INSERT INTO configuration (id, kind, name, spec, secrets)"
            " VALUES ($1, $2, $3, $4::jsonb, $5)",
            fresh,
            change.kind,
            change.name,
            spec,
            change.secrets,
        )
        return fresh
    await _check_version(connection, change.id, change.expected)
    await connection.execute(
        "UPDATE configuration SET name = $2, spec = $3::jsonb, version = version + 1,"
        " secrets = coalesce($4, secrets) WHERE id = $1",
        change.id,
        change.name,
        spec,
        change.secrets,
    )
    return change.id


async def _delete(connection: Any, change: Delete) -> int:
    await _check_version(connection, change.id, change.expected)
    await connection.execute("DELETE FROM configuration WHERE id = $1", change.id)
    return change.id


async def _check_version(connection: Any, item_id: int, expected: int | None) -> None:
    version = await connection.fetchval(
        "SELECT version FROM configuration WHERE id = $1 FOR UPDATE", item_id
    )
    if version is None:
        raise NotFound("not_found", "This does not exist.")
    if expected is not None and version != expected:
        raise Stale("stale_version", "Somebody has changed this meanwhile.", {"version": version})


async def _sync_agents(connection: Any, configuration: Configuration, now: datetime) -> None:
    """Every agent and supervisor has a row, with the capacity of their profile."""
    rows = []
    for item in configuration.by_kind["users"]:
        if _has_desktop(item):
            profile = configuration.profile(item.id)
            rows.append(
                agent_row(new_agent(item.id, profile.mode, configuration.capacity(item.id), now))
            )
    if rows:
        await connection.execute(_INSERT_AGENT, encode_json(rows).decode())


def _has_desktop(item: Item) -> bool:
    return isinstance(item.spec, UserSpec) and bool({"agent", "supervisor"} & set(item.spec.roles))


def _fact(change: Put | Delete, item_id: int) -> dict[str, Any]:
    if isinstance(change, Delete):
        return {"id": item_id, "deleted": True}
    return {"id": item_id, "kind": change.kind, "name": change.name}
