"""What deliver_sm and data_sm mean: a customer's message, a part of one, or a receipt.

Source: SMPP 3.4 §4.6, §5.2.12 (esm_class), Appendix B (receipts).
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

from rapport.channels.sdk.connector import AccountConfig, Ignored, Parsed, Rejected, Request
from rapport.channels.sms.inbound import (
    LONGEST_SENDER,
    UNTIMED,
    same_number,
    storable,
    with_consent,
)
from rapport.channels.sms.settings import SmsSettings
from rapport.channels.sms.smpp_codes import FAILURES, STATE_NUMBERS, STATES
from rapport.channels.sms.smpp_ids import receipted, submitted
from rapport.channels.sms.smpp_pdu import (
    DATA_SM,
    DELIVER_SM,
    ESM_INTERMEDIATE,
    ESM_RECEIPT,
    ESM_TYPE_MASK,
    ESM_UDH,
    MESSAGE_STATE,
    NETWORK_ERROR_CODE,
    RECEIPTED_MESSAGE_ID,
    SAR_NUMBER,
    SAR_REFERENCE,
    SAR_TOTAL,
    USER_MESSAGE_REFERENCE,
    Address,
    Malformed,
    Pdu,
    ShortMessage,
)
from rapport.channels.sms.smpp_text import UserData, text_of, user_data
from rapport.domain.message import DeliveryReceipt, DeliveryStatus, InboundMessage, Segment

SEEN = "seen"
"""In the query of a request: the session's stamp that tells repeats from redeliveries."""
_INTERNATIONAL, _UNKNOWN_TON, _ALPHANUMERIC = 1, 0, 5
_LONGEST_SHORT_CODE = 8
_FIELD = re.compile(r"\b(id|stat|err|done date)\s*:\s*(\S+)", re.IGNORECASE)
_TEXT = re.compile(r"\btext\s*:", re.IGNORECASE)
"""What follows is the beginning of our own message, which may say anything."""


def parse(request: Request, account: AccountConfig, settings: SmsSettings) -> list[Parsed]:
    """One PDU, as octets or in hex.

    Raises:
        Rejected: it is no deliver_sm or data_sm.
    """
    pdu, message = _message_of(request.body)
    kind = message.esm_class & ESM_TYPE_MASK
    if kind in {ESM_RECEIPT, ESM_INTERMEDIATE} or message.tlv(RECEIPTED_MESSAGE_ID) is not None:
        return [_receipt(message, settings)]
    if kind:
        return [Ignored("acknowledgement")]
    if not message.source.digits or len(message.source.digits) > LONGEST_SENDER:
        return [Ignored("no_sender")]
    if not same_number(message.destination.digits, account.address):
        return [Ignored("wrong_account")]
    stamp = parse_qs(request.query).get(SEEN, [""])[0]
    return _inbound(pdu, message, settings, stamp)


def fingerprint(pdu: Pdu) -> str:
    """The same for every delivery of a message: all octets but the sequence number."""
    return hashlib.sha256(pdu.command.to_bytes(4, "big") + pdu.body).hexdigest()[:40]


def tells_itself_apart(pdu: Pdu) -> bool:
    """Whether the customer's next message with the same words would be another PDU: it is a part
    (with a reference), or the network numbers it.
    """
    try:
        decode = ShortMessage.decode_data if pdu.command == DATA_SM else ShortMessage.decode
        message = decode(pdu.body)
    except Malformed:
        return False
    tags = (USER_MESSAGE_REFERENCE, SAR_REFERENCE, RECEIPTED_MESSAGE_ID)
    if message.schedule or any(message.tlv(tag) is not None for tag in tags):
        return True
    return user_data(message.payload, bool(message.esm_class & ESM_UDH)).joined is not None


def _message_of(body: bytes) -> tuple[Pdu, ShortMessage]:
    try:
        octets = body if body[:1] == b"\x00" else bytes.fromhex(body.decode("ascii").strip())
        pdu = Pdu.decode(octets)
        if pdu.command == DELIVER_SM:
            return pdu, ShortMessage.decode(pdu.body)
        if pdu.command == DATA_SM:
            return pdu, ShortMessage.decode_data(pdu.body)
    except (Malformed, ValueError):
        raise Rejected(400, "malformed") from None
    raise Rejected(400, "not_a_message")


