"""Files whose rows are gone leave for certain, even where their place does not answer at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rapport.domain.errors import FilesAway
from rapport.storage.database import Database
from rapport.storage.files import Files

BATCH = 500
_NOTE = """
INSERT INTO file_removal (key) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING"""
_STILL_NAMED = """
SELECT storage_key AS key FROM attachment WHERE storage_key = ANY($1::text[])
UNION SELECT storage_key FROM template_file WHERE storage_key = ANY($1::text[])
UNION SELECT raw_key FROM mail WHERE raw_key = ANY($1::text[])"""
_FORGET = "DELETE FROM file_removal WHERE key = ANY($1::text[])"
_WAITING = "SELECT count(*) FROM file_removal WHERE key = ANY($1::text[])"
_NOTED = "SELECT key FROM file_removal ORDER BY since LIMIT $1"


async def note_removals(connection: Any, keys: Sequence[str]) -> None:
    """Say in the transaction that deletes rows that their files go with them."""
    await connection.execute(_NOTE, list(keys))


class Removals:
    """Deletes noted files; twice, or on two nodes, does no harm."""

    def __init__(self, database: Database, files: Files) -> None:
        self._pool = database.pool
        self._files = files

    async def remove(self, key: str) -> None:
        """Delete a file that no row has named yet, now or as soon as it can be."""
        await note_removals(self._pool, [key])
        await self.carry_out([key])

    async def carry_out(self, keys: Sequence[str]) -> int:
        """Delete those of these noted files that no row names any more; returns how many.

        What can't be deleted now stays noted.
        """
        rows = await self._pool.fetch(_STILL_NAMED, list(keys))
        named = {row["key"] for row in rows}
        gone: list[str] = []
        try:
            for key in sorted(set(keys) - named):
                await self._files.delete(key)
                gone.append(key)
        except FilesAway:
            pass
        finally:
            await self._pool.execute(_FORGET, [*gone, *named])
        return len(gone)

    async def waiting(self, keys: Sequence[str]) -> int:
        """How many of these are still noted."""
        return int(await self._pool.fetchval(_WAITING, list(keys)))

    async def carry_out_noted(self) -> int:
        """Delete some of those that are still noted; returns how many, 0 when nothing is due."""
        rows = await self._pool.fetch(_NOTED, BATCH)
        return await self.carry_out([row["key"] for row in rows]) if rows else 0
