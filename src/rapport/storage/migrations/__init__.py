"""Schema changes: forward only, one numbered file each, written in SQL and run by Alembic.

`upgrade` is safe to run from several nodes at once: an advisory lock lets one work. Alembic comes
only where there is something to run: it takes 30 MB and half a second that a start without
migrations does without.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import asyncpg

VERSIONS = Path(__file__).parent / "versions"
CONNECT_WITHIN_S = 10.0


class NewerSchemaError(Exception):
    """The database belongs to a newer Rapport; nothing was changed."""

    def __init__(self, revision: str) -> None:
        super().__init__(
            f"The database belongs to a newer Rapport (schema {revision}). Install that version, or"
            " restore a backup into another database."
        )


async def upgrade(dsn: str, revision: str = "head") -> None:
    """Bring the database at this PostgreSQL URL to a revision, the newest by default.

    Raises:
        NewerSchemaError: the database is ahead of this Rapport.
    """
    lacking = await pending(dsn)
    if not lacking or (revision != "head" and revision not in lacking):
        return
    from rapport.storage.migrations.running import run

    await run(dsn, revision)


async def pending(dsn: str) -> list[str]:
    """Revisions that the database lacks, oldest first.

    Raises:
        NewerSchemaError: the database is ahead of this Rapport.
    """
    current = await _current(dsn)
    known = revisions()
    if current is None:
        return known
    if current not in known:
        raise NewerSchemaError(current)
    return known[known.index(current) + 1 :]


def revisions() -> list[str]:
    """All revisions that this Rapport knows, oldest first: the numbers of their files."""
    return sorted(path.name[:4] for path in VERSIONS.glob("[0-9]*.py"))


async def _current(dsn: str) -> str | None:
    connection: Any = await asyncpg.connect(dsn, timeout=CONNECT_WITHIN_S)
    try:
        if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
            return None
        found: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
        return found
    finally:
        await connection.close()
