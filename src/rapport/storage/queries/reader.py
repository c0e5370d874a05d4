"""Implements `application.reading.Reader` by the queries of this package."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rapport.application.ports import ConfigurationSource
from rapport.application.reading import FileRow, Sight
from rapport.application.views import View, message_view, task_view
from rapport.domain.errors import Forbidden, Stale
from rapport.storage.database import Database, decode_json, encode_json
from rapport.storage.queries.contacts import contact_panel
from rapport.storage.queries.handled import handled_by
from rapport.storage.queries.rights import READABLE_UP_TO, readers_question
from rapport.storage.queries.snapshot import agent_snapshot
from rapport.storage.queries.targets import handover_targets
from rapport.storage.queries.thread import thread_page
from rapport.storage.queries.waiting import waiting_counts, waiting_in
from rapport.storage.rows import leg_from, message_from, task_from

_PAGE = 200
_AHEAD = """
SELECT count(*) FROM task t JOIN task other ON other.queue_id = t.queue_id
WHERE t.id = $1 AND other.state = 'queued'
  AND (other.rank_at, other.id) < (t.rank_at, t.id)"""

_PRESENCE = f"""
SELECT {READABLE_UP_TO} AS up_to, CASE WHEN (
    SELECT spec->>'channel' FROM configuration WHERE id = here.account_id) = 'webchat'
    THEN here.customer_away_since IS NULL END AS online
