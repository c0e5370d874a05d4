"""The transaction that use cases run in: locks in the agreed order, one write, one position."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar

import asyncpg

from rapport.application.ports import Case, Changes, ConfigurationSource, Transaction
from rapport.domain.agent import Agent
from rapport.domain.message import Addressee, Attachment, Contact, Conversation, Message
from rapport.domain.task import Leg
from rapport.domain.workflows import Run
from rapport.storage import starting
from rapport.storage.audiences import tell_who_serves_now
from rapport.storage.changes import write
from rapport.storage.database import LOST, RACES, Database, Unavailable
from rapport.storage.first_files import take_files
from rapport.storage.last_messages import last_messages
from rapport.storage.rows import (
    agent_from,
    contact_from,
    conversation_from,
    leg_from,
    message_from,
    task_from,
)
from rapport.storage.workflow_runs import keep_run, locked_run

T = TypeVar("T")
ATTEMPTS = 4

_LOCK_CONVERSATIONS = """
SELECT * FROM conversation WHERE id IN (
    SELECT conversation_id FROM task WHERE id = ANY($1::bigint[]))
ORDER BY id FOR NO KEY UPDATE"""
_LOCK_CONVERSATION = "SELECT * FROM conversation WHERE id = $1 FOR NO KEY UPDATE"
_LOCK_TASKS = "SELECT * FROM task WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE"
_LOCK_LEGS = """
SELECT * FROM leg WHERE task_id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE"""
_CONTACTS = "SELECT * FROM contact WHERE id = ANY($1::bigint[])"
_LOCK_AGENTS = "SELECT * FROM agent WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE"

# Of what waits to be sent nothing has reached the customer, whose silence has not begun.
_UNANSWERED = """
SELECT max(CASE status WHEN 'queued' THEN $3 ELSE coalesce(sent_at, created_at) END)
FROM message WHERE conversation_id = $1 AND direction = 'outbound'
  AND status IS DISTINCT FROM 'failed' AND id IS DISTINCT FROM $2
  AND seq > coalesce((SELECT max(seq) FROM message
                      WHERE conversation_id = $1 AND direction = 'inbound'), 0)
HAVING bool_or(author_kind = 'agent' AND author_id IS NOT NULL)"""
_NEXT_IN_LANE = """
UPDATE outbox_lane SET due = CASE WHEN EXISTS (SELECT FROM outbox_job WHERE lane_id = $1)
    THEN greatest(clock_timestamp(), (SELECT not_before FROM outbox_job WHERE lane_id = $1
                                      ORDER BY id LIMIT 1)) END WHERE id = $1"""

_WAKE = """
UPDATE outbox_lane SET due = greatest(clock_timestamp(), (SELECT not_before FROM outbox_job
    WHERE lane_id = $1 ORDER BY id LIMIT 1))
