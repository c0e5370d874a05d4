"""The disk spool: what providers deliver while the database is away, kept until it returns.

One encrypted file per request, synced before it is answered, replayed per account in the order
of arrival. While an account's spool is not empty its new requests join it, or order would break.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog

from rapport.domain.errors import Refused
from rapport.storage.secrets import Vault

RETRY_S = 1.0
BATCH = 256
FULL_AT = 100_000
"""Files per account; beyond that the provider is asked to come again."""
log = structlog.get_logger()
Replay = Callable[[int, bytes], Awaitable[None]]
"""Takes an account's id and what was kept."""


class Spool:
    """A directory per account; file names ascend in order of arrival."""

    def __init__(self, directory: Path, vault: Vault) -> None:
        self._directory = directory
        self._vault = vault
        self._next: dict[int, int] = {}
        self._pending: dict[int, int] = {}
        self._writing = asyncio.Lock()
        self._bell = asyncio.Event()
        self.on_kept: Callable[[], None] = lambda: None
        """Told of every request that was kept, by whoever kept it."""
        if directory.exists():
            for folder in directory.iterdir():
                names = sorted(folder.glob("*.request"))
                if folder.name.isdecimal() and names:
                    account_id = int(folder.name)
                    self._pending[account_id] = len(names)
                    self._next[account_id] = int(names[-1].stem) + 1

    def holds(self, account_id: int) -> bool:
        """Whether requests of this account must join the spool."""
        return self._pending.get(account_id, 0) > 0

    @property
    def depth(self) -> int:
        """How many requests wait."""
        return sum(self._pending.values())

    async def keep(self, account_id: int, payload: bytes) -> None:
        """Store a request; returns once it is on the disk.

        Raises:
            Refused: `spool_full`.
        """
        async with self._writing:
            if self._pending.get(account_id, 0) >= FULL_AT:
                raise Refused("spool_full", "Too much waits for the database. Try again later.")
            number = self._next.get(account_id, 1)
            self._next[account_id] = number + 1
            await asyncio.to_thread(self._write, account_id, number, payload)
            self._pending[account_id] = self._pending.get(account_id, 0) + 1
        self._bell.set()
        self.on_kept()

    async def run(self, replay: Replay) -> None:
        """Replay what is kept, oldest first, for ever; a failure waits and tries again."""
        while True:
            for account_id in [a for a, count in self._pending.items() if count]:
                while self.holds(account_id) and await self._drain(account_id, replay):
                    pass
            try:
                async with asyncio.timeout(RETRY_S):
                    await self._bell.wait()
            except TimeoutError:
                pass
            self._bell.clear()

    async def _drain(self, account_id: int, replay: Replay) -> bool:
        """One batch: handed in in order, committed together; False if the database is away."""
        folder = self._directory / str(account_id)
        paths = await asyncio.to_thread(lambda: sorted(folder.glob("*.request"))[:BATCH])
        outcomes = await asyncio.gather(
            *(self._replay_one(path, account_id, replay) for path in paths),
            return_exceptions=True,
        )
        for path, outcome in zip(paths, outcomes, strict=True):
            if isinstance(outcome, Refused) and outcome.kind == "unavailable":
                return False
            if isinstance(outcome, BaseException):
                code = outcome.code if isinstance(outcome, Refused) else repr(outcome)
                await self._set_aside(path, code)
            else:
                await asyncio.to_thread(path.unlink)
            self._pending[account_id] -= 1
        return True

    async def _replay_one(self, path: Path, account_id: int, replay: Replay) -> None:
        # Read without leaving the loop: tasks reach the inbox in the order of the files.
        payload = self._vault.decrypt(path.read_bytes())  # noqa: ASYNC240 - small and local
        await replay(account_id, payload)

    async def _set_aside(self, path: Path, code: str) -> None:
        log.error("spool.set_aside", file=path.name, code=code)
        await asyncio.to_thread(path.rename, path.with_suffix(".bad"))

    def _write(self, account_id: int, number: int, payload: bytes) -> None:
        folder = self._directory / str(account_id)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / f"{number:012d}.request"
        partial = path.with_suffix(".partial")
        with partial.open("wb") as file:
            file.write(self._vault.encrypt(payload))
            file.flush()
            os.fsync(file.fileno())
        partial.rename(path)
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