FROM conversation here WHERE here.id = $1"""  # noqa: S608 - our own words


class PostgresReader:
    """What each method does is said at the Protocol."""

    def __init__(self, database: Database, configuration: ConfigurationSource) -> None:
        self._database = database
        self._pool = database.pool
        self._configuration = configuration

    async def snapshot(self, agent_id: int) -> View:  # noqa: D102
        return await agent_snapshot(self._database, agent_id)

    async def thread(  # noqa: D102
        self,
        conversation_id: int,
        sight: Sight,
        *,
        before: int | None,
        after: int | None,
        limit: int,
    ) -> View:
        return await thread_page(
            self._database,
            conversation_id,
            sight,
            before=before,
            after=after,
            limit=limit,
        )

    async def targets(  # noqa: D102
        self, task_id: int, reader_id: int, query: str, now: datetime, *, conference: bool
    ) -> View:
        return await handover_targets(
            self._database,
            self._configuration.current,
            task_id,
            reader_id,
            query,
            now,
            conference=conference,
        )

    async def handled(  # noqa: D102
        self,
        agent_id: int,
        *,
        since: datetime,
        before: tuple[datetime, int],
        channel: str | None,
        words: str,
        queue_ids: Sequence[int],
        limit: int,
    ) -> tuple[list[View], tuple[datetime, int] | None]:
        return await handled_by(
            self._database,
            agent_id,
            since=since,
            before=before,
            channel=channel,
            words=words,
            queue_ids=queue_ids,
            limit=limit,
        )

    async def contact(self, contact_id: int, sight: Sight) -> View:  # noqa: D102
        return await contact_panel(self._database, contact_id, sight)

    async def contact_attributes(self, contact_id: int) -> dict[str, str]:  # noqa: D102
        found = await self._pool.fetchval(
            "SELECT attributes FROM contact WHERE id = $1", contact_id
        )
        attributes: dict[str, str] = decode_json(found) if found else {}
        return attributes

    async def sees(self, conversation_id: int, sight: Sight) -> bool:  # noqa: D102
        asked = readers_question(conversation_id, sight)
        return await self._pool.fetchval(f"SELECT {READABLE_UP_TO}", *asked) is not None

    async def presence(self, conversation_id: int, sight: Sight) -> bool | None:  # noqa: D102
        row = await self._pool.fetchrow(_PRESENCE, *readers_question(conversation_id, sight))
        if row is None or row["up_to"] is None:
            raise Forbidden("not_your_task", "You have no part in this conversation.")
        online: bool | None = row["online"]
        return online

    async def may_read(self, conversation_id: int, agent_id: int) -> bool:  # noqa: D102
        return bool(
            await self._pool.fetchval(
                "SELECT EXISTS (SELECT FROM leg l JOIN task t ON t.id = l.task_id"
                " WHERE t.conversation_id = $1 AND l.agent_id = $2)",
                conversation_id,
                agent_id,
            )
        )

    async def draft(self, user_id: int, conversation_id: int, mode: str = "") -> View:  # noqa: D102
        row = await self._pool.fetchrow(
            "SELECT text, fields, version FROM draft"
            " WHERE user_id = $1 AND conversation_id = $2 AND mode = $3",
            user_id,
            conversation_id,
            mode,
        )
        if row is None:
            return {"text": "", "fields": {}, "version": 0}
        return {**dict(row), "fields": decode_json(row["fields"])}

    async def save_draft(  # noqa: D102
        self,
        user_id: int,
        conversation_id: int,
        text: str,
        version: int,
        now: datetime,
        mode: str = "",
        fields: View | None = None,
    ) -> View:
        stored = await self._pool.fetchval(
            "INSERT INTO draft AS d (user_id, conversation_id, text, version, updated_at, mode,"
            " fields) VALUES ($1, $2, $3, $4 + 1, $5, $6, $7::jsonb)"
            " ON CONFLICT (user_id, conversation_id, mode) DO UPDATE"
            " SET text = excluded.text, version = d.version + 1, updated_at = excluded.updated_at,"
            " fields = excluded.fields WHERE d.version = $4 RETURNING version",
            user_id,
            conversation_id,
            text,
            version,
            now,
            mode,
            encode_json(fields or {}).decode(),
        )
        if stored is None:
            raise Stale(
                "stale_version",
                "The draft was changed in another tab.",
                await self.draft(user_id, conversation_id, mode),
            )
        return {"version": stored}

    async def preferences(self, user_id: int) -> View:  # noqa: D102
        data = await self._pool.fetchval("SELECT data FROM preference WHERE user_id = $1", user_id)
        result: View = decode_json(data) if data else {}
        return result

    async def merge_preferences(self, user_id: int, patch: View) -> View:  # noqa: D102
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(
                "INSERT INTO preference VALUES ($1, '{}') ON CONFLICT DO NOTHING", user_id
            )
            data = await connection.fetchval(
                "SELECT data FROM preference WHERE user_id = $1 FOR UPDATE", user_id
            )
            merged = merge_patch(decode_json(data), patch)
            await connection.execute(
                "UPDATE preference SET data = $2::jsonb WHERE user_id = $1",
                user_id,
                encode_json(merged).decode(),
            )
        return merged

    async def add_attachment(  # noqa: D102
        self,
        attachment_id: int,
        conversation_id: int,
        file: FileRow,
        *,
        by_customer: bool,
        now: datetime,
    ) -> None:
        await self._pool.execute(
            "INSERT INTO attachment (id, conversation_id, filename, media_type, size, storage_key,"
            " by_customer, created_at, held_due) VALUES ($1, $2, $3, $4, $5, $6, $7, $8,"
            " CASE WHEN $9 THEN clock_timestamp() END)",
            attachment_id,
            conversation_id,
            file.filename,
            file.media_type,
            file.size,
            file.storage_key,
            by_customer,
            now,
            file.held,
        )

    async def account_of(self, conversation_id: int) -> int | None:  # noqa: D102
        found: int | None = await self._pool.fetchval(
            "SELECT account_id FROM conversation WHERE id = $1", conversation_id
        )
        return found

    async def attachment(self, attachment_id: int) -> FileRow | None:  # noqa: D102
        row = await self._pool.fetchrow(
            "SELECT id, conversation_id, filename, media_type, size,"
            " coalesce(storage_key, '') AS storage_key, held_due IS NOT NULL AS held,"
            " refusal_code, refusal_message FROM attachment WHERE id = $1",
            attachment_id,
        )
        return FileRow(**dict(row)) if row else None

    async def waiting_counts(self, queue_ids: Sequence[int]) -> dict[int, View]:  # noqa: D102
        return await waiting_counts(self._database, queue_ids)

    async def waiting_in(  # noqa: D102
        self, queue_id: int, after: tuple[datetime, int] | None, limit: int
    ) -> tuple[list[View], tuple[datetime, int] | None]:
        return await waiting_in(self._database, queue_id, after, limit)

    async def visitor_conversation(  # noqa: D102
        self, account_id: int, contact_key: str
    ) -> View | None:
        row = await self._pool.fetchrow(
            "SELECT id, task_id, last_seq, customer_seen_seq FROM conversation"
            " WHERE account_id = $1 AND contact_key = $2",
            account_id,
            contact_key,
        )
        if row is None:
            return None
        task: Any = None
        ahead = 0
        if row["task_id"] is not None:
            found = await self._pool.fetchrow("SELECT * FROM task WHERE id = $1", row["task_id"])
            legs = await self._pool.fetch(
                "SELECT * FROM leg WHERE task_id = $1 ORDER BY id", row["task_id"]
            )
            if found is not None:
                task = task_view(task_from(found, tuple(leg_from(leg) for leg in legs)))
            if task is not None and task["state"] == "queued":
                ahead = await self._pool.fetchval(_AHEAD, row["task_id"])
        return {**dict(row), "task": task, "ahead": ahead}

    async def visitor_thread(  # noqa: D102
        self, conversation_id: int, *, after: int, before: int | None, limit: int
    ) -> View:
        rows = await self._pool.fetch(
            "SELECT * FROM message WHERE conversation_id = $1 AND seq > $2 AND seq < $3"
            " AND customer_sees ORDER BY seq DESC LIMIT $4",
            conversation_id,
            after,
            before if before is not None else 2**62,
            limit + 1,
        )
        page = [message_view(message_from(row)) for row in rows[:limit]]
        page.reverse()
        return {"messages": page, "more": len(rows) > limit}

    async def seen_by_customer(self, conversation_id: int, after: int, before: int) -> View:  # noqa: D102
        rows = await self._pool.fetch(
            "SELECT * FROM message WHERE conversation_id = $1 AND seq > $2 AND seq < $3"
            " AND customer_sees ORDER BY seq LIMIT $4",
            conversation_id,
            after,
            before,
            _PAGE + 1,
        )
        page = [message_view(message_from(row)) for row in rows[:_PAGE]]
        return {"messages": page, "more": len(rows) > _PAGE}

    async def participants(self, conversation_id: int) -> list[int]:  # noqa: D102
        rows = await self._pool.fetch(
            "SELECT l.agent_id FROM conversation c JOIN leg l ON l.task_id = c.task_id"
            " WHERE c.id = $1 AND l.state = 'active'",
            conversation_id,
        )
        return [row["agent_id"] for row in rows]


def merge_patch(target: View, patch: View) -> View:
    """RFC 7396: null removes, objects merge, everything else replaces."""
    result = dict(target)
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict):
            inner = result.get(key)
            result[key] = merge_patch(inner if isinstance(inner, dict) else {}, value)
        else:
            result[key] = value
    return result
