"""Connections that channels hold by themselves (SMPP, IMAP): one per account, on one node."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

import structlog

from rapport.application.configuration.snapshot import Configuration
from rapport.channels.gateway import Channels
from rapport.channels.sdk.abilities import Connects, Memory
from rapport.channels.sdk.connector import Connector, Rejected, Request

TICK_S = 1.0
RETRY_S = 5.0
Take = Callable[[int, Connector, Request], Awaitable[None]]
"""Takes an account's input; returns after the commit."""
Hold = Callable[[int], AbstractAsyncContextManager[bool]]
"""Holds an account for this node; False while another node does."""
Say = Callable[[int, str, str], None]
"""Tells an account's health: account, code, words."""
log = structlog.get_logger()


class Links:
    """Starts a connection for every account that wants one; anew when its settings change."""

    def __init__(
        self,
        channels: Channels,
        configuration: Callable[[], Configuration],
        take: Take,
        hold: Hold,
        say: Say,
        memory: Callable[[int], Memory],
    ) -> None:
        self._channels = channels
        self._configuration = configuration
        self._take = take
        self._hold = hold
        self._say = say
        self._memory = memory
        self._tasks: dict[int, tuple[int, asyncio.Task[None]]] = {}
        self.held: set[int] = set()
        """Accounts whose connection is on this node."""

    async def run(self) -> None:
        """Work until cancelled."""
        try:
            while True:
                self._compare()
                await asyncio.sleep(TICK_S)
        finally:
            for _, task in self._tasks.values():
                task.cancel()
            await asyncio.gather(*(t for _, t in self._tasks.values()), return_exceptions=True)

    def wanted(self) -> dict[int, int]:
        """Accounts that want a connection, with the version of their settings."""
        configuration = self._configuration()
        found = {}
        for account_id in configuration.account_specs:
            try:
                connector, account = self._channels.account(account_id)
            except Rejected:
                continue
            if isinstance(connector, Connects) and connector.connects(account):
                found[account_id] = configuration.items[account_id].version
        return found

    def _compare(self) -> None:
        wanted = self.wanted()
        for account_id, (version, task) in list(self._tasks.items()):
            if wanted.get(account_id) != version:
                task.cancel()
                del self._tasks[account_id]
        for account_id, version in wanted.items():
            if account_id not in self._tasks:
                task = asyncio.create_task(self._keep(account_id))
                self._tasks[account_id] = (version, task)

    async def _keep(self, account_id: int) -> None:
        while True:
            try:
                async with self._hold(account_id) as mine:
                    if mine:
                        await self._connect(account_id)
            except Exception:  # the loop must outlive any one failure
                log.exception("link.failed", account_id=account_id)
            await asyncio.sleep(RETRY_S)

    async def _connect(self, account_id: int) -> None:
        connector, account = self._channels.account(account_id)
        if not isinstance(connector, Connects):
            return

        async def inbox(request: Request) -> None:
            await self._take(account_id, connector, request)

        def say(code: str, words: str) -> None:
            self._say(account_id, code, words)

        self.held.add(account_id)
        try:
            await connector.run(account, inbox, say, self._memory(account_id))
        finally:
            self.held.discard(account_id)
