"""What a disk without room says to whoever wants to store a file on it."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog

from rapport.domain.errors import FilesFull

_NONE_LEFT = frozenset({errno.ENOSPC, errno.EDQUOT})
log = structlog.get_logger()


class Room:
    """The room on a directory's file system."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._full = False

    @contextmanager
    def wanted(self) -> Iterator[None]:
        """Write here. The log says once that there is no room, until there is some again.

        Raises:
            FilesFull: there is none.
        """
        try:
            yield
        except OSError as error:
            if error.errno not in _NONE_LEFT:
                raise
            raise self._none(error.strerror or "no room") from None
        self._full = False

    def _none(self, reason: str) -> FilesFull:
        file_system = _file_system_of(self._directory)
        if not self._full:
            self._full = True
            log.error(
                "files.full",
                directory=str(self._directory),
                file_system=str(file_system),
                why=reason,
            )
        return FilesFull(f"{self._directory} on {file_system} cannot be written: {reason}.")


def _file_system_of(directory: Path) -> Path:
    """Where it is mounted."""
    path = directory.absolute()
    return next(above for above in (path, *path.parents) if above.is_mount())
