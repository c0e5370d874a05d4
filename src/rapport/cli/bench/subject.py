"""The server under load: a `rapport serve` process with an embedded database, thrown away after."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from rapport.cli.bench.payloads import PHONE_NUMBER_ID, SIGNING_SECRET
from rapport.clock import SystemClock
from rapport.storage.configuration import StoredConfiguration
from rapport.storage.configuration_writer import Put, write_configuration
from rapport.storage.database import Database
from rapport.storage.embedded import dsn_of_running
from rapport.storage.embedded.endpoint import free_port
from rapport.storage.secrets import Vault

KEY = "bench-key-" * 4
START_WITHIN_S = 60


@dataclass(slots=True)
class Subject:
    """The running server; `port` is 0 where none runs yet.

    `others` are further nodes on its database: port and process id of each.
    """

    url: str
    port: int
    pid: int
    dsn: str
    database: Database
    data: Path
    others: tuple[tuple[int, int], ...] = ()

    @property
    def ports(self) -> tuple[int, ...]:
        """Of all nodes."""
        return (self.port, *(port for port, _ in self.others))

    async def put(
        self, kind: str, name: str, spec: dict[str, Any], sealed: bytes | None = None
    ) -> int:
        """Configure something."""
        change = Put(kind, name, spec, secrets=sealed)
        (item_id,) = await write_configuration(self.database, [change], None, SystemClock().now())
        return item_id

    async def custom_account(self) -> int:
        """A signed JSON channel with its queue."""
        return await self._account({"channel": "custom"}, {"signing_secret": SIGNING_SECRET}, {})

    async def whatsapp_account(
        self, settings: dict[str, Any] | None = None, entry: dict[str, Any] | None = None
    ) -> int:
        """A WhatsApp number with its queue; its provider is where the settings say."""
        secrets = {
            "app_secret": SIGNING_SECRET,
            "access_token": "fictional-access-token",
            "verify_token": "fictional-verify-token",
        }
        spec = {
            "channel": "whatsapp",
            "address": PHONE_NUMBER_ID,
            "settings": settings or {"api_url": "http://127.0.0.1:9"},
        }
        return await self._account(spec, secrets, entry or {})

    async def _account(
        self, spec: dict[str, Any], secrets: dict[str, str], entry: dict[str, Any]
    ) -> int:
        queue = await self.put("queues", "bench", {"channels": [spec["channel"], "webchat"]})
        sealed = Vault(KEY.encode()).seal(secrets)
        account = await self.put("accounts", "bench", spec, sealed)
        await self.put("entry_points", "bench", {"account": account, "queue": queue, **entry})
        if self.port:
            await self.settled()
        return account

    async def settled(self) -> None:
        """All nodes have read the configuration: they are told by the stream, within a moment."""
        configuration = StoredConfiguration(self.database)
        version = (await configuration.refresh()).version
        async with httpx2.AsyncClient() as client:
            for port in self.ports:
                for _ in range(200):
                    answer = await client.get(f"http://127.0.0.1:{port}/readyz")
                    if answer.headers.get("x-configuration-version") == str(version):
                        break
                    await asyncio.sleep(0.02)
                else:
                    raise RuntimeError("a node has not read its configuration")

    def memory_kb(self) -> int:
        """The server process's own memory (PSS)."""
        text = Path(f"/proc/{self.pid}/smaps_rollup").read_text()
        return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))

    def cpu_s(self) -> float:
        """CPU seconds that the nodes' processes have used."""
        return sum(_cpu_s(pid) for pid in (self.pid, *(pid for _, pid in self.others)))

    def database_cpu_s(self) -> float:
        """CPU seconds of PostgreSQL's processes, those that have ended included."""
        first = (self.data / "postgres" / "cluster" / "postmaster.pid").read_text()
        postmaster = int(first.splitlines()[0])
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        return sum(_cpu_s(int(pid)) for pid in children) + _cpu_s(postmaster, children=True)


@asynccontextmanager
async def subject(*, roles: str = "api,worker", nodes: int = 1) -> AsyncIterator[Subject]:
    """Start `rapport serve`, yield it, stop it and remove its data.

    Further nodes answer as well, with data directories of their own; the first alone works.
    """
    with tempfile.TemporaryDirectory(prefix="rapport-bench-") as folder:
        data = Path(folder) / "data"
        started = time.perf_counter()
        # As docs/guides/operators.md has it for nodes that share a machine.
        shared = {"RAPPORT_WRITERS": "1"} if nodes > 1 else {}
        async with running_node(data, roles, more=shared) as (process, port):
            dsn = await asyncio.to_thread(dsn_of_running, data / "postgres")
            if dsn is None:
                raise RuntimeError("the server runs no embedded database")
            database = await Database.connect(dsn, minimum=1, maximum=4)
            print(f"ready after {time.perf_counter() - started:.1f} s", file=sys.stderr)
            try:
                url = f"http://127.0.0.1:{port}"
                async with contextlib.AsyncExitStack() as stack:
                    others = [
                        await stack.enter_async_context(
                            running_node(Path(folder) / f"data-{number}", "api", dsn, shared)
                        )
                        for number in range(2, nodes + 1)
                    ]
                    yield Subject(
                        *(url, port, process.pid, dsn, database, data),
                        tuple((at, node.pid) for node, at in others),
                    )
            finally:
                await database.close()


@asynccontextmanager
async def running_node(
    data: Path, roles: str, dsn: str | None = None, more: Mapping[str, str] | None = None
) -> AsyncIterator[tuple[asyncio.subprocess.Process, int]]:
    """A `rapport serve` process and its port; on a database of its own unless told which."""
    port = free_port()
    process = await start_node(data, roles, port, dsn, more)
    try:
        await answers(f"http://127.0.0.1:{port}", process)
        yield process, port
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def start_node(
    data: Path,
    roles: str,
    port: int,
    dsn: str | None = None,
    more: Mapping[str, str] | None = None,
) -> asyncio.subprocess.Process:
    """Start a `rapport serve` process, with more settings if need be; it is not ready yet."""
    env = {
        **os.environ,
        **(more or {}),
        "RAPPORT_DATA": str(data),
        "RAPPORT_PORT": str(port),
        "RAPPORT_SECRET_KEY": KEY,
        "RAPPORT_LOG_LEVEL": "warning",
        "RAPPORT_PRIVATE_NETWORKS": "127.0.0.0/8",
    }
    if dsn is not None:
        env["RAPPORT_DATABASE_URL"] = dsn
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "rapport.cli", "serve", "--roles", roles),
        env=env,
        stdout=sys.stderr,  # what a benchmark says itself is JSON
    )


async def answers(url: str, process: asyncio.subprocess.Process) -> None:
    """Wait until a node is ready.

    Raises:
        RuntimeError: it ended, or takes too long.
    """
    async with httpx2.AsyncClient() as client:
        deadline = time.monotonic() + START_WITHIN_S
        while time.monotonic() < deadline:
            if process.returncode is not None:
                raise RuntimeError("rapport serve ended at once")
            with contextlib.suppress(httpx2.HTTPError):
                if (await client.get(f"{url}/readyz")).status_code == 200:
                    return
            await asyncio.sleep(0.02)
    raise RuntimeError("rapport serve did not get ready")


def _cpu_s(pid: int, *, children: bool = False) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    ticks = int(fields[11]) + int(fields[12])
    if children:
        ticks += int(fields[13]) + int(fields[14])
    return ticks / os.sysconf("SC_CLK_TCK")
