"""Rows by the hundred thousand, straight into the tables by COPY.

Foreign keys are checked row by row; they are left out here, in the session that fills a throw-away
database, and what is written keeps them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import asyncpg

from rapport.storage.database import Database


@asynccontextmanager
async def filling(dsn: str, *tables: str) -> AsyncIterator[Any]:
    """A connection for `copy`; statistics are there afterwards.

    Those of the tables named alone, as autovacuum would make them: it never looks at an empty one,
    and a planner told of an empty table believes in it until the next statistics.
    """
    connection: Any = await asyncpg.connect(dsn)
    try:
        await connection.execute("SET session_replication_role = replica")
        yield connection
        await connection.execute(f"ANALYZE {', '.join(tables)}")
    finally:
        await connection.close()


async def copy(connection: Any, table: str, columns: str, rows: Iterable[Sequence[object]]) -> None:
    """COPY rows; `columns` are names with spaces between."""
    await connection.copy_records_to_table(table, columns=columns.split(), records=rows)


async def fill_conversations(
    database: Database, account: int, customers: Sequence[str], now: datetime
) -> list[int]:
    """Customers who have just written, without a task; returns their conversations' ids."""
    ids = await database.new_ids(2 * len(customers))
    contacts, conversations = ids[: len(customers)], ids[len(customers) :]
    async with filling(database.dsn, "contact", "conversation") as connection:
        await copy(connection, "contact", "id", ((i,) for i in contacts))
        await copy(
            connection,
            "conversation",
            "id account_id contact_key contact_id created_at last_inbound_at",
            (
                (conversation, account, customer, contact, now, now)
                for conversation, customer, contact in zip(
                    conversations, customers, contacts, strict=True
                )
            ),
        )
    return list(conversations)


async def fill_outbox(
    database: Database, account: int, conversations: Sequence[int], each: int, now: datetime
) -> int:
    """`each` messages waiting to be sent in each conversation; `n` of the text is their order."""
    total = len(conversations) * each
    ids = await database.new_ids(2 * total)
    messages, jobs = ids[:total], ids[total:]
    lane_of = [conversation for _ in range(each) for conversation in conversations]
    seq_of = [n + 1 for n in range(each) for _ in conversations]
    last_job = dict(zip(lane_of, jobs, strict=True))
    async with filling(
        database.dsn, "message", "outbox_lane", "outbox_job", "conversation"
    ) as connection:
        await copy(
            connection,
            "message",
            "id conversation_id account_id seq inbound_seq direction author_kind text"
            " customer_sees status created_at",
            (
                (i, lane, account, seq, 0, "outbound", "system", f"{seq}", True, "queued", now)
                for i, lane, seq in zip(messages, lane_of, seq_of, strict=True)
            ),
        )
        await copy(
            connection,
            "outbox_lane",
            "id account_id due last_job_id",
            ((lane, account, now, job) for lane, job in last_job.items()),
        )
        await copy(
            connection,
            "outbox_job",
            "id lane_id message_id created_at",
            (
                (job, lane, message, now)
                for job, lane, message in zip(jobs, lane_of, messages, strict=True)
            ),
        )
        await connection.execute(
            "UPDATE conversation SET last_seq = $2 WHERE id = ANY($1::bigint[])",
            conversations,
            each,
        )
    return total


async def fill_agents(
    database: Database,
    agents: int,
    capacity: Sequence[int],
    now: datetime,
    seen_at: datetime,
    profile: int | None = None,
) -> None:
    """Idle agents with room; with a profile, which must say the same, they keep it."""
    people = await database.new_ids(agents)
    async with filling(database.dsn, "configuration", "agent") as connection:
        await connection.execute(
            "INSERT INTO configuration (id, kind, name, spec) SELECT i, 'users', 'user ' || i,"
            " jsonb_build_object('login', 'user' || i, 'profile', $2::bigint)"
            " FROM unnest($1::bigint[]) i",
            people,
            profile,
        )
        await copy(
            connection,
            "agent",
            "id version status status_since mode used capacity ready_since seen_at",
            ((i, 1, "idle", now, "blended", [0, 0, 0], capacity, now, seen_at) for i in people),
        )


async def fill_waiting(
    database: Database, account: int, queue: int, tasks: int, now: datetime, due_at: datetime
) -> None:
    """Tasks that wait in a queue, each with a conversation of its own."""
    conversations = await fill_conversations(
        database, account, [f"k{n}" for n in range(tasks)], now
    )
    ids = await database.new_ids(tasks)
    waits = ("custom", "social", queue, 5, now, now, now, due_at, "waiting", f"{queue}/0/", now)
    async with filling(database.dsn, "task", "conversation") as connection:
        await copy(
            connection,
            "task",
            "id version epoch state conversation_id contact_id account_id channel kind queue_id"
            " priority arrived_at queued_at waiting_since due_at due_for bucket rank_at",
            (
                (task, 1, 1, "queued", conversation, 0, account, *waits)
                for task, conversation in zip(ids, conversations, strict=True)
            ),
        )
        await connection.execute(
            "UPDATE task t SET contact_id = c.contact_id FROM conversation c"
            " WHERE c.id = t.conversation_id"
        )
        await connection.execute(
            "UPDATE conversation c SET task_id = t.id FROM task t WHERE c.id = t.conversation_id"
        )
