"""Whether files can be kept, and whether those that rows name are there."""

from __future__ import annotations

import asyncio

from rapport.bootstrap.files import bucket_of, kept_files
from rapport.cli.doctor.checks import Check, check
from rapport.domain.errors import FilesAway
from rapport.settings import Settings
from rapport.storage.files import Files
from rapport.storage.named_files import MOST, named_files

MOST_IN_BUCKET = 500
"""Each is a request there."""
AT_ONCE = 16


async def bucket_check(settings: Settings) -> Check | None:
    """Write, read and delete in the bucket; None where there is none."""
    bucket = bucket_of(settings)
    if bucket is None:
        return None
    try:
        await kept_files(settings).check()
    except FilesAway as away:
        words = "Correct RAPPORT_FILES_…, or what the bucket allows these credentials."
        return Check("files_bucket", "failed", f"{away.why} {words}")
    return Check("files_bucket", "ok", f"{bucket} is written, read and deleted in")


async def examine_files(settings: Settings, dsn: str) -> Check:
    """Look for the newest files that there should be."""
    files, bucket = kept_files(settings), bucket_of(settings)
    place = bucket or settings.data / "files"
    keys = await named_files(dsn, MOST if bucket is None else MOST_IN_BUCKET)
    try:
        missing = await _missing(files, keys)
    except FilesAway as away:
        return Check("files", "failed", away.why)
    words = (
        f"{len(missing)} of the newest {len(keys)} files are not in {place}"
        f" ({', '.join(missing[:3])}). Is it the right place, on every node? Restore them from"
        " a backup."
    )
    every = len(keys) < (MOST if bucket is None else MOST_IN_BUCKET)
    well = f"all {len(keys)} are there" if every else f"the newest {len(keys)} are there"
    return check(not missing, "files", "failed", well, words)


async def _missing(files: Files, keys: list[str]) -> list[str]:
    turn = asyncio.Semaphore(AT_ONCE)

    async def there(key: str) -> bool:
        async with turn:
            return await files.has(key)

    found = await asyncio.gather(*(there(key) for key in keys))
    return [key for key, is_there in zip(keys, found, strict=True) if not is_there]
