"""A message as submit_sm PDUs, one per segment; sequence numbers are given as they leave.

Source: SMPP 3.4 §4.4, §5.2.17 (registered_delivery); 3GPP TS 23.040 §9.2.3.24.1 (joined messages).
"""

from __future__ import annotations

from rapport.channels.sdk.connector import AccountConfig, Problem, Rendered
from rapport.channels.sdk.transport import Part, ProviderRequest
from rapport.channels.sms.settings import SmsSettings
from rapport.channels.sms.smpp_pdu import ESM_UDH, SUBMIT_SM, Address, Pdu, ShortMessage
from rapport.channels.sms.smpp_text import GSM, UCS_2, gsm_octets, pack
from rapport.domain.segments import Encoding, encoding_of, split
from rapport.domain.sending import OutboundMessage

MOST_SEGMENTS = 255
RECEIPT_WANTED = 1
_INTERNATIONAL, _UNKNOWN, _NETWORK, _ALPHANUMERIC = 1, 0, 3, 5
_ISDN = 1
_LONGEST_SHORT_CODE = 8
_HEADER_LENGTH = 6
_FILL = -8 * _HEADER_LENGTH % 7


def render(message: OutboundMessage, account: AccountConfig, settings: SmsSettings) -> Rendered:
    """One part per segment, in order, each a message of its own at the message centre."""
    encoding = _encoding(message.text, settings)
    texts = split(message.text, encoding)
    problems = tuple(_problems(message, len(texts)))
    if problems:
        return Rendered(problems=problems)
    reference = message.id & 0xFF
    parts = []
    for place, text in enumerate(texts, 1):
        header = bytes((5, 0, 3, reference, len(texts), place)) if len(texts) > 1 else b""
        body = ShortMessage(
            service_type=settings.service_type,
            source=source_address(account.address, settings),
            destination=destination_address(message.contact_key),
            esm_class=ESM_UDH if header else 0,
            registered_delivery=RECEIPT_WANTED,
            data_coding=GSM if encoding is Encoding.GSM else UCS_2,
            octets=header + _octets(text, encoding, settings, bool(header)),
        )
        pdu = Pdu(SUBMIT_SM, 0, 0, body.encode())
        request = ProviderRequest(method="SMPP", path="submit_sm", hex=pdu.encode().hex())
        parts.append(Part(requests=(request,)))
    return Rendered(parts=tuple(parts))


def source_address(address: str, settings: SmsSettings) -> Address:
    """Our number as the sender; a short code is the network's own, a name alphanumeric."""
    if address.startswith("+"):
        found = Address(_INTERNATIONAL, _ISDN, address[1:])
    elif not address.isdigit():
        found = Address(_ALPHANUMERIC, 0, address)
    elif len(address) <= _LONGEST_SHORT_CODE:
        found = Address(_NETWORK, 0, address)
    else:
        found = Address(_UNKNOWN, _ISDN, address)
    ton = found.ton if settings.source_ton is None else settings.source_ton
    npi = found.npi if settings.source_npi is None else settings.source_npi
    return Address(ton, npi, found.digits)


def destination_address(contact_key: str) -> Address:
    """The customer's number."""
    if contact_key.startswith("+"):
        return Address(_INTERNATIONAL, _ISDN, contact_key[1:])
    return Address(_UNKNOWN, _ISDN, contact_key)


def _problems(message: OutboundMessage, segments: int) -> list[Problem]:
    found = []
    if message.files:
        found.append(Problem("files_not_possible", "This number can't send files."))
    if message.template is not None:
        found.append(Problem("templates_not_possible", "SMS has no approved templates."))
    if not message.text:
        found.append(Problem("empty", "There is nothing to send."))
    if segments > MOST_SEGMENTS:
        found.append(
            Problem("text_too_long", f"The text makes {segments} parts, {MOST_SEGMENTS} fit.")
        )
    if not message.contact_key.removeprefix("+").isalnum():
        found.append(Problem("invalid_number", "The customer's number is not valid."))
    return found


def _encoding(text: str, settings: SmsSettings) -> Encoding:
    encoding = encoding_of(text)
    if encoding is Encoding.GSM and settings.default_alphabet == "latin1":
        try:
            text.encode("latin-1")
        except UnicodeEncodeError:
            return Encoding.UCS2
    return encoding


def _octets(text: str, encoding: Encoding, settings: SmsSettings, headed: bool) -> bytes:
    if encoding is Encoding.UCS2:
        return text.encode("utf-16-be", "replace")
    if settings.default_alphabet == "latin1":
        return text.encode("latin-1")
    septets = gsm_octets(text)
    if settings.default_alphabet == "gsm":
        return septets
    return pack(septets, _FILL if headed else 0)
