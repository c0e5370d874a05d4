"""Writing the configuration: under one lock, versioned, logged, told to every desktop."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import asyncpg

from rapport.application.configuration.administration import canonical
from rapport.application.configuration.changes import Change, Delete, Put, Use, Work
from rapport.application.configuration.snapshot import Configuration
from rapport.application.perform import Once
from rapport.application.ports import EventRecord
from rapport.domain.errors import NotFound, Refused, Stale
from rapport.storage.changes import insert_events
from rapport.storage.configuration import StoredConfiguration, load
from rapport.storage.configuration_agents import end_sessions, rights_changed, shrunk, sync_agents
from rapport.storage.configuration_use import uses
from rapport.storage.database import LOST, RACES, Database, Unavailable, encode_json
from rapport.storage.webhooks import sync_webhooks

__all__ = ["Delete", "PostgresConfigurationStore", "Put", "write_configuration"]

T = TypeVar("T")
ATTEMPTS = 4


class PostgresConfigurationStore:
    """Implements `application.configuration.changes.ConfigurationStore`."""

    def __init__(self, database: Database, configuration: StoredConfiguration) -> None:
        self._database = database
        self._configuration = configuration

    async def new_ids(self, count: int) -> Sequence[int]:
        """Fresh ids."""
        try:
            return await self._database.new_ids(count)
        except LOST as error:
            raise Unavailable from error

    async def change(self, work: Work[T], actor_id: int | None, now: datetime) -> T:
        """Run work under the lock, again if it lost a race; then read the snapshot anew."""
        for attempt in range(ATTEMPTS):
            try:
                result: T = await run(self._database, work, actor_id, now)
                await self._configuration.refresh()
            except RACES:
                if attempt == ATTEMPTS - 1:
                    raise
            except LOST as error:
                raise Unavailable from error
            else:
                return result
        raise AssertionError("unreachable")


async def write_configuration(
    database: Database, changes: Sequence[Change], actor_id: int | None, now: datetime
) -> list[int]:
    """Apply all changes or none, unexamined: the caller has validated specs and references.

    Returns the ids, in order.

    Raises:
        Stale: a version has moved on.
        NotFound: no such thing.
        Refused: the name is taken, or runtime rows use what is deleted.
    """
    fresh = await database.new_ids(len(changes))
    ids = [c.id if c.id is not None else i for c, i in zip(changes, fresh, strict=True)]
    named: list[Change] = [
        c
        if isinstance(c, Delete) or c.id is not None
        else Put(c.kind, c.name, c.spec, id=i, secrets=c.secrets, new=True)
        for c, i in zip(changes, ids, strict=True)
    ]

    async def work(transaction: Transaction) -> None:
        await transaction.write(named)

    await run(database, work, actor_id, now)
    return ids


async def run(database: Database, work: Any, actor_id: int | None, now: datetime) -> Any:
    """One transaction; what it wrote is sealed and committed in one round trip."""
    (commit_id,) = await database.new_ids(1)
    async with database.begun() as connection:
        version = await connection.fetchval(
            "SELECT config_version FROM installation FOR NO KEY UPDATE"
        )
        before = await load(connection, version)
        transaction = Transaction(connection, before, actor_id, now)
        result = await work(transaction)
        if transaction.events:
            await insert_events(connection, transaction.events, commit_id)
            await connection.execute(f"SELECT seal({commit_id:d}); COMMIT")
        else:
            await connection.execute("COMMIT")
    return result


class Transaction:
    """Implements `application.configuration.changes.ConfigurationTransaction`."""

    def __init__(
        self, connection: Any, before: Configuration, actor_id: int | None, now: datetime
    ) -> None:
        self.configuration = before
        self.events: list[EventRecord] = []
        self._connection = connection
        self._actor_id = actor_id
        self._now = now

    async def uses(self, removed: Iterable[int], stopped: Iterable[int]) -> list[Use]:
        """Who at work needs these things."""
        return await uses(self._connection, removed, stopped)

    async def password_hashes(self, user_ids: Iterable[int]) -> Mapping[int, str]:
        """Stored password hashes."""
        rows = await self._connection.fetch(
            "SELECT user_id, password_hash FROM credential WHERE user_id = ANY($1::bigint[])",
            list(user_ids),
        )
        return {row["user_id"]: row["password_hash"] for row in rows}

    async def recall(self, user_id: int, key: str) -> tuple[str, int, str] | None:
        """What is remembered under an idempotency key."""
        row = await self._connection.fetchrow(
            "SELECT fingerprint, status, answer FROM command_result"
            " WHERE user_id = $1 AND key = $2",
            user_id,
            key,
        )
        return (row["fingerprint"], row["status"], row["answer"]) if row else None

    async def remember(self, once: Once, answer: str) -> None:
        """Keep an answer under its key."""
        await self._connection.execute(
            "INSERT INTO command_result VALUES ($1, $2, $3, 200, $4, $5)",
            once.user_id,
            once.key,
            once.fingerprint,
            answer,
            self._now,
        )

    async def write(self, changes: Sequence[Change]) -> None:
        """Deletions first, so that a name may pass on; then agents, sessions, the event."""
        before = self.configuration
        version = await self._connection.fetchval(
            "UPDATE installation SET config_version = config_version + 1 RETURNING config_version"
        )
        try:
            for change in sorted(changes, key=lambda c: isinstance(c, Put)):
                if isinstance(change, Put):
                    await self._put(change)
                else:
                    await self._delete(change)
        except asyncpg.UniqueViolationError:
            raise Refused("name_taken", "There is already one with this name.") from None
        except asyncpg.ForeignKeyViolationError:
            words = "This is in use, or part of the history of conversations. Deactivate it."
            raise Refused("in_use", words) from None
        after = self.configuration = await load(self._connection, version)
        ended = shrunk(before, after) | {
            c.id for c in changes if isinstance(c, Put) and c.password_hash and c.id is not None
        }
        await sync_webhooks(self._connection, before, after)
        self.events += [
            *await sync_agents(self._connection, after, self._now),
            *await end_sessions(self._connection, ended, self._now),
            self._told(changes, before, version),
            *rights_changed(before, after, self._now),
        ]

    async def _put(self, change: Put) -> None:
        spec = encode_json(change.spec).decode()
        if change.new:
            await self._connection.execute(
                "INSERT INTO configuration (id, kind, name, spec, secrets)"
                " VALUES ($1, $2, $3, $4::jsonb, $5)",
                change.id,
                change.kind,
                change.name,
                spec,
                change.secrets,
            )
        else:
            self._check(change)
            await self._connection.execute(
                "UPDATE configuration SET name = $2, spec = $3::jsonb, version = version + 1,"
                " secrets = coalesce($4, secrets) WHERE id = $1",
                change.id,
                change.name,
                spec,
                change.secrets,
            )
        if change.password_hash is not None:
            await self._connection.execute(
                "INSERT INTO credential VALUES ($1, $2)"
                " ON CONFLICT (user_id) DO UPDATE SET password_hash = excluded.password_hash",
                change.id,
                change.password_hash,
            )

    async def _delete(self, change: Delete) -> None:
        self._check(change)
        await self._connection.execute("DELETE FROM agent WHERE id = $1", change.id)
        await self._connection.execute("DELETE FROM configuration WHERE id = $1", change.id)

    def _check(self, change: Change) -> None:
        item = self.configuration.items.get(change.id or 0)
        if item is None:
            raise NotFound("not_found", "This does not exist, or no longer does.")
        if change.expected is not None and item.version != change.expected:
            words = "Somebody has changed this meanwhile."
            raise Stale("stale_version", words, {"version": item.version})

    def _told(self, changes: Sequence[Change], before: Configuration, version: int) -> EventRecord:
        return EventRecord(
            kind="catalog.changed",
            at=self._now,
            audience=("everyone",),
            facts={
                "actor_id": self._actor_id,
                "changes": [_fact(change, before) for change in changes],
            },
            entities={"catalog_version": version},
        )


def _fact(change: Change, before: Configuration) -> dict[str, Any]:
    """What is kept of a change for the audit: before and after, secrets by name only."""
    item = before.items.get(change.id or 0)
    fact: dict[str, Any] = {"id": change.id}
    if item is not None:
        fact |= {"kind": item.kind, "name": item.name, "before": canonical(item.spec)}
    if isinstance(change, Delete):
        return {**fact, "action": "deleted"}
    if item is not None and item.name != change.name:
        fact["renamed_from"] = item.name
    return {
        **fact,
        "action": "created" if item is None else "replaced",
        "kind": change.kind,
        "name": change.name,
        "after": dict(change.spec),
        **({"secrets": list(change.secret_names)} if change.secret_names else {}),
        **({"password": True} if change.password_hash else {}),
    }
