"""Twilio's webhooks: messages and status callbacks, both posted to the same address.

Source: Twilio, "Messaging webhooks" (parameters of incoming messages) and "Track outbound message
status". A callback's form tells no time, so receipts carry `UNTIMED`.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qs, parse_qsl

import msgspec

from rapport.channels.sdk.connector import AccountConfig, Ignored, Parsed, Rejected, Request
from rapport.channels.sms.inbound import (
    LONGEST_ID,
    LONGEST_SENDER,
    UNTIMED,
    same_number,
    storable,
    with_consent,
)
from rapport.channels.sms.settings import SmsSettings
from rapport.channels.sms.twilio_codes import (
    INBOUND_STATUSES,
    STATUSES,
    WITHOUT_CODE,
    stable,
    words,
)
from rapport.channels.sms.twilio_signature import Pairs, is_signed
from rapport.domain.message import DeliveryReceipt, DeliveryStatus, InboundMedia, InboundMessage

MESSAGE_ID = "message_id"
"""Our id in the query of the callback address, so that a receipt can't miss its message."""
MOST_MEDIA = 10
_LARGEST_ID = 2**63
_KINDS = ("image", "video", "audio")


def verify(request: Request, account: AccountConfig, settings: SmsSettings) -> None:
    """Check `X-Twilio-Signature`.

    Raises:
        Rejected: absent or wrong.
    """
    token = account.secrets.get("auth_token", "")
    given = request.headers.get("x-twilio-signature", "")
    url = request.url or _own_address(request, settings)
    if not (token and given and url):
        raise Rejected(401, "signature_invalid")
    if not is_signed(given, token, url, _signed_form(request), request.body):
        raise Rejected(401, "signature_invalid")


def parse(request: Request, account: AccountConfig, settings: SmsSettings) -> list[Parsed]:
    """One message or one receipt.

    Raises:
        Rejected: the form has none of Twilio's fields.
    """
    fields = _fields(request)
    names = ("MessageSid", "SmsSid", "SmsMessageSid")
    sid = storable(next((fields[name] for name in names if fields.get(name)), ""))
    if not sid:
        if fields.get("AccountSid"):
            return [Ignored("not_a_message")]
        raise Rejected(400, "malformed")
    if settings.account_sid and fields.get("AccountSid", settings.account_sid) != (
        settings.account_sid
    ):
        return [Ignored("wrong_account")]
    if len(sid) > LONGEST_ID:
        return [Ignored("id_too_long")]
    status = (fields.get("MessageStatus") or fields.get("SmsStatus") or "received").lower()
    if status not in INBOUND_STATUSES:
        return [_receipt(request, account, settings, fields, sid, status)]
    if status == "receiving" or "From" not in fields:
        return [Ignored("not_complete")]
    return _message(account, settings, fields, sid)


def _message(
    account: AccountConfig, settings: SmsSettings, fields: Mapping[str, str], sid: str
) -> list[Parsed]:
    sender = storable(fields["From"]).strip()
    if not sender or len(sender) > LONGEST_SENDER:
        return [Ignored("no_sender")]
    if not _is_ours(account, settings, fields, "To"):
        return [Ignored("wrong_account")]
    media = _media(fields)
    message = InboundMessage(
        external_id=sid,
        contact_key=sender,
        text=storable(fields.get("Body", "")),
        phone=sender if sender.startswith("+") else None,
        kind=media[0].kind if media else "text",
        media=media,
    )
    return with_consent(message, fields.get("OptOutType", "").upper() or None)


def _media(fields: Mapping[str, str]) -> tuple[InboundMedia, ...]:
    declared = fields.get("NumMedia", "0")
    number = int(declared) if declared.isascii() and declared.isdigit() and len(declared) < 3 else 0
    return tuple(_file(fields, place) for place in range(min(number, MOST_MEDIA)))


def _file(fields: Mapping[str, str], place: int) -> InboundMedia:
    media_type = fields.get(f"MediaContentType{place}") or None
    url = fields.get(f"MediaUrl{place}") or None
    major = (media_type or "").partition("/")[0].lower()
    kind = major if major in _KINDS else "file"
    return InboundMedia(
        kind=kind, media_type=media_type, url=url, gone=None if url else "no_address"
    )


def _receipt(
    request: Request,
    account: AccountConfig,
    settings: SmsSettings,
    fields: Mapping[str, str],
    sid: str,
    status: str,
) -> Parsed:
    reported = STATUSES.get(status)
    if reported is None:
        return Ignored("unknown_status")
    if not _is_ours(account, settings, fields, "From"):
        return Ignored("wrong_account")
    code, reason = _failure(fields, status) if reported is DeliveryStatus.FAILED else (None, None)
    return DeliveryReceipt(
        status=reported,
        at=UNTIMED,
        external_id=sid,
        message_id=_message_id(request.query),
        error_code=code,
        error_message=reason,
    )


def _failure(fields: Mapping[str, str], status: str) -> tuple[str, str]:
    given = fields.get("ErrorCode", "")
    said = storable(fields.get("ErrorMessage", ""))
    if given.isascii() and given.isdigit() and 0 < len(given) < 10 and int(given):
        code = int(given)
        return stable(code), words(code, said or f"The message failed (Twilio error {code}).")
    return status, WITHOUT_CODE.get(status) or said or "The message could not be delivered."


def _message_id(query: str) -> int | None:
    given = parse_qs(query).get(MESSAGE_ID, [""])[0]
    if not (given.isascii() and given.isdigit() and len(given) < 20):
        return None
    return int(given) if 0 < int(given) < _LARGEST_ID else None


def _is_ours(
    account: AccountConfig, settings: SmsSettings, fields: Mapping[str, str], side: str
) -> bool:
    service = fields.get("MessagingServiceSid", "")
    if service and service in (settings.messaging_service_sid, account.address):
        return True
    number = fields.get(side)
    return number is None or same_number(number, account.address)


def _fields(request: Request) -> dict[str, str]:
    if request.method == "GET":
        pairs = _pairs(request.query)
    elif _is_json(request):
        return _json_fields(request.body)
    else:
        pairs = _form(request.body)
    fields: dict[str, str] = {}
    for name, value in pairs:
        fields.setdefault(name, value)
    return fields


def _json_fields(body: bytes) -> dict[str, str]:
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Rejected(400, "malformed") from None
    if not isinstance(document, dict):
        raise Rejected(400, "malformed")
    return {
        name: str(value)
        for name, value in document.items()
        if isinstance(value, str | int) and not isinstance(value, bool)
    }


def _signed_form(request: Request) -> Pairs | None:
    if request.method == "GET":
        return []
    return None if _is_json(request) else _form(request.body)


def _is_json(request: Request) -> bool:
    return request.headers.get("content-type", "").lower().startswith("application/json")


def _form(body: bytes) -> Pairs:
    return _pairs(body.decode("utf-8", "replace"))


def _pairs(text: str) -> Pairs:
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=1000)
    except ValueError:
        raise Rejected(400, "malformed") from None


def _own_address(request: Request, settings: SmsSettings) -> str:
    if not settings.webhook_url or not request.query:
        return settings.webhook_url
    return f"{settings.webhook_url}?{request.query}"
