"""Where tests put databases: in memory where there is room, because thousands are copied."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

_MEMORY = Path("/dev/shm")
_ROOM = 2_000_000_000


def places() -> list[Path]:
    """Every folder that `new_folder` may use."""
    temporary = Path(tempfile.gettempdir()).resolve()
    return [_MEMORY, temporary] if _MEMORY.is_dir() else [temporary]


def new_folder(prefix: str) -> Path:
    """A folder with a short path, as sockets like it; the caller removes it."""
    # Containers have /dev/shm too, but with 64 MB.
    roomy = [place for place in places() if shutil.disk_usage(place).free > _ROOM]
    return Path(tempfile.mkdtemp(prefix=prefix, dir=(roomy or places()[-1:])[0])).resolve()
