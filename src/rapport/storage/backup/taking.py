"""Taking a backup of an installation that goes on working."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from rapport.storage.backup.archive import (
    ABOUT,
    FORMAT,
    KEY,
    BackupError,
    Json,
    Writing,
    writing,
)
from rapport.storage.backup.tables import connect, dump, partitions, sequences, tables


@dataclass(frozen=True, slots=True)
class Source:
    """An installation: its database, its data directory, its key."""

    dsn: str
    data: Path
    key: bytes
    version: str
    bucket: str | None = None
    """Where files are, if not in the data directory: they are not part of the backup then."""


def fingerprint(key: bytes) -> str:
    """By which a restored installation knows whether it has the right key; not the key."""
    return hashlib.sha256(b"rapport key fingerprint:" + key).hexdigest()[:16]


async def back_up(
    source: Source, target: Path, now: datetime, *, passphrase: str | None, with_key: bool
) -> Json:
    """Write one consistent archive; returns figures for the operator.

    The spool is read first, then the database in one snapshot, then the files: what moves from the
    spool to the database meanwhile is in both, and taken once when it is replayed; a file is there
    before the row that names it.

    Raises:
        BackupError: `exists`, `passphrase_needed`, `not_writable`.
    """
    if await asyncio.to_thread(target.exists):
        raise BackupError("exists", f"{target} is there already; it is left as it is.")
    if with_key and not passphrase:
        words = "The key is only put into backups with a passphrase: whoever has both reads all."
        raise BackupError("passphrase_needed", words)
    partial = target.with_name(f".{target.name}.{secrets.token_hex(4)}.partial")
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise BackupError(
            "not_writable", f"{target} cannot be written: {error.strerror}."
        ) from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            figures = await _write(source, file, now, passphrase, with_key=with_key)
            file.flush()
            os.fsync(file.fileno())
            size = file.tell()
        partial.rename(target)
    finally:
        partial.unlink(missing_ok=True)
    return {**figures, "bytes": size}


async def _write(
    source: Source, file: BinaryIO, now: datetime, passphrase: str | None, *, with_key: bool
) -> Json:
    spooled = _spooled(source.data / "spool")
    connection = await connect(source.dsn)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            with writing(file, passphrase) as archive:
                about = await _about(connection, source, now)
                archive.add(ABOUT, json.dumps(about, indent=1).encode())
                for name, data in spooled.items():
                    archive.add(f"spool/{name}", data)
                for table, columns in about["tables"].items():
                    await _dump(connection, archive, table, columns)
                # What lies in the directory beside a bucket is from before, or not ours.
                files = 0 if source.bucket else _files(archive, source.data / "files")
                if with_key:
                    archive.add(KEY, source.key)
    finally:
        await connection.close()
    return {"tables": len(about["tables"]), "files": files, "spooled": len(spooled)}


async def _about(connection: Any, source: Source, now: datetime) -> Json:
    # The first statement takes the snapshot that all the others see.
    revision = await connection.fetchval("SELECT version_num FROM alembic_version")
    return {
        "format": FORMAT,
        "version": source.version,
        "revision": revision,
        "made_at": now.isoformat(),
        "key": fingerprint(source.key),
        "files_in": source.bucket,
        "tables": await tables(connection),
        "partitions": await partitions(connection),
        "sequences": await sequences(connection),
    }


async def _dump(connection: Any, archive: Writing, table: str, columns: list[str]) -> None:
    number = 0

    def put(part: bytes) -> None:
        nonlocal number
        archive.add(f"database/{table}/{number:06d}", part)
        number += 1

    await dump(connection, table, columns, put)


def _spooled(directory: Path) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for path in sorted(directory.glob("*/*.*")):
        if path.suffix in {".request", ".bad"}:
            try:
                found[f"{path.parent.name}/{path.name}"] = path.read_bytes()
            except FileNotFoundError:
                continue  # it has been replayed: then it is in the database
    return found


def _files(archive: Writing, directory: Path) -> int:
    count = 0
    for path in sorted(directory.glob("*/*")):
        if path.is_file() and not path.suffix:  # no half ones, and no thumbnails
            count += archive.add_file(f"files/{path.parent.name}/{path.name}", path)
    return count
