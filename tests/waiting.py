"""Taking turns between the processes of one test run."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rapport.storage.embedded import EmbeddedDatabaseError
from rapport.storage.embedded.lock import DirectoryLock


@contextmanager
def taking_turns(path: Path, deadline_s: float = 60.0) -> Iterator[None]:
    """Hold the lock file, after waiting for whoever else holds it."""
    lock = DirectoryLock(path)
    until = time.monotonic() + deadline_s
    while True:
        try:
            lock.acquire()
            break
        except EmbeddedDatabaseError as error:
            if error.code != "in_use" or time.monotonic() > until:
                raise
        time.sleep(0.02)
    try:
        yield
    finally:
        lock.release()
