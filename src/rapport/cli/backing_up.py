"""`rapport backup` and `rapport restore`."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Coroutine, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import asyncpg

from rapport.bootstrap.files import bucket_of
from rapport.cli.connecting import reachable_database
from rapport.cli.serving import database_of
from rapport.clock import SystemClock
from rapport.settings import Settings
from rapport.storage.backup import BackupError, Source, back_up, restore
from rapport.storage.backup.restore import examine, require_empty
from rapport.storage.database import LOST
from rapport.storage.secrets import load_key

PASSPHRASE = "RAPPORT_BACKUP_PASSPHRASE"  # noqa: S105 - the variable's name


def passphrase_of(file: Path | None) -> str | None:
    """From a file, else from the environment; never from the command line, which others see."""
    if file is None:
        return os.environ.get(PASSPHRASE) or None
    try:
        passphrase = file.read_text().strip()
    except OSError as error:
        sys.exit(f"The passphrase cannot be read: {error}")
    if not passphrase:
        sys.exit(f"{file} is empty.")
    return passphrase


async def run_backup(target: Path, passphrase: str | None, *, with_key: bool) -> int:
    """Back the installation up while it works; prints what is in the archive."""
    settings, clock = Settings(), SystemClock()

    async def work() -> None:
        async with reachable_database(settings) as dsn:
            key = load_key(settings.secret_key, settings.data)
            bucket = bucket_of(settings)
            kept_in = None if bucket is None else str(bucket)
            source = Source(dsn, settings.data, key, version("rapport"), kept_in)
            made = await back_up(
                source, target, clock.now(), passphrase=passphrase, with_key=with_key
            )
        print(
            f"{target}: {made['tables']} tables, {made['files']} files, {made['spooled']} waiting"
            f" requests, {made['bytes'] / 1e6:.1f} MB."
        )
        if kept_in:
            print(f"Files are NOT in it: they are in {kept_in}. Keep a copy of the bucket, too.")
        if not with_key:
            print("The secret key is not in it. Keep a copy of it elsewhere.")

    return await _in_words(work())


async def run_restore(path: Path, passphrase: str | None, *, check_only: bool) -> int:
    """Restore into an empty place, or only read the backup and say what it is."""
    settings = Settings()

    async def work() -> None:
        about = examine(path, passphrase)
        if check_only:
            told = {k: about.get(k) for k in ("version", "revision", "made_at", "key", "files_in")}
            print(json.dumps({**told, "tables": len(about["tables"])}, indent=1))
            return
        require_empty(settings.data)
        async with database_of(settings, migrated=False) as dsn:
            key = settings.secret_key
            await restore(path, dsn, settings.data, key, passphrase=passphrase, about=about)
        for words in _where_files_are(about.get("files_in"), settings):
            print(words)
        print(f"Restored what Rapport {about['version']} held at {about['made_at']}.")

    return await _in_words(work())


def _where_files_are(kept_in: str | None, settings: Settings) -> Iterator[str]:
    """What is to be done about files that were, or are now, kept in a bucket."""
    bucket = bucket_of(settings)
    if kept_in and (bucket is None or str(bucket) != kept_in):
        yield (
            f"The backup has no files: they were in {kept_in}. Copy them to"
            f" {bucket or settings.data / 'files'}, or set RAPPORT_FILES to where they are."
        )
    elif kept_in:
        yield (
            f"Files are in {kept_in}, as they are there now. If the original installation still"
            " works with that bucket, give this one a copy: both would delete in it."
        )
    elif bucket is not None:
        yield (
            f"Files were restored to {settings.data / 'files'}. Copy them to {bucket} before you"
            " start the server."
        )


async def _in_words(work: Coroutine[Any, Any, None]) -> int:
    try:
        await work
    except BackupError as error:
        print(f"{error} [{error.code}]", file=sys.stderr)
        return 1
    except (*LOST, asyncpg.PostgresError) as error:
        print(f"The database cannot be used: {error} [database]", file=sys.stderr)
        return 1
    return 0
