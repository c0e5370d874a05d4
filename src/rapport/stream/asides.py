"""What is said and not kept: who types, whose page came or went. Every node hears it.

The log is for what is true; this is for what only matters now. What is lost on the way, because
the database is away or too much is said at once, is not said again.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator

import asyncpg
import msgspec
import structlog

from rapport.stream.hub import Hub

CHANNEL = "rapport_asides"
NOTIFY = "SELECT pg_notify('rapport_asides', $1)"
GATHER_S = 0.05
LARGEST = 7_000
"""Bytes of a notice; PostgreSQL takes up to 7,999."""
MOST_WAITING = 1_000
AWAY = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
    TimeoutError,
)
"""What a database that goes away raises; the third if it says goodbye while nothing is asked."""
log = structlog.get_logger()


class _Aside(msgspec.Struct, omit_defaults=True):
    """For agents by audience, or for the customer of a conversation, or about their page."""

    to: tuple[str, ...] = ()
    conversation: int | None = None
    frame: str = ""
    """Empty where the customer's last page at a node has gone."""


class _Notice(msgspec.Struct):
    node: str
    said: list[_Aside]


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Notice).decode


class Asides:
    """One node's mouth and ear.

    Args:
        notify: Sends a notice to all nodes, this one included.
    """

    def __init__(self, hub: Hub, notify: Callable[[str], Awaitable[object]]) -> None:
        self._hub = hub
        self._notify = notify
        self._node = secrets.token_hex(8)
        self._waiting: deque[bytes] = deque(maxlen=MOST_WAITING)
        self._bell = asyncio.Event()
        self._doing: set[asyncio.Task[None]] = set()
        self.on_left: Callable[[int], Awaitable[None]] | None = None
        """What is done for a customer who has left another node and still has a page here."""

    def tell(self, audiences: Iterable[str], frame: bytes) -> None:
        """Tell agents, wherever they are connected."""
        to = tuple(audiences)
        self._hub.whisper(to, frame)
        self._say(_Aside(to=to, frame=frame.decode()))

    def tell_customer(self, conversation_id: int, frame: bytes) -> None:
        """Tell the customer, wherever they are connected."""
        self._hub.whisper_customer(conversation_id, frame)
        self._say(_Aside(conversation=conversation_id, frame=frame.decode()))

    def left(self, conversation_id: int) -> None:
        """The customer's last page at this node has gone; they may have one at another."""
        self._say(_Aside(conversation=conversation_id))

    def heard(self, payload: str) -> None:
        """Take in a notice."""
        try:
            notice = _decode(payload)
        except msgspec.DecodeError:
            # A newer node may say things that this one does not know.
            log.warning("asides.not_understood")
            return
        if notice.node == self._node:
            return
        for aside in notice.said:
            self._take(aside)

    async def run(self) -> None:
        """Pass on what is said, until cancelled."""
        while True:
            await self._bell.wait()
            await asyncio.sleep(GATHER_S)
            self._bell.clear()
            for notice in self._notices():
                try:
                    await self._notify(notice)
                except AWAY as error:
                    log.warning("asides.lost", error=repr(error))

    def _say(self, aside: _Aside) -> None:
        encoded = _encode(aside)
        if len(encoded) < LARGEST:
            self._waiting.append(encoded)
            self._bell.set()

    def _notices(self) -> Iterator[str]:
        while self._waiting:
            said, size = [], 0
            while self._waiting and size + len(self._waiting[0]) < LARGEST:
                said.append(self._waiting.popleft())
                size += len(said[-1]) + 1
            yield f'{{"node":"{self._node}","said":[{b",".join(said).decode()}]}}'

    def _take(self, aside: _Aside) -> None:
        if aside.conversation is None:
            self._hub.whisper(aside.to, aside.frame.encode())
        elif aside.frame:
            self._hub.whisper_customer(aside.conversation, aside.frame.encode())
        elif self.on_left is not None and self._hub.followers(aside.conversation):
            doing = asyncio.ensure_future(self._still_here(aside.conversation))
            self._doing.add(doing)
            doing.add_done_callback(self._doing.discard)

    async def _still_here(self, conversation_id: int) -> None:
        try:
            if self.on_left is not None:
                await self.on_left(conversation_id)
        except Exception:  # nobody waits for it
            log.exception("asides.not_done")
