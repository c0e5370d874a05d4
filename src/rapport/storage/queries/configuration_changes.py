"""Changes of the configuration, out of the event log; implements `history.ChangeLog`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from rapport.application.configuration.history import Logged
from rapport.domain.errors import Invalid
from rapport.storage.database import Database, decode_json

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_PAGE = """
SELECT at, commit_id, ord, facts FROM event
WHERE kind = 'catalog.changed'
  AND ($1::timestamptz IS NULL OR (at, commit_id, ord) < ($1, $2::bigint, $3::int))
  AND ($4::text IS NULL OR EXISTS (
    SELECT FROM json_array_elements(facts->'changes') c WHERE c->>'kind' = $4))
  AND ($5::bigint IS NULL OR (facts->>'actor_id')::bigint = $5)
ORDER BY at DESC, commit_id DESC, ord DESC LIMIT $6"""
_ONE = """
SELECT at, commit_id, ord, facts FROM event
WHERE commit_id = $1 AND ord = $2 AND kind = 'catalog.changed'"""


class PostgresChangeLog:
    """What each method does is said at the Protocol."""

    def __init__(self, database: Database) -> None:
        self._pool = database.pool

    async def page(  # noqa: D102
        self, cursor: str | None, limit: int, kind: str | None, actor_id: int | None
    ) -> tuple[list[Logged], str | None]:
        at, commit_id, ord_ = _parts(cursor) if cursor else (None, None, None)
        rows = await self._pool.fetch(_PAGE, at, commit_id, ord_, kind, actor_id, limit + 1)
        more = len(rows) > limit
        return [_logged(row) for row in rows[:limit]], _cursor(rows[limit - 1]) if more else None

    async def find(self, change_id: str) -> Logged | None:  # noqa: D102
        commit_id, _, ord_ = change_id.partition("-")
        row = await self._pool.fetchrow(_ONE, int(commit_id), int(ord_))
        return _logged(row) if row else None


def _logged(row: Any) -> Logged:
    facts = decode_json(row["facts"])
    return Logged(
        id=f"{row['commit_id']}-{row['ord']}",
        at=row["at"],
        actor_id=facts.get("actor_id"),
        changes=facts.get("changes", []),
    )


def _cursor(row: Any) -> str:
    return f"{(row['at'] - _EPOCH) // _MICROSECOND}.{row['commit_id']}.{row['ord']}"


def _parts(cursor: str) -> tuple[datetime, int, int]:
    micros, commit_id, ord_ = (int(part) for part in cursor.split("."))
    try:
        return _EPOCH + micros * _MICROSECOND, commit_id, ord_
    except OverflowError:
        raise Invalid.field("cursor", "This is no cursor of a page.") from None
