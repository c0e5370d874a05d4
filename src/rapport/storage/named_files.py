"""The files that rows name."""

from __future__ import annotations

import asyncpg

MOST = 10_000
_NAMED = """
(SELECT storage_key AS key FROM attachment WHERE storage_key IS NOT NULL ORDER BY id DESC LIMIT $1)
UNION (SELECT raw_key FROM mail WHERE raw_key IS NOT NULL ORDER BY id DESC LIMIT $1)
UNION (SELECT storage_key FROM template_file ORDER BY id DESC LIMIT $1)
LIMIT $1"""


async def named_files(dsn: str, most: int = MOST) -> list[str]:
    """Keys of the newest files that there should be, at most as many as said."""
    connection = await asyncpg.connect(dsn, timeout=10, command_timeout=30)
    try:
        return [str(row["key"]) for row in await connection.fetch(_NAMED, most)]
    finally:
        await connection.close()
