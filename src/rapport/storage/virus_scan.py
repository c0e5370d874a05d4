"""Files shown to a virus scanner: the protocol of clamd (man 8 clamd, INSTREAM), in pieces."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import structlog

from rapport.domain.errors import Refused, ScannerAway
from rapport.observability.metrics import FILES_SCANNED

CONNECT_S = 5.0
ANSWER_S = 60.0
LONGEST_ANSWER = 4096
Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]
log = structlog.get_logger()


class Clamd:
    """A clamd at `tcp://host:port`, or at the path of a Unix socket."""

    def __init__(
        self, address: str, *, connect_s: float = CONNECT_S, answer_s: float = ANSWER_S
    ) -> None:
        self._address = address
        self._connect_s = connect_s
        self._answer_s = answer_s

    async def check(self, pieces: AsyncIterator[bytes]) -> None:
        """Let a file pass that is clean.

        Raises:
            Refused: `file_infected`; or `file_unchecked`, more than the scanner looks through.
            ScannerAway: `scanner_away`; nothing is known about the file, ask again later.
        """
        try:
            async with asyncio.timeout(self._answer_s), self._connected() as ends:
                answer = await _shown(ends, pieces)
        except (EOFError, ConnectionError) as error:
            # Over its limit it hangs up, and its answer may be lost with the connection: a scanner
            # that still answers would do the same again, and the file would wait for ever.
            if getattr(error, "partial", b"") or not await self.ping():
                raise _away(repr(error)) from None
            raise _unchecked(repr(error)) from None
        except (OSError, asyncio.LimitOverrunError) as error:  # TimeoutError is one of them
            raise _away(repr(error)) from None
        if answer == "stream: OK":
            FILES_SCANNED.labels("clean").inc()
            return
        if answer.endswith(" FOUND"):
            FILES_SCANNED.labels("infected").inc()
            name = answer.removeprefix("stream: ").removesuffix(" FOUND")
            log.warning("file.infected", signature=name)
            raise Refused("file_infected", "The file was removed: it contains a virus.")
        if "size limit exceeded" in answer:
            raise _unchecked(answer)
        raise _away(answer or "closed without an answer")

    async def ping(self) -> bool:
        """Whether the scanner answers."""
        try:
            async with asyncio.timeout(self._connect_s), self._connected() as (reader, writer):
                writer.write(b"zPING\0")
                return await reader.read(LONGEST_ANSWER) == b"PONG\0"
        except OSError:
            return False

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Ends]:
        async with asyncio.timeout(self._connect_s):
            if self._address.startswith("tcp://"):
                where = urlsplit(self._address)
                reader, writer = await asyncio.open_connection(where.hostname, where.port)
            else:
                reader, writer = await asyncio.open_unix_connection(self._address)
        try:
            yield reader, writer
        finally:
            writer.close()


async def _shown(ends: Ends, pieces: AsyncIterator[bytes]) -> str:
    reader, writer = ends
    try:
        writer.write(b"zINSTREAM\0")
        async for piece in pieces:
            writer.write(struct.pack("!I", len(piece)) + piece)
            await writer.drain()
        writer.write(struct.pack("!I", 0))
        await writer.drain()
    except ConnectionError:
        # It may have answered before it hung up: a file over its limit is not read to the end.
        pass
    answer = await reader.readuntil(b"\0")
    return answer[:-1].decode(errors="replace").strip()


def _unchecked(why: str) -> Refused:
    FILES_SCANNED.labels("too_large").inc()
    log.warning("file.unchecked", why=why)
    return Refused("file_unchecked", "The file is too large to be checked for viruses.")


def _away(why: str) -> ScannerAway:
    FILES_SCANNED.labels("away").inc()
    log.warning("scanner.away", why=why)
    return ScannerAway(
        "scanner_away",
        "The file can't be checked for viruses at the moment. Try again in a minute.",
        {"retry_after_s": 60},
    )
