"""Small courtesies to the customer's side: read marks, typing signs. Best effort, never state."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from rapport.channels.gateway import Channels
from rapport.channels.sdk.abilities import Calls, MarksRead, NamesCustomers, ShowsTyping
from rapport.channels.sdk.connector import Rejected
from rapport.domain.message import CustomerEvent

MOST_WAITING = 1000
TYPING_EVERY_S = 8.0
NAME_EVERY_S = 86_400.0
MOST_ASKED = 100_000
LastInbound = Callable[[int, int | None], Awaitable[tuple[int, str, str | None] | None]]
"""Account, contact key and external id of a conversation's newest message up to a `seq`."""
Tell = Callable[[int, Sequence[CustomerEvent]], Awaitable[object]]
"""Takes in what the provider tells of a customer."""
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Read:
    conversation_id: int
    seq: int


@dataclass(frozen=True, slots=True)
class _Typing:
    conversation_id: int


@dataclass(frozen=True, slots=True)
class _Name:
    account_id: int
    contact_key: str


class Courtesies:
    """A short line of things to do; what does not fit is left out."""

    def __init__(self, channels: Channels, last_inbound: LastInbound, tell: Tell) -> None:
        self._channels = channels
        self._last_inbound = last_inbound
        self._tell = tell
        self._waiting: asyncio.Queue[_Read | _Typing | _Name] = asyncio.Queue(MOST_WAITING)
        self._typed: dict[int, float] = {}
        self._asked: dict[tuple[int, str], float] = {}

    def read(self, conversation_id: int, seq: int) -> None:
        """An agent has read up to here."""
        self._add(_Read(conversation_id, seq))

    def typing(self, conversation_id: int) -> None:
        """An agent types; said now and then, providers show it for a while."""
        now = asyncio.get_running_loop().time()
        if now - self._typed.get(conversation_id, -TYPING_EVERY_S) < TYPING_EVERY_S:
            return
        if len(self._typed) > MOST_WAITING:
            self._typed.clear()
        self._typed[conversation_id] = now
        self._add(_Typing(conversation_id))

    def name(self, account_id: int, contact_key: str) -> None:
        """A customer without a name wrote; the provider may know it."""
        now = asyncio.get_running_loop().time()
        if now - self._asked.get((account_id, contact_key), -NAME_EVERY_S) < NAME_EVERY_S:
            return
        if len(self._asked) > MOST_ASKED:
            self._asked.clear()
        self._asked[account_id, contact_key] = now
        self._add(_Name(account_id, contact_key))

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            item = await self._waiting.get()
            try:
                await self._do(item)
            except Exception as error:  # noqa: BLE001 - a courtesy is never worth more than a line
                log.info("courtesy.failed", error=repr(error))

    def _add(self, item: _Read | _Typing | _Name) -> None:
        if not self._waiting.full():
            self._waiting.put_nowait(item)

    async def _do(self, item: _Read | _Typing | _Name) -> None:
        if isinstance(item, _Name):
            await self._ask_name(item)
            return
        up_to = item.seq if isinstance(item, _Read) else None
        found = await self._last_inbound(item.conversation_id, up_to)
        if found is None:
            return
        account_id, contact_key, external_id = found
        try:
            connector, account = self._channels.account(account_id)
        except Rejected:
            return
        if not isinstance(connector, Calls):
            return
        request = None
        if isinstance(item, _Typing):
            if isinstance(connector, ShowsTyping):
                request = connector.typing(contact_key, external_id, account)
        elif isinstance(connector, MarksRead) and external_id is not None:
            request = connector.mark_read(contact_key, external_id, account)
        if request is not None:
            await connector.call(request, account, self._channels.transport())

    async def _ask_name(self, item: _Name) -> None:
        connector, account = self._channels.account(item.account_id)
        if not isinstance(connector, NamesCustomers):
            return
        name = await connector.name_of(item.contact_key, account, self._channels.transport())
        if name:
            event = CustomerEvent(
                kind="named",
                external_id="",
                contact_key=item.contact_key,
                at=self._channels.now(),
                value=name,
            )
            await self._tell(item.account_id, [event])
