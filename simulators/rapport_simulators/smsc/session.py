"""One client's connection to the message centre."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from rapport_simulators.smsc.wire import (
    ANSWER,
    BIND_RX,
    BIND_TRX,
    BIND_TX,
    ENQUIRE,
    NACK,
    SUBMIT,
    UNBIND,
    BadPdu,
    Frame,
    read_frame,
    strings,
)

if TYPE_CHECKING:
    from rapport_simulators.smsc.centre import Centre

NOT_BOUND, ALREADY_BOUND, BAD_PASSWORD, BAD_SYSTEM_ID = 0x04, 0x05, 0x0E, 0x0F
BAD_COMMAND, BAD_COMMAND_LENGTH = 0x03, 0x02
_BINDS = frozenset({BIND_RX, BIND_TX, BIND_TRX})
_INTERFACE_VERSION = bytes.fromhex("0210000134")


class Gone(Exception):  # noqa: N818 - what has happened
    """The client has gone."""


class Session:
    """Reads a client's PDUs and acts on them."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, centre: Centre
    ) -> None:
        self._reader, self._writer, self._centre = reader, writer, centre
        self._bound: int | None = None
        self._sequence = 0
        self._asked: dict[int, asyncio.Future[Frame]] = {}

    @property
    def receives(self) -> bool:
        """Whether messages can be handed over here."""
        return self._bound in {BIND_RX, BIND_TRX} and not self._writer.is_closing()

    async def run(self) -> None:
        """Serve the connection until either side ends it."""
        try:
            while await self._take(await read_frame(self._reader)):
                pass
        except BadPdu:
            with contextlib.suppress(OSError):
                await self.write(Frame(NACK, BAD_COMMAND_LENGTH, 0))
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            self.drop()

    async def ask(self, command: int, body: bytes, timeout_s: float) -> Frame:
        """Send a request and wait for its answer.

        Raises:
            Gone: the connection has ended.
            TimeoutError: no answer came.
        """
        self._sequence += 1
        sequence = self._sequence
        future: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self._asked[sequence] = future
        try:
            async with asyncio.timeout(timeout_s):
                await self.write(Frame(command, 0, sequence, body))
                return await future
        except OSError as error:
            if isinstance(error, TimeoutError):
                raise
            raise Gone from None
        finally:
            del self._asked[sequence]

    async def answer(self, frame: Frame, status: int, body: bytes = b"") -> None:
        """Answer a request of the client's."""
        await self.write(Frame(frame.command | ANSWER, status, frame.sequence, body))

    async def write(self, frame: Frame) -> None:
        """Send a PDU."""
        if self._writer.is_closing():
            raise ConnectionResetError
        self._writer.write(frame.octets())
        await self._writer.drain()

    def drop(self) -> None:
        """Break the connection, without a word."""
        self._bound = None
        self._writer.close()
        for future in self._asked.values():
            if not future.done():
                future.set_exception(Gone())

    async def _take(self, frame: Frame) -> bool:
        """Act on one PDU; False when the connection is to end."""
        if frame.command & ANSWER:
            future = self._asked.get(frame.sequence)
            if future is not None and not future.done():
                future.set_result(frame)
        elif frame.command in _BINDS:
            await self._bind(frame)
        elif frame.command == SUBMIT:
            if self._bound not in {BIND_TX, BIND_TRX}:
                await self.answer(frame, NOT_BOUND)
            else:
                await self._centre.submit(self, frame)
        elif frame.command == ENQUIRE:
            if not self._centre.faults.take("no_answer", on="enquire_link"):
                await self.answer(frame, 0)
        elif frame.command == UNBIND:
            await self.answer(frame, 0)
            return False
        else:
            await self.write(Frame(NACK, BAD_COMMAND, frame.sequence))
        return True

    async def _bind(self, frame: Frame) -> None:
        system_id, password = strings(frame.body, 2)
        settings = self._centre.settings
        if self._bound is not None:
            await self.answer(frame, ALREADY_BOUND)
        elif system_id != settings.system_id:
            await self.answer(frame, BAD_SYSTEM_ID)
        elif password != settings.password:
            await self.answer(frame, BAD_PASSWORD)
        else:
            self._bound = frame.command
            await self.answer(frame, 0, b"SIMULATOR\x00" + _INTERFACE_VERSION)
