"""One bound SMPP session over a connection: requests with answers, keep-alive, deliveries in order.

Own code rather than aiosmpplib: that library takes deliver_sm apart, joins parts in memory and
drops what it can't read before its caller sees anything, where we must have the octets, answer only
after the commit, and tell an unsent request from an unanswered one.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from rapport.channels.sms import smpp_pdu as pdus
from rapport.channels.sms.smpp_pdu import Malformed, Pdu

Deliver = Callable[[Pdu], Awaitable[int]]
"""Takes a deliver_sm or data_sm; returns the command status of the answer, after the commit."""
MOST_WAITING = 100
_FAREWELL_S = 1.0


class NotSent(Exception):  # noqa: N818 - names the situation
    """No octet of the request has left."""


class NotAnswered(Exception):  # noqa: N818 - names the situation
    """The request left, or may have; no answer came."""


class BindRefused(Exception):  # noqa: N818 - an answer, not a fault
    """The message centre does not let us in."""

    def __init__(self, status: int) -> None:
        super().__init__(f"bind refused with {status:#04x}")
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Timings:
    """Seconds until a silent link is asked, and until an answer is given up; open requests."""

    enquire_link_s: float
    response_s: float
    window: int


class Session:
    """Speaks for us on one connection, from its creation until `close`; `bind`, then `serve`."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        timings: Timings,
        deliver: Deliver,
    ) -> None:
        self._reader, self._writer = reader, writer
        self._timings, self._deliver = timings, deliver
        self._sequence = 0
        self._waiting: dict[int, asyncio.Future[Pdu]] = {}
        self._window = asyncio.Semaphore(timings.window)
        self._deliveries: asyncio.Queue[Pdu] = asyncio.Queue(MOST_WAITING)
        self._heard = False
        self._reading = asyncio.create_task(self._read())
        self.answered: Callable[[Pdu], None] = lambda _: None
        """Told of each delivery whose positive answer has left."""

    async def bind(self, command: int, body: bytes) -> str:
        """Bind; returns the message centre's own system id.

        Raises:
            BindRefused: with the status.
            NotSent, NotAnswered: the connection does not hold.
        """
        answer = await self.request(command, body)
        if answer.status != pdus.OK or answer.command != command | pdus.RESPONSE:
            raise BindRefused(answer.status or pdus.SYSTEM_ERROR)
        return pdus.first_string(answer.body)

    async def serve(self) -> str:
        """Deliver and keep alive until the connection ends; returns why, as a code."""
        tasks = [
            self._reading,
            asyncio.create_task(self._hand_on()),
            asyncio.create_task(self._keep_alive()),
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return next(task.result() for task in tasks if task in done)
        finally:
            for task in tasks[1:]:
                await _ended(task)

    async def request(self, command: int, body: bytes = b"") -> Pdu:
        """Send a request and wait for its answer, within the window of open ones.

        Raises:
            NotSent: the session is over.
            NotAnswered: no answer in time, or the connection broke meanwhile.
        """
        async with self._window:
            if self._reading.done() or self._writer.is_closing():
                raise NotSent
            self._sequence = self._sequence % pdus.LARGEST_SEQUENCE + 1
            sequence = self._sequence
            future: asyncio.Future[Pdu] = asyncio.get_running_loop().create_future()
            self._waiting[sequence] = future
            try:
                async with asyncio.timeout(self._timings.response_s):
                    await self._write(Pdu(command, 0, sequence, body))
                    return await future
            except (TimeoutError, OSError):
                raise NotAnswered from None
            finally:
                del self._waiting[sequence]

    async def close(self) -> None:
        """Unbind politely and close."""
        with contextlib.suppress(NotSent, NotAnswered, TimeoutError):
            async with asyncio.timeout(_FAREWELL_S):
                await self.request(pdus.UNBIND)
        await _ended(self._reading)
        self._writer.close()
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(_FAREWELL_S):
                await self._writer.wait_closed()

    async def _write(self, pdu: Pdu) -> None:
        self._writer.write(pdu.encode())
        await self._writer.drain()

    async def _read(self) -> str:
        try:
            while True:
                pdu = await self._next()
                self._heard = True
                if pdu.command & pdus.RESPONSE:
                    self._answer_came(pdu)
                elif not await self._take(pdu):
                    return "unbound"
        except (asyncio.IncompleteReadError, OSError):
            return "disconnected"
        except Malformed:
            return "malformed"
        finally:
            for future in self._waiting.values():
                if not future.done():
                    future.set_exception(NotAnswered())

    async def _next(self) -> Pdu:
        header = await self._reader.readexactly(pdus.HEADER.size)
        length = pdus.HEADER.unpack(header)[0]
        if not pdus.HEADER.size <= length <= pdus.LONGEST:
            await self._write(Pdu(pdus.GENERIC_NACK, pdus.INVALID_LENGTH, 0))
            raise Malformed("command_length")
        return Pdu.decode(header + await self._reader.readexactly(length - len(header)))

    def _answer_came(self, pdu: Pdu) -> None:
        future = self._waiting.get(pdu.sequence)
        if future is not None and not future.done():
            future.set_result(pdu)

    async def _take(self, pdu: Pdu) -> bool:
        """Act on a request of the message centre; False when it has unbound."""
        if pdu.command in {pdus.DELIVER_SM, pdus.DATA_SM}:
            await self._deliveries.put(pdu)
        elif pdu.command == pdus.ENQUIRE_LINK:
            await self._write(_answer(pdu, pdus.OK))
        elif pdu.command == pdus.UNBIND:
            await self._write(_answer(pdu, pdus.OK))
            return False
        elif pdu.command not in {pdus.OUTBIND, pdus.ALERT_NOTIFICATION}:
            await self._write(Pdu(pdus.GENERIC_NACK, pdus.INVALID_COMMAND, pdu.sequence))
        return True

    async def _hand_on(self) -> str:
        while True:
            pdu = await self._deliveries.get()
            status = await self._deliver(pdu)
            try:
                await self._write(_answer(pdu, status))
            except OSError:
                return "disconnected"
            if status == pdus.OK:
                self.answered(pdu)

    async def _keep_alive(self) -> str:
        while True:
            self._heard = False
            await asyncio.sleep(self._timings.enquire_link_s)
            if self._heard:
                continue
            try:
                await self.request(pdus.ENQUIRE_LINK)
            except NotAnswered:
                return "silent"
            except NotSent:
                return "disconnected"


def _answer(pdu: Pdu, status: int) -> Pdu:
    """A response; those of deliver_sm and data_sm carry an unused message id (§4.6.2)."""
    body = b"\x00" if pdu.command in {pdus.DELIVER_SM, pdus.DATA_SM} else b""
    return Pdu(pdu.command | pdus.RESPONSE, status, pdu.sequence, body)


async def _ended(task: asyncio.Task[str]) -> None:
    task.cancel()
    await asyncio.wait([task])
