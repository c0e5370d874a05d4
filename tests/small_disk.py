"""A file system of a test's own, as small as it needs, and filled for real."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest


@contextmanager
def small_disk(directory: Path, size: str) -> Iterator[Path]:
    """Mounted on a directory that is made for it; skips where that is not permitted."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("mounting a small file system takes root on Linux")
    directory.mkdir()
    if not mounted("-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(directory)):
        pytest.skip("mounting is not permitted here")
    try:
        yield directory
    finally:
        subprocess.run([system_program("umount"), str(directory)], check=True)


def system_program(name: str) -> str:
    """Also where the PATH is bare."""
    return shutil.which(name, path="/usr/bin:/bin:/usr/sbin:/sbin") or name


def mounted(*arguments: str) -> bool:
    return subprocess.run([system_program("mount"), *arguments], check=False).returncode == 0


def remount(directory: Path, options: str) -> None:
    assert mounted("-o", f"remount,{options}", str(directory))


def fill(path: Path) -> None:
    with suppress(OSError), path.open("wb", buffering=0) as filler:
        while True:
            filler.write(b"x" * 4096)
