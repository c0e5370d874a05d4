"""Files whose thumbnails are still to be made; implements `jobs.thumbnails.ThumbnailBoard`."""

from __future__ import annotations

from collections.abc import Sequence

from rapport.storage.database import Database

_CLAIM = """
UPDATE attachment a SET thumbnail_due = clock_timestamp() + make_interval(secs => $2)
FROM (SELECT id FROM attachment WHERE thumbnail_due <= clock_timestamp()
        AND held_due IS NULL AND storage_key IS NOT NULL
      ORDER BY thumbnail_due LIMIT $1 FOR UPDATE SKIP LOCKED) due
WHERE a.id = due.id RETURNING a.id, a.storage_key, a.media_type, a.thumbnail_tries"""
_DONE = "UPDATE attachment SET thumbnail_due = NULL WHERE id = ANY($1::bigint[])"
_LATER = """
UPDATE attachment SET thumbnail_tries = thumbnail_tries + 1,
    thumbnail_due = clock_timestamp() + make_interval(secs => $2) WHERE id = $1"""


class ThumbnailJobs:
    """What each method does is said at the Protocol."""

    def __init__(self, database: Database) -> None:
        self._pool = database.pool

    async def claim(self, limit: int, lease_s: float) -> Sequence[tuple[int, str, str, int]]:  # noqa: D102
        return [tuple(row) for row in await self._pool.fetch(_CLAIM, limit, lease_s)]

    async def done(self, ids: Sequence[int]) -> None:  # noqa: D102
        await self._pool.execute(_DONE, list(ids))

    async def later(self, attachment_id: int, seconds: float) -> None:  # noqa: D102
        await self._pool.execute(_LATER, attachment_id, seconds)
