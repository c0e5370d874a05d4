"""What can go wrong with the embedded server, as stable codes with a sentence to act on."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

ErrorCode = Literal[
    "binaries_missing",
    "directory_not_writable",
    "disk_full",
    "in_use",
    "no_account",
    "not_a_cluster",
    "start_failed",
    "start_timeout",
    "version_mismatch",
    "wrong_owner",
]

_FULL = re.compile(r"No space left on device|Disk quota exceeded|wrote only \d+ of \d+ bytes")
# The lines of PostgreSQL's log that say why it gives up; a wrong setting is only a LOG line.
_TELLING = re.compile(r"FATAL|PANIC|initdb: error|Error:|LOG:.*(invalid|unrecognized|syntax error)")


class EmbeddedDatabaseError(Exception):
    """The embedded server cannot do what was asked; `code` is stable, `message` is for people."""

    def __init__(self, code: ErrorCode, message: str) -> None:
        super().__init__(message)
        self.code: ErrorCode = code
        self.message = message


def disk_full(directory: Path) -> EmbeddedDatabaseError:
    """The error for a file system without room."""
    return EmbeddedDatabaseError(
        "disk_full",
        f"The disk that holds {directory} is full. Free some space (a new database takes about "
        "60 MB), then start Rapport again.",
    )


def from_os_error(error: OSError, directory: Path) -> EmbeddedDatabaseError:
    """Explain a failed file operation below `directory`."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return disk_full(directory)
    return EmbeddedDatabaseError(
        "directory_not_writable",
        f"Rapport cannot write to its data directory {directory} ({error.strerror or error}). "
        "Give the user that runs Rapport write permission there, or choose another directory.",
    )


@contextmanager
def explained(directory: Path) -> Iterator[None]:
    """Turn file errors inside the block into `EmbeddedDatabaseError`.

    Raises:
        EmbeddedDatabaseError: for every `OSError`.
    """
    try:
        yield
    except OSError as error:
        raise from_os_error(error, directory) from error


def from_output(output: str, directory: Path, log: Path | None = None) -> EmbeddedDatabaseError:
    """Explain what PostgreSQL's own programs wrote before they gave up."""
    if _FULL.search(output):
        return disk_full(directory)
    if "Read-only file system" in output:
        return from_os_error(OSError(errno.EROFS, "Read-only file system"), directory)
    if "is not compatible with" in output and "database files" in output:
        return EmbeddedDatabaseError(
            "version_mismatch",
            f"The database in {directory} was made by a build of PostgreSQL with another file "
            "format. Start it with the Rapport version that made it, and move the data with "
            "`rapport backup` and `rapport restore`.",
        )
    lines = [line.split("] ", 1)[-1].strip() for line in output.strip().splitlines()]
    reason = " / ".join([line for line in lines if _TELLING.search(line)][-2:] or lines[-1:])
    where = f" More in {log}." if log else ""
    return EmbeddedDatabaseError(
        "start_failed", f"The embedded PostgreSQL did not start: {reason or 'no reason'}.{where}"
    )
