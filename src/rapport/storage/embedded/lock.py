"""One Rapport per data directory: a lock that the kernel drops when its holder dies."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from rapport.storage.embedded.errors import EmbeddedDatabaseError, explained

if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        # Far behind the text, because Windows forbids others to read what is locked.
        file.seek(1 << 20)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


class DirectoryLock:
    """Held from `acquire` to `release`, or to the end of the process, however it ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None

    def acquire(self) -> None:
        """Take the lock and write our process id into it.

        Raises:
            EmbeddedDatabaseError: `in_use`, naming the process that holds it.
        """
        with explained(self._path.parent):
            file = self._path.open("a+b")
        try:
            _lock(file)
        except OSError:
            file.seek(0)
            holder = file.read(20).decode(errors="replace").strip() or "unknown"
            file.close()
            raise EmbeddedDatabaseError(
                "in_use",
                f"Another Rapport (process {holder}) is using the data directory "
                f"{self._path.parent}. Stop it first, or choose another directory.",
            ) from None
        with explained(self._path.parent):
            file.truncate(0)
            file.write(f"{os.getpid()}\n".encode())
            file.flush()
        self._file = file

    def release(self) -> None:
        """Let go; the file stays, because removing it would let two holders in."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.release()
