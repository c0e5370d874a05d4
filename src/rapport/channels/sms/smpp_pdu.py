"""SMPP 3.4 PDUs as values: header, binds, submit_sm and deliver_sm, optional parameters.

Source: SMPP Protocol Specification v3.4, issue 1.2: §3.2 (format), §4 (PDUs), §5.1.2 (commands),
§5.1.3 (statuses), §5.3.2 (optional parameters).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Self

HEADER = struct.Struct(">IIII")
LONGEST = 70_000
"""Octets of the largest PDU taken: one optional parameter of 64 kB and all else."""
LARGEST_SEQUENCE = 0x7FFFFFFF

GENERIC_NACK = 0x80000000
BIND_RECEIVER, BIND_TRANSMITTER, BIND_TRANSCEIVER = 0x01, 0x02, 0x09
SUBMIT_SM, DELIVER_SM, UNBIND = 0x04, 0x05, 0x06
ENQUIRE_LINK, DATA_SM = 0x15, 0x103
OUTBIND, ALERT_NOTIFICATION = 0x0B, 0x102
RESPONSE = 0x80000000

OK, INVALID_LENGTH, INVALID_COMMAND, SYSTEM_ERROR = 0x00, 0x02, 0x03, 0x08
TEMPORARY_APP_ERROR = 0x64
"""ESME_RX_T_APPN: deliver it again later."""
PERMANENT_APP_ERROR = 0x65
"""ESME_RX_P_APPN: don't."""

USER_MESSAGE_REFERENCE, RECEIPTED_MESSAGE_ID = 0x0204, 0x001E
SAR_REFERENCE, SAR_TOTAL, SAR_NUMBER = 0x020C, 0x020E, 0x020F
MESSAGE_PAYLOAD, NETWORK_ERROR_CODE, MESSAGE_STATE = 0x0424, 0x0423, 0x0427

ESM_UDH, ESM_TYPE_MASK, ESM_RECEIPT, ESM_INTERMEDIATE = 0x40, 0x3C, 0x04, 0x20
VERSION_3_4 = 0x34


class Malformed(Exception):  # noqa: N818 - names the situation
    """Octets that are no PDU of the kind expected."""


@dataclass(frozen=True, slots=True)
class Pdu:
    """One PDU: its header's fields and the octets after it."""

    command: int
    status: int
    sequence: int
    body: bytes = b""

    def encode(self) -> bytes:
        """The octets on the wire."""
        length = HEADER.size + len(self.body)
        return HEADER.pack(length, self.command, self.status, self.sequence) + self.body

    @classmethod
    def decode(cls, octets: bytes) -> Self:
        """One whole PDU.

        Raises:
            Malformed: too short, or not as long as it says.
        """
        if len(octets) < HEADER.size:
            raise Malformed("header")
        length, command, status, sequence = HEADER.unpack_from(octets)
        if length != len(octets):
            raise Malformed("command_length")
        return cls(command, status, sequence, octets[HEADER.size :])


@dataclass(frozen=True, slots=True)
class Address:
    """A number or name with its type (TON) and numbering plan (NPI), §5.2.5 and §5.2.6."""

    ton: int
    npi: int
    digits: str


