"""An installation from a backup, in an empty place."""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import IO, Any

from rapport.storage import migrations
from rapport.storage.backup.archive import KEY, BackupError, Json, Member, reading, verify
from rapport.storage.backup.tables import (
    clear,
    connect,
    empty,
    load,
    make_partitions,
    set_sequences,
)
from rapport.storage.backup.taking import fingerprint
from rapport.storage.secrets import KEY_FILE

PLACES = ("files", "spool")
_FILE = re.compile(r"(files/[0-9a-z]+/[0-9a-z]+|spool/[0-9]+/[0-9]+\.(request|bad))")


def examine(path: Path, passphrase: str | None) -> Json:
    """Read all of a backup; returns what it says about itself.

    Raises:
        BackupError: unreadable, damaged, or of a newer Rapport.
    """
    about = verify(path, passphrase)
    if about["revision"] not in migrations.revisions():
        words = (
            f"{path} was made by a newer Rapport ({about['version']}, schema"
            f" {about['revision']}). Restore it with that version or a later one."
        )
        raise BackupError("newer", words)
    return about


def require_empty(data: Path) -> None:
    """Refuse a data directory in which somebody has worked; its key may be there.

    Raises:
        BackupError: `not_empty`.
    """
    for name in PLACES:
        if any(file.is_file() for file in (data / name).rglob("*")):
            words = f"{data / name} has files. A backup is restored into an empty place only."
            raise BackupError("not_empty", words)


async def restore(
    path: Path, dsn: str, data: Path, key: str | None, *, passphrase: str | None, about: Json
) -> Json:
    """Fill an empty database and data directory from an examined backup.

    Everything or nothing: files lie aside until the rows are complete, rows are committed last.
    The stream gets a new epoch, so that every desktop starts afresh, and the schema is brought
    up to date afterwards. `key` is the one configured outside the data directory.

    Raises:
        BackupError: `not_empty`, `wrong_key`, or what reading raises.
    """
    require_empty(data)
    aside = data / f".restoring-{secrets.token_hex(4)}"
    aside.mkdir(parents=True)
    try:
        await _restore(path, dsn, data, aside, key, passphrase, about)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    await migrations.upgrade(dsn)
    return about


async def _restore(
    path: Path,
    dsn: str,
    data: Path,
    aside: Path,
    key: str | None,
    passphrase: str | None,
    about: Json,
) -> None:
    connection = await connect(dsn)
    try:
        if not await empty(connection):
            words = "The database is in use. A backup is restored into an empty one only."
            raise BackupError("not_empty", words)
        await _at_revision(dsn, about["revision"])
        async with connection.transaction():
            await clear(connection)
            await make_partitions(connection, about.get("partitions", ()))
            with reading(path, passphrase) as members:
                await _take(connection, members, about, aside)
            await set_sequences(connection, {n: (v, c) for n, (v, c) in about["sequences"].items()})
            await connection.execute(
                "UPDATE installation SET stream_epoch = $1", secrets.token_hex(4)
            )
            _check_key(aside, data, key, about)
            _into_place(aside, data)
    finally:
        await connection.close()


async def _at_revision(dsn: str, revision: str) -> None:
    lacking = await migrations.pending(dsn)
    known = migrations.revisions()
    if lacking and known.index(lacking[0]) <= known.index(revision):
        await migrations.upgrade(dsn, revision)
    elif revision != known[-1 - len(lacking)]:
        words = (
            "The database already has a newer schema than the backup. Give it a database without"
            " any tables."
        )
        raise BackupError("not_empty", words)


async def _take(connection: Any, members: Iterator[Member], about: Json, aside: Path) -> None:
    def place(member: Member) -> str:
        parts = member[0].split("/")
        return parts[1] if parts[0] == "database" and len(parts) == 3 else ""

    for table, group in groupby(members, key=place):
        if table:
            columns = about["tables"][table]
            await load(connection, table, columns, _pieces(group))
            continue
        for name, file in group:
            if _FILE.fullmatch(name) or name == KEY:
                _extract(file, aside / name)


def _pieces(group: Iterator[Member]) -> Iterator[bytes]:
    for _, file in group:
        yield file.read()


def _extract(file: IO[bytes], path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        shutil.copyfileobj(file, target)


def _check_key(aside: Path, data: Path, key: str | None, about: Json) -> None:
    here = key.encode() if key else None
    if here is None and (data / KEY_FILE).exists():
        here = (data / KEY_FILE).read_text().strip().encode()
    if here is None and (aside / KEY).exists():
        (aside / KEY).rename(data / KEY_FILE)
        return
    if here is None:
        words = (
            "The backup was made without its key, and there is none here. Set RAPPORT_SECRET_KEY"
            f" to the key it was made with, or put the file at {data / KEY_FILE}."
        )
        raise BackupError("wrong_key", words)
    if fingerprint(here) != about["key"]:
        words = "The key here is not the one that the backup's secrets are encrypted with."
        raise BackupError("wrong_key", words)


def _into_place(aside: Path, data: Path) -> None:
    for name in PLACES:
        if (aside / name).exists():
            if (data / name).exists():
                shutil.rmtree(data / name)
            (aside / name).rename(data / name)