def _inbound(pdu: Pdu, message: ShortMessage, settings: SmsSettings, stamp: str) -> list[Parsed]:
    data = user_data(message.payload, bool(message.esm_class & ESM_UDH))
    if data.to_port:
        return [Ignored("for_a_port")]
    text = text_of(data, message.data_coding, settings.default_alphabet)
    if text is None:
        return [Ignored("binary")]
    joined = data.joined or _sar(message)
    sender = contact_key(message.source, settings)
    found = InboundMessage(
        external_id=f"{fingerprint(pdu)}{'.' if stamp else ''}{stamp}",
        contact_key=sender,
        text=storable(text),
        phone=sender if sender.startswith("+") else None,
        segment=_segment(joined) if joined else None,
        details=_torn(data, text) if joined else None,
    )
    return with_consent(found)


def _segment(joined: tuple[str, int, int]) -> Segment:
    reference, total, number = joined
    return Segment(reference=reference, number=number, total=total)


def _torn(data: UserData, text: str) -> dict[str, str] | None:
    """UCS-2 octets of a part that begins or ends within a surrogate pair: join these, not the
    text.
    """
    edges = text[:1] + text[-1:]
    torn = any("\ud800" <= char <= "\udfff" for char in edges)
    return {"ucs2": data.octets.hex()} if torn else None


def _sar(message: ShortMessage) -> tuple[str, int, int] | None:
    reference, total, number = map(message.tlv, (SAR_REFERENCE, SAR_TOTAL, SAR_NUMBER))
    if reference is None or not total or not number:
        return None
    if not 1 <= number[0] <= total[0] or total[0] == 1:
        return None
    return f"s{int.from_bytes(reference, 'big')}", total[0], number[0]


def contact_key(source: Address, settings: SmsSettings) -> str:
    """E.164 with `+` where the number is international, else as it came."""
    digits = storable(source.digits).strip()
    if source.ton == _ALPHANUMERIC or not digits.isascii() or not digits.isdigit():
        return digits
    long = len(digits) > _LONGEST_SHORT_CODE and not digits.startswith("0")
    assumed = source.ton == _UNKNOWN_TON and settings.assume_international and long
    return f"+{digits}" if source.ton == _INTERNATIONAL or assumed else digits


def _receipt(message: ShortMessage, settings: SmsSettings) -> Parsed:
    said = message.payload.decode("latin-1")
    fields: dict[str, str] = {}
    for name, value in _FIELD.findall(_TEXT.split(said, maxsplit=1)[0]):
        fields.setdefault(name.lower(), value)
    state = fields.get("stat", "").upper()
    state = state if state in STATES else _state(message)
    external_id = _receipted_id(message, fields.get("id", ""), settings)
    if not state or not external_id:
        return Ignored("receipt_unreadable")
    status = STATES[state]
    failed = status is DeliveryStatus.FAILED
    return DeliveryReceipt(
        status=status,
        at=_moment(fields.get("done date", ""), settings),
        external_id=external_id,
        error_code=state if failed else None,
        error_message=_reason(state, fields.get("err", ""), message) if failed else None,
    )


def _receipted_id(message: ShortMessage, in_text: str, settings: SmsSettings) -> str:
    named = (message.tlv(RECEIPTED_MESSAGE_ID) or b"").partition(b"\x00")[0].decode("latin-1")
    if named:
        return storable(submitted(named, settings.receipt_ids))
    return storable(receipted(in_text, settings.receipt_ids)) if in_text else ""


def _state(message: ShortMessage) -> str:
    given = message.tlv(MESSAGE_STATE)
    return STATE_NUMBERS.get(given[0], "") if given else ""


def _reason(state: str, error: str, message: ShortMessage) -> str:
    network = message.tlv(NETWORK_ERROR_CODE)
    if not error.strip("0") and network and len(network) == 3:
        error = str(int.from_bytes(network[1:], "big"))
    words = FAILURES[state]
    return f"{words[:-1]} (network error {storable(error)})." if error.strip("0") else words


def _moment(given: str, settings: SmsSettings) -> datetime:
    """A `done date`, YYMMDDhhmm with or without seconds, in the message centre's own time."""
    form = {10: "%y%m%d%H%M", 12: "%y%m%d%H%M%S"}.get(len(given))
    if form is None or not given.isascii() or not given.isdigit():
        return UNTIMED
    try:
        local = datetime.strptime(given, form).replace(tzinfo=UTC)
    except ValueError:
        return UNTIMED
    return local - timedelta(minutes=settings.receipt_utc_offset_minutes)
