"""The server's main process: its pid file, whether a process is really it, and ending it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rapport.storage.embedded.account import Account
from rapport.storage.embedded.binaries import Binaries
from rapport.storage.embedded.cluster import Cluster, clean_environment, working_directory

_POLL_S = 0.01
_CRASH_STOP_S = 5.0


@dataclass(frozen=True)
class PidFile:
    """What a running server says about itself in `postmaster.pid`."""

    pid: int
    port: int
    socket_directory: str
    ready: bool


def read_pid_file(cluster: Cluster) -> PidFile | None:
    """The pid file; None if there is none, or while it is being written."""
    try:
        lines = (cluster.directory / "postmaster.pid").read_text().splitlines()
        status = lines[7].strip() if len(lines) > 7 else ""
        port = int(lines[3]) if len(lines) > 3 else 0
        socket_directory = lines[4].strip() if len(lines) > 4 else ""
        return PidFile(abs(int(lines[0])), port, socket_directory, status == "ready")
    except (OSError, ValueError, IndexError):
        return None


def find_running(cluster: Cluster, binaries: Binaries) -> int | None:
    """The pid of a live server on this cluster, whoever started it."""
    stated = read_pid_file(cluster)
    if stated is None:
        return None
    if sys.platform == "win32":
        status = [binaries.program("pg_ctl"), "status", "-D", str(cluster.directory)]
        answer = subprocess.run(status, capture_output=True, check=False)  # noqa: S603
        return stated.pid if answer.returncode == 0 else None
    return stated.pid if _works_on(stated.pid, cluster) else None


def forget_dead(cluster: Cluster) -> None:
    """Make PostgreSQL see a dead server's pid file as stale, even if its pid is in use again.

    The file stays, because PostgreSQL finds in it the shared memory by which it recognises
    processes of the dead server that still run; a pid file that names its own parent process is
    stale by PostgreSQL's rules.
    """
    path = cluster.directory / "postmaster.pid"
    if not path.exists():
        return
    if sys.platform == "win32":
        path.unlink()
        return
    _, *rest = path.read_text().splitlines(keepends=True) or [""]
    path.write_text("".join([f"{os.getpid()}\n", *rest]))


async def end_leftovers(cluster: Cluster) -> None:
    """Kill processes of a dead server; they notice by themselves, but only when next idle.

    Elsewhere than on Linux they cannot be told by their directory: PostgreSQL refuses to start
    until they are gone.
    """
    if sys.platform != "linux":
        return
    until = time.monotonic() + _CRASH_STOP_S
    while leftovers := await asyncio.to_thread(_all_on, cluster):
        for pid in leftovers:
            _send(pid, signal.SIGKILL)
        if time.monotonic() > until:
            return
        await asyncio.sleep(_POLL_S)


def spawn(cluster: Cluster, account: Account, binaries: Binaries) -> subprocess.Popen[bytes]:
    """Start the server's main process, in a session of its own: a terminal's Ctrl-C is for us.

    Raises:
        OSError: if the program cannot be started or the log cannot be written.
    """
    command = account.command(binaries.program("postgres"), "-D", str(cluster.directory))
    cluster.log.touch(mode=0o600)
    with cluster.log.open("ab") as log:
        return subprocess.Popen(  # noqa: S603 - no part of the command comes from outside
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=working_directory(),
            env=clean_environment(),
            start_new_session=sys.platform != "win32",
            creationflags=_WINDOWS_FLAGS,
        )


async def end_child(
    process: subprocess.Popen[bytes], binaries: Binaries, deadline_s: float
) -> None:
    """Shut down a server that we started; after `deadline_s` without a checkpoint."""
    await _end(process.pid, lambda: process.poll() is None, binaries, deadline_s)


async def end_orphan(pid: int, cluster: Cluster, binaries: Binaries, deadline_s: float) -> None:
    """Shut down a server that a dead Rapport left behind."""
    await _end(pid, lambda: find_running(cluster, binaries) == pid, binaries, deadline_s)


async def _end(pid: int, alive: Callable[[], bool], binaries: Binaries, deadline_s: float) -> None:
    # Fast: ends sessions and writes a checkpoint. Immediate: recovery at the next start.
    for name, patience in (("INT", deadline_s), ("QUIT", _CRASH_STOP_S), ("KILL", _CRASH_STOP_S)):
        if sys.platform == "win32":
            kill = [binaries.program("pg_ctl"), "kill", name, str(pid)]
            subprocess.run(kill, capture_output=True, check=False)  # noqa: S603, ASYNC221
        else:
            _send(pid, getattr(signal, f"SIG{name}"))
        until = time.monotonic() + patience
        while alive():
            if time.monotonic() > until:
                break
            await asyncio.sleep(_POLL_S)
        else:
            return


def _all_on(cluster: Cluster) -> list[int]:
    pids = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return [pid for pid in pids if _works_on(pid, cluster)]


def _works_on(pid: int, cluster: Cluster) -> bool:
    if sys.platform == "linux":
        process = Path("/proc") / str(pid)
        try:
            name = (process / "stat").read_text(errors="replace").split("(", 1)[1]
            return name.startswith("postgres)") and _is_at(process, cluster)
        except OSError:
            return False
    listing = subprocess.run(  # noqa: S603 - a number and fixed words
        ["/bin/ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return "postgres" in listing.stdout and str(cluster.directory) in listing.stdout


def _is_at(process: Path, cluster: Cluster) -> bool:
    try:
        # All of a server's processes stay in the cluster's directory.
        return (process / "cwd").samefile(cluster.directory)
    except PermissionError:
        # Another user's; in a container, the server's as well. Its main process, the one that
        # matters, has the directory among its arguments.
        arguments = (process / "cmdline").read_bytes().split(b"\0")
        return os.fsencode(cluster.directory) in arguments


def _send(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


if sys.platform == "win32":
    _WINDOWS_FLAGS = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
else:
    _WINDOWS_FLAGS = 0
