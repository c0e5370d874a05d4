"""Schema changes: forward only, one file each, written in SQL and run by Alembic.

`upgrade` is safe to run from several nodes at once: an advisory lock lets one work.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

HERE = Path(__file__).parent
_LOCK = 7_242_001


class NewerSchemaError(Exception):
    """The database belongs to a newer Rapport; nothing was changed."""

    def __init__(self, revision: str) -> None:
        super().__init__(
            f"The database belongs to a newer Rapport (schema {revision}). Install that version, or"
            " restore a backup into another database."
        )


def configuration() -> Config:
    """Alembic's settings; there is no alembic.ini."""
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.set_main_option("path_separator", "os")
    return config


async def upgrade(dsn: str, revision: str = "head") -> None:
    """Bring the database at this PostgreSQL URL to a revision, the newest by default.

    Raises:
        NewerSchemaError: the database is ahead of this Rapport.
    """

    def run(connection: Connection) -> None:
        _known(connection)
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)

    await _with_connection(dsn, run)


async def pending(dsn: str) -> list[str]:
    """Revisions that the database lacks, oldest first.

    Raises:
        NewerSchemaError: the database is ahead of this Rapport.
    """
    found: list[str] = []

    def run(connection: Connection) -> None:
        current = _known(connection)
        script = ScriptDirectory.from_config(configuration())
        found.extend(r.revision for r in script.iterate_revisions("head", current or "base"))

    await _with_connection(dsn, run)
    return list(reversed(found))


def _known(connection: Connection) -> str | None:
    current = MigrationContext.configure(connection).get_current_revision()
    if current is not None and current not in revisions():
        raise NewerSchemaError(current)
    return current


def revisions() -> list[str]:
    """All revisions that this Rapport knows, oldest first."""
    script = ScriptDirectory.from_config(configuration())
    return [r.revision for r in reversed(list(script.walk_revisions()))]


async def _with_connection(dsn: str, run: object) -> None:
    url = dsn.replace("postgresql://", "postgresql+asyncpg://", 1)
    url = url.replace("postgres://", "postgresql+asyncpg://", 1)
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(run)  # type: ignore[arg-type]
    finally:
        await engine.dispose()
