"""SMPP 3.4 on the wire, from the message centre's side (SMPP specification v3.4 §3, §4, §5)."""

import asyncio
import struct
from dataclasses import dataclass, field

BIND_RX, BIND_TX, SUBMIT, DELIVER, UNBIND = 0x01, 0x02, 0x04, 0x05, 0x06
BIND_TRX, ENQUIRE = 0x09, 0x15
ANSWER, NACK = 0x80000000, 0x80000000
INTERNATIONAL = 1
SHORTEST, LONGEST = 16, 100_000
_HEAD = ">IIII"


class BadPdu(Exception):  # noqa: N818 - what it is
    """A length that can't be, or a field that is missing."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One PDU."""

    command: int
    status: int
    sequence: int
    body: bytes = b""

    def octets(self) -> bytes:
        """As it is sent."""
        head = struct.pack(
            _HEAD, SHORTEST + len(self.body), self.command, self.status, self.sequence
        )
        return head + self.body


async def read_frame(reader: asyncio.StreamReader) -> Frame:
    """The next PDU.

    Raises:
        BadPdu: its length can't be.
        asyncio.IncompleteReadError: the other side has gone.
    """
    head = await reader.readexactly(SHORTEST)
    length, command, status, sequence = struct.unpack(_HEAD, head)
    if not SHORTEST <= length <= LONGEST:
        raise BadPdu
    return Frame(command, status, sequence, await reader.readexactly(length - SHORTEST))


def strings(body: bytes, number: int) -> list[str]:
    """The first C strings of a body.

    Raises:
        BadPdu: there are fewer.
    """
    pieces = body.split(b"\x00", number)
    if len(pieces) <= number:
        raise BadPdu
    return [piece.decode("latin-1") for piece in pieces[:number]]


@dataclass(slots=True, kw_only=True)
class Sms:
    """What the bodies of submit_sm and deliver_sm say, as far as it matters here."""

    sender: str
    receiver: str
    sender_ton: int = 1
    receiver_ton: int = 1
    esm: int = 0
    coding: int = 0
    wants_receipt: bool = False
    data: bytes = b""
    options: dict[int, bytes] = field(default_factory=dict)

    @property
    def from_number(self) -> str:
        """The sender, with `+` where it is an international number."""
        return f"+{self.sender}" if self.sender_ton == INTERNATIONAL else self.sender

    @property
    def to_number(self) -> str:
        """The receiver, likewise."""
        return f"+{self.receiver}" if self.receiver_ton == INTERNATIONAL else self.receiver

    def body(self) -> bytes:
        """The octets of a body."""
        return b"".join(
            (
                b"\x00",
                bytes((self.sender_ton, 1)) + self.sender.encode("latin-1") + b"\x00",
                bytes((self.receiver_ton, 1)) + self.receiver.encode("latin-1") + b"\x00",
                bytes((self.esm, 0, 0)) + b"\x00\x00",
                bytes((int(self.wants_receipt), 0, self.coding, 0, len(self.data))),
                self.data,
                *(struct.pack(">HH", tag, len(v)) + v for tag, v in self.options.items()),
            )
        )


def read_sms(body: bytes) -> Sms:
    """Take a body apart.

    Raises:
        BadPdu: it ends too early.
    """
    try:
        _, rest = _string(body)
        sender_ton, (sender, rest) = rest[0], _string(rest[2:])
        receiver_ton, (receiver, rest) = rest[0], _string(rest[2:])
        esm, rest = rest[0], rest[3:]
        _, rest = _string(rest)
        _, rest = _string(rest)
        receipt, coding, length, rest = rest[0], rest[2], rest[4], rest[5:]
    except IndexError:
        raise BadPdu from None
    if len(rest) < length:
        raise BadPdu
    sms = Sms(
        sender=sender,
        receiver=receiver,
        sender_ton=sender_ton,
        receiver_ton=receiver_ton,
        esm=esm,
        coding=coding,
        wants_receipt=bool(receipt & 0x03),
        data=rest[:length],
    )
    rest = rest[length:]
    while len(rest) >= 4:
        tag, size = struct.unpack(">HH", rest[:4])
        sms.options[tag] = rest[4 : 4 + size]
        rest = rest[4 + size :]
    return sms


def _string(octets: bytes) -> tuple[str, bytes]:
    end = octets.find(b"\x00")
    if end < 0:
        raise BadPdu
    return octets[:end].decode("latin-1"), octets[end + 1 :]
