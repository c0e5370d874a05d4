"""What Twilio tells: webhooks with their signature, and resources."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from rapport_simulators.provider.customers import Customer
from rapport_simulators.provider.ledger import BUSINESS, Entry
from rapport_simulators.twilio.segments import segments
from rapport_simulators.twilio.settings import TwilioSettings

VERSION = "2010-04-01"
OPT_OUT = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "END", "QUIT", "CANCEL", "REVOKE", "OPTOUT"})
OPT_IN = frozenset({"START", "YES", "UNSTOP"})
HELP = frozenset({"HELP", "INFO"})
CONFIRMATIONS: Mapping[str, str] = {
    "STOP": "You will get no more messages from this number. Answer START to change that.",
    "START": "You get messages from this number again. Answer STOP to change that.",
    "HELP": "Answer STOP to get no more messages.",
}


def signature(token: str, url: str, parameters: Mapping[str, str]) -> str:
    """What `X-Twilio-Signature` carries: over the address and every parameter, by name."""
    signed = url + "".join(name + parameters[name] for name in sorted(parameters))
    return base64.b64encode(
        hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()
    ).decode()


def opt_out_type(text: str) -> str | None:
    """STOP, START or HELP, if a message is nothing but one of their words."""
    word = text.strip().upper()
    for kind, words in (("STOP", OPT_OUT), ("START", OPT_IN), ("HELP", HELP)):
        if word in words:
            return kind
    return None


def incoming(
    settings: TwilioSettings, customer: Customer, entry: Entry, base: str
) -> dict[str, str]:
    """The parameters of an incoming message."""
    country = "US" if customer.id.startswith("+1") else "DE"
    told = {
        "ToCountry": "US",
        "FromCountry": country,
        "MessageSid": entry.id,
        "SmsSid": entry.id,
        "SmsMessageSid": entry.id,
        "SmsStatus": "received",
        "AccountSid": settings.account_sid,
        "MessagingServiceSid": settings.messaging_service_sid,
        "From": customer.id,
        "To": settings.number,
        "Body": entry.text,
        "NumSegments": str(segments(entry.text)),
        "NumMedia": str(len(entry.files)),
        "ApiVersion": VERSION,
    }
    for index, file in enumerate(entry.files):
        told[f"MediaUrl{index}"] = (
            f"{base}/{VERSION}/Accounts/{settings.account_sid}/Messages/{entry.id}/Media/{file.id}"
        )
        told[f"MediaContentType{index}"] = file.media_type
    kind = opt_out_type(entry.text)
    if kind is not None:
        told["OptOutType"] = kind
    return told


def status(
    settings: TwilioSettings, entry: Entry, name: str, error: Mapping[str, Any] | None
) -> dict[str, str]:
    """The parameters of a status callback."""
    told = {
        "MessageSid": entry.id,
        "SmsSid": entry.id,
        "MessageStatus": name,
        "SmsStatus": name,
        "AccountSid": settings.account_sid,
        "From": settings.number,
        "To": entry.customer,
        "ApiVersion": VERSION,
    }
    if entry.content.get("MessagingServiceSid"):
        told["MessagingServiceSid"] = settings.messaging_service_sid
    if error:
        told["ErrorCode"] = str(error.get("code", ""))
    return told


def message(settings: TwilioSettings, entry: Entry) -> dict[str, Any]:
    """A message as the API has it."""
    ours = entry.author == BUSINESS
    path = f"/{VERSION}/Accounts/{settings.account_sid}/Messages/{entry.id}"
    failed = next((told.error for told in reversed(entry.statuses) if told.error), None)
    moment = format_datetime(datetime.fromtimestamp(entry.at, UTC))
    return {
        "sid": entry.id,
        "account_sid": settings.account_sid,
        "messaging_service_sid": entry.content.get("MessagingServiceSid"),
        "api_version": VERSION,
        "direction": "outbound-api" if ours else "inbound",
        "from": settings.number if ours else entry.customer,
        "to": entry.customer if ours else settings.number,
        "body": entry.text,
        "status": entry.status or "received",
        "num_segments": str(segments(entry.text)),
        "num_media": str(len(entry.files)),
        "error_code": failed["code"] if failed else None,
        "error_message": failed.get("message") if failed else None,
        "date_created": moment,
        "date_updated": moment,
        "date_sent": None if entry.status in ("accepted", "queued") else moment,
        "price": None,
        "price_unit": "USD",
        "uri": f"{path}.json",
        "subresource_uris": {"media": f"{path}/Media.json"},
    }