Tlvs = tuple[tuple[int, bytes], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortMessage:
    """The body that submit_sm and deliver_sm share (§4.4.1, §4.6.1)."""

    source: Address
    destination: Address
    service_type: str = ""
    esm_class: int = 0
    protocol_id: int = 0
    priority: int = 0
    schedule: str = ""
    validity: str = ""
    registered_delivery: int = 0
    replace: int = 0
    data_coding: int = 0
    default_message: int = 0
    octets: bytes = b""
    tlvs: Tlvs = ()

    def tlv(self, tag: int) -> bytes | None:
        """The first optional parameter with this tag."""
        return next((value for found, value in self.tlvs if found == tag), None)

    @property
    def payload(self) -> bytes:
        """The user data: `short_message`, or `message_payload` where that is empty."""
        return self.octets or self.tlv(MESSAGE_PAYLOAD) or b""

    def encode(self) -> bytes:
        """The octets of the body."""
        return b"".join(
            (
                _c_string(self.service_type),
                _address(self.source),
                _address(self.destination),
                bytes((self.esm_class, self.protocol_id, self.priority)),
                _c_string(self.schedule),
                _c_string(self.validity),
                bytes((self.registered_delivery, self.replace, self.data_coding)),
                bytes((self.default_message, len(self.octets))),
                self.octets,
                *(struct.pack(">HH", tag, len(value)) + value for tag, value in self.tlvs),
            )
        )

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """Take a body apart; optional parameters after a broken one are dropped.

        Raises:
            Malformed: a mandatory field is cut short.
        """
        reader = _Reader(body)
        service_type = reader.c_string()
        source, destination = reader.address(), reader.address()
        esm_class, protocol_id, priority = reader.octet(), reader.octet(), reader.octet()
        schedule, validity = reader.c_string(), reader.c_string()
        registered, replace, coding = reader.octet(), reader.octet(), reader.octet()
        default_message, length = reader.octet(), reader.octet()
        return cls(
            service_type=service_type,
            source=source,
            destination=destination,
            esm_class=esm_class,
            protocol_id=protocol_id,
            priority=priority,
            schedule=schedule,
            validity=validity,
            registered_delivery=registered,
            replace=replace,
            data_coding=coding,
            default_message=default_message,
            octets=reader.take(length),
            tlvs=reader.tlvs(),
        )

    @classmethod
    def decode_data(cls, body: bytes) -> Self:
        """Take the body of a data_sm apart (§4.7.1): its user data is a message_payload.

        Raises:
            Malformed: a mandatory field is cut short.
        """
        reader = _Reader(body)
        service_type = reader.c_string()
        source, destination = reader.address(), reader.address()
        esm_class, registered, coding = reader.octet(), reader.octet(), reader.octet()
        return cls(
            service_type=service_type,
            source=source,
            destination=destination,
            esm_class=esm_class,
            registered_delivery=registered,
            data_coding=coding,
            tlvs=reader.tlvs(),
        )


def bind_body(system_id: str, password: str, system_type: str) -> bytes:
    """The body of the three binds (§4.1): any address range."""
    return (
        _c_string(system_id)
        + _c_string(password)
        + _c_string(system_type)
        + bytes((VERSION_3_4, 0, 0, 0))
    )


def first_string(body: bytes) -> str:
    """The C string that a response's body begins with (system_id, message_id); empty if none."""
    return body.partition(b"\x00")[0].decode("latin-1")


def _c_string(text: str) -> bytes:
    return text.encode("latin-1", "replace").replace(b"\x00", b"") + b"\x00"


def _address(address: Address) -> bytes:
    return bytes((address.ton, address.npi)) + _c_string(address.digits)


class _Reader:
    def __init__(self, octets: bytes) -> None:
        self._octets = octets
        self._at = 0

    def octet(self) -> int:
        return self.take(1)[0]

    def take(self, length: int) -> bytes:
        taken = self._octets[self._at : self._at + length]
        if len(taken) < length:
            raise Malformed("cut short")
        self._at += length
        return taken

    def c_string(self) -> str:
        end = self._octets.find(b"\x00", self._at)
        if end < 0:
            raise Malformed("unterminated string")
        text = self._octets[self._at : end].decode("latin-1")
        self._at = end + 1
        return text

    def address(self) -> Address:
        return Address(self.octet(), self.octet(), self.c_string())

    def tlvs(self) -> Tlvs:
        found = []
        try:
            while self._at < len(self._octets):
                tag, length = struct.unpack(">HH", self.take(4))
                found.append((tag, self.take(length)))
        except Malformed:
            pass
        return tuple(found)
