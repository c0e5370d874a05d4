"""The server's log file: a size cap, and the part that was written since a moment."""

from __future__ import annotations

import os
import shutil
from pathlib import Path


def size(log: Path) -> int:
    """Bytes in the log; 0 if there is none yet."""
    try:
        return log.stat().st_size
    except FileNotFoundError:
        return 0


def written_since(log: Path, offset: int) -> str:
    """What the server wrote after `offset`, at most the last 64 kB."""
    try:
        with log.open("rb") as file:
            file.seek(max(offset, size(log) - 65_536))
            return file.read().decode(errors="replace")
    except FileNotFoundError:
        return ""


def cap(log: Path, limit: int) -> None:
    """Keep the log below `limit` bytes, with one older part where the disk has room for it.

    The server keeps its file open and always appends, so it is copied and emptied, not renamed.
    Lines written between the two steps are lost.

    Raises:
        OSError: if the file cannot be changed.
    """
    if size(log) <= limit:
        return
    older = log.with_suffix(".log.1")
    try:
        older.touch(mode=0o600)
        shutil.copyfile(log, older)
    except OSError:
        older.unlink(missing_ok=True)
    os.truncate(log, 0)