WHERE id = $1 AND due IS NOT NULL RETURNING due <= clock_timestamp()"""


class PostgresStore:
    """Runs use cases in transactions; implements `application.ports.Store`."""

    def __init__(self, database: Database, configuration: ConfigurationSource) -> None:
        self._database = database
        self._configuration = configuration

    async def run(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Run work in a transaction; again if it lost a race for locks.

        A connection lost during COMMIT leaves the outcome unknown: the caller repeats with the
        same idempotency key.
        """
        for attempt in range(ATTEMPTS):
            try:
                return await self._once(work)
            except (*RACES, asyncpg.UniqueViolationError):
                if attempt == ATTEMPTS - 1:
                    raise
            except LOST as error:
                raise Unavailable from error
        raise AssertionError("unreachable")

    async def new_ids(self, count: int) -> Sequence[int]:
        """Fresh ids."""
        try:
            return await self._database.new_ids(count)
        except LOST as error:
            raise Unavailable from error

    async def _once(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        async with self._database.begun() as connection:
            transaction = PostgresTransaction(connection, self._database, self._configuration)
            result = await work(transaction)
            await transaction.commit()
            return result


class PostgresTransaction:
    """Implements `application.ports.Transaction`; what each method does is said there."""

    def __init__(
        self,
        connection: Any,
        database: Database,
        configuration: ConfigurationSource,
    ) -> None:
        self._connection: asyncpg.Connection[Any] = connection
        self._database = database
        self._configuration = configuration
        self._commit_id: int | None = None

    async def cases(self, task_ids: Iterable[int]) -> dict[int, Case]:  # noqa: D102
        wanted = sorted(set(task_ids))
        if not wanted:
            return {}
        rows = await self._connection.fetch(_LOCK_CONVERSATIONS, wanted)
        conversations = {row["id"]: conversation_from(row) for row in rows}
        tasks = await self._connection.fetch(_LOCK_TASKS, wanted)
        legs: dict[int, list[Leg]] = {}
        for row in await self._connection.fetch(_LOCK_LEGS, wanted):
            legs.setdefault(row["task_id"], []).append(leg_from(row))
        contacts = {
            row["id"]: contact_from(row)
            for row in await self._connection.fetch(
                _CONTACTS, sorted({c.contact_id for c in conversations.values()})
            )
        }
        last = await last_messages(
            self._connection, ((row["id"], row["conversation_id"]) for row in tasks)
        )
        cases = {}
        for row in tasks:
            conversation = conversations[row["conversation_id"]]
            cases[row["id"]] = Case(
                conversation=conversation,
                task=task_from(row, tuple(legs.get(row["id"], ()))),
                contact=contacts[conversation.contact_id],
                last_message=last.get(row["id"]),
            )
        return cases

    async def case_of_conversation(self, conversation_id: int) -> Case | None:  # noqa: D102
        row = await self._connection.fetchrow(_LOCK_CONVERSATION, conversation_id)
        if row is None or row["task_id"] is None:
            return None
        return (await self.cases([row["task_id"]])).get(row["task_id"])

    async def conversation_with(  # noqa: D102
        self, whom: Addressee, ids: Sequence[int], now: datetime
    ) -> tuple[Conversation, Contact]:
        return await starting.conversation_with(self._connection, whom, ids, now)

    async def conversation(  # noqa: D102
        self, conversation_id: int
    ) -> tuple[Conversation, Contact] | None:
        return await starting.conversation(self._connection, conversation_id)

    async def open_task_with(  # noqa: D102
        self, account_id: int, contact_id: int
    ) -> tuple[int, int] | None:
        return await starting.open_task_with(self._connection, account_id, contact_id)

    async def take_files(  # noqa: D102
        self, conversation_id: int, agent_id: int, ids: Sequence[int]
    ) -> tuple[Attachment, ...]:
        return await take_files(self._connection, conversation_id, agent_id, ids)

    async def writes_to(  # noqa: D102
        self, conversation_id: int, addresses: Sequence[str]
    ) -> None:
        await starting.writes_to(self._connection, conversation_id, addresses)

    async def agents(self, agent_ids: Iterable[int]) -> dict[int, Agent]:  # noqa: D102
        wanted = sorted(set(agent_ids))
        if not wanted:
            return {}
        rows = await self._connection.fetch(_LOCK_AGENTS, wanted)
        return {row["id"]: agent_from(row) for row in rows}

    async def ringing_tasks(self, agent_ids: Iterable[int]) -> set[int]:  # noqa: D102
        rows = await self._connection.fetch(
            "SELECT task_id FROM leg WHERE agent_id = ANY($1::bigint[]) AND state = 'offered'",
            list(agent_ids),
        )
        return {row["task_id"] for row in rows}

    async def held_tasks(self, agent_id: int) -> set[int]:  # noqa: D102
        rows = await self._connection.fetch(
            "SELECT task_id FROM leg WHERE agent_id = $1 AND state = 'active'", agent_id
        )
        return {row["task_id"] for row in rows}

    async def inbound_seq_at(self, conversation_id: int, seq: int) -> tuple[int, int]:  # noqa: D102
        row = await self._connection.fetchrow(
            "SELECT seq, inbound_seq FROM message WHERE conversation_id = $1 AND seq <= $2"
            " ORDER BY seq DESC LIMIT 1",
            conversation_id,
            seq,
        )
        return (row["seq"], row["inbound_seq"]) if row else (0, 0)

    async def attachments(  # noqa: D102
        self, conversation_id: int, ids: Sequence[int]
    ) -> tuple[Attachment, ...]:
        if not ids:
            return ()
        rows = await self._connection.fetch(
            # Shared, so that what waits for the virus scanner is not released past this message.
            "SELECT id, filename, media_type, size, held_due IS NOT NULL AS held, refusal_code,"
            " refusal_message FROM attachment"
            " WHERE conversation_id = $1 AND id = ANY($2::bigint[]) FOR SHARE",
            conversation_id,
            list(ids),
        )
        known = {row["id"]: Attachment(**dict(row)) for row in rows}
        return tuple(known[i] for i in ids if i in known)

    async def message_by_client_id(  # noqa: D102
        self, conversation_id: int, client_id: str
    ) -> Message | None:
        row = await self._connection.fetchrow(
            "SELECT * FROM message WHERE conversation_id = $1 AND client_id = $2"
            " ORDER BY seq DESC LIMIT 1",
            conversation_id,
            client_id,
        )
        return message_from(row) if row else None

    async def message(self, message_id: int) -> Message | None:  # noqa: D102
        row = await self._connection.fetchrow(
            "SELECT * FROM message WHERE id = $1 FOR NO KEY UPDATE", message_id
        )
        return message_from(row) if row else None

    async def newest_inbound_seq(self, conversation_id: int) -> int:  # noqa: D102
        seq = await self._connection.fetchval(
            "SELECT seq FROM message WHERE conversation_id = $1 AND direction = 'inbound'"
            " AND NOT coalesce(content->'details' ? 'split_to', false)"
            " AND content->'details'->>'class' IS DISTINCT FROM 'auto_reply'"
            " ORDER BY seq DESC LIMIT 1",
            conversation_id,
        )
        return seq or 0

    async def unanswered_since(  # noqa: D102
        self, conversation_id: int, now: datetime, *, without: int | None = None
    ) -> datetime | None:
        spoke_at: datetime | None = await self._connection.fetchval(
            _UNANSWERED, conversation_id, without, now
        )
        return spoke_at

    async def take_from_outbox(  # noqa: D102
        self, conversation_id: int, message_id: int
    ) -> bool:
        lane = await self._connection.fetchrow(
            "SELECT lease_until FROM outbox_lane WHERE id = $1 FOR UPDATE", conversation_id
        )
        if lane is None:
            return False
        first = await self._connection.fetchval(
            "SELECT message_id FROM outbox_job WHERE lane_id = $1 ORDER BY id LIMIT 1",
            conversation_id,
        )
        if first == message_id and lane["lease_until"] is not None:
            return False
        gone = await self._connection.fetchval(
            "DELETE FROM outbox_job WHERE lane_id = $1 AND message_id = $2 RETURNING id",
            conversation_id,
            message_id,
        )
        if gone is not None and first == message_id:
            await self._connection.execute(_NEXT_IN_LANE, conversation_id)
        return gone is not None

    async def wake_outbox(self, conversation_id: int) -> bool:  # noqa: D102
        return bool(await self._connection.fetchval(_WAKE, conversation_id))

    async def queue_length(self, queue_id: int) -> int:  # noqa: D102
        count = await self._connection.fetchval(
            "SELECT count(*) FROM task WHERE queue_id = $1 AND state = 'queued'", queue_id
        )
        return int(count)

    async def save(self, changes: Changes) -> None:  # noqa: D102
        if self._commit_id is not None:
            raise AssertionError("a transaction saves once")
        ids = await self._database.new_ids(1 + len(changes.jobs))
        queues = self._configuration.current.queues
        await tell_who_serves_now(self._connection, changes)
        await write(self._connection, changes, queues, ids[0], ids[1:])
        if changes.events:
            self._commit_id = ids[0]

    async def locked_run(self, run_id: int) -> Run | None:  # noqa: D102
        return await locked_run(self._connection, run_id)

    async def keep_run(self, run: Run) -> None:  # noqa: D102
        await keep_run(self._connection, run)

    async def recall(self, user_id: int, key: str) -> tuple[str, int, str] | None:  # noqa: D102
        row = await self._connection.fetchrow(
            "SELECT fingerprint, status, answer FROM command_result"
            " WHERE user_id = $1 AND key = $2",
            user_id,
            key,
        )
        return (row["fingerprint"], row["status"], row["answer"]) if row else None

    async def remember(  # noqa: D102
        self, user_id: int, key: str, fingerprint: str, status: int, answer: str, now: datetime
    ) -> None:
        await self._connection.execute(
            "INSERT INTO command_result VALUES ($1, $2, $3, $4, $5, $6)",
            user_id,
            key,
            fingerprint,
            status,
            answer,
            now,
        )

    async def commit(self) -> None:
        """Take the stream position and commit in one round trip.

        Sent together on purpose: the position's lock is held until the commit, and a pause of
        this process between the two would stop every writer of the installation.
        """
        if self._commit_id is None:
            await self._connection.execute("COMMIT")
        else:
            await self._connection.execute(f"SELECT seal({self._commit_id:d}); COMMIT")
