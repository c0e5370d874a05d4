"""Real processes for the tests: a Rapport of its own to kill, and waiting for conditions."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from rapport.storage.embedded import EmbeddedPostgres
from rapport.storage.embedded.account import Account

DEADLINE_S = 30.0
DAC_OVERRIDE, DAC_READ_SEARCH, SYS_PTRACE = 1, 2, 19


async def until(condition: Callable[[], bool]) -> None:
    """Wait until the condition holds; fails after half a minute."""
    async with asyncio.timeout(DEADLINE_S):
        while not condition():
            await asyncio.sleep(0.01)


async def query(dsn: str, statement: str) -> Any:
    """The first value of the first row."""
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


@asynccontextmanager
async def supervised(postgres: EmbeddedPostgres) -> AsyncIterator[EmbeddedPostgres]:
    """The server with its supervision, both ended at the end."""
    async with postgres:
        supervision = asyncio.create_task(postgres.supervise())
        try:
            yield postgres
        finally:
            supervision.cancel()
            await asyncio.gather(supervision, return_exceptions=True)


def copy_with_owners(source: Path, target: Path) -> None:
    """Copy a stopped data directory, which root does not own alone."""
    shutil.copytree(source, target, dirs_exist_ok=True)
    for original in (source, *source.rglob("*")):
        status = original.stat()
        os.chown(target / original.relative_to(source), status.st_uid, status.st_gid)


def may(capability: int) -> bool:
    """Whether we have a Linux capability: root in a container has only some."""
    status = Path("/proc/self/status").read_text().splitlines()
    effective = next(line for line in status if line.startswith("CapEff"))
    return bool(int(effective.split()[1], 16) & (1 << capability))


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that only waits to be collected does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rsplit(")", 1)[1].split()[0] != "Z"


@dataclass
class OtherRapport:
    """A Rapport in another process that holds a server, or its error."""

    process: subprocess.Popen[str]
    answer: dict[str, Any]

    @property
    def postmaster(self) -> int:
        """The main process of its server."""
        return int(self.answer["pid"])

    def kill(self) -> None:
        """As the kernel would when memory is short: nothing gets to clean up."""
        self.process.kill()
        self.process.communicate()

    def end(self) -> None:
        """Let it stop its server and exit; its pipes are closed also if it has ended by itself."""
        if self.process.stdout is not None and not self.process.stdout.closed:
            self.process.communicate(timeout=DEADLINE_S)


def other_rapport(directory: Path, account: Account | None = None) -> OtherRapport:
    """Start a Rapport on the directory, and wait for what it says."""
    command: Sequence[str] = [sys.executable, "-m", "tests.storage.embedded.processes"]
    command = (account or Account()).command(*command, str(directory))
    root = Path(__file__).parents[3]
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert process.stdout is not None
    return OtherRapport(process, json.loads(process.stdout.readline()))


async def _hold(directory: Path) -> None:
    from rapport.storage.embedded import EmbeddedDatabaseError

    postgres = EmbeddedPostgres(directory)
    try:
        await postgres.start()
    except EmbeddedDatabaseError as error:
        print(json.dumps({"code": error.code, "message": error.message}), flush=True)
        return
    print(json.dumps({"dsn": postgres.dsn, "pid": postgres.pid}), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await postgres.stop()


if __name__ == "__main__":
    asyncio.run(_hold(Path(sys.argv[1])))
