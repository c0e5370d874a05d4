"""The custom channel's webhook: `{"messages": [{"id", "from", "text", …}]}`, signed.

The signature is `X-Rapport-Signature: sha256=<hex HMAC-SHA256 of the raw body>` with the
account's secret `signing_secret`.
"""

from __future__ import annotations

import hashlib
import hmac

import msgspec

from rapport.channels.sdk.connector import AccountConfig, Ignored, Parsed, Rejected, Request
from rapport.domain.message import InboundMessage

LONGEST_ID = 200
LONGEST_TEXT = 100_000


class _Message(msgspec.Struct):
    id: str
    sender: str = msgspec.field(name="from")
    text: str = ""
    name: str | None = None
    email: str | None = None
    phone: str | None = None


class _Delivery(msgspec.Struct):
    messages: list[_Message] = []


_decode = msgspec.json.Decoder(_Delivery).decode


class CustomConnector:
    """Implements `channels.sdk.connector.Connector`."""

    def verify(self, request: Request, account: AccountConfig) -> None:
        """HMAC over the raw body, compared in constant time; refused when absent."""
        secret = account.secrets.get("signing_secret", "")
        given = request.headers.get("x-rapport-signature", "")
        wanted = "sha256=" + hmac.digest(secret.encode(), request.body, hashlib.sha256).hex()
        if not secret or not hmac.compare_digest(given.encode(), wanted.encode()):
            raise Rejected(401, "signature_invalid")

    def parse(self, request: Request, account: AccountConfig) -> list[Parsed]:
        """Messages in the order given; those without an id or a sender are ignored."""
        del account
        try:
            delivery = _decode(request.body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise Rejected(400, "malformed") from None
        parsed: list[Parsed] = []
        for message in delivery.messages:
            if not message.id or not message.sender:
                parsed.append(Ignored("no_id"))
            elif len(message.id) > LONGEST_ID or len(message.sender) > LONGEST_ID:
                parsed.append(Ignored("id_too_long"))
            else:
                parsed.append(
                    InboundMessage(
                        external_id=message.id,
                        contact_key=message.sender,
                        text=message.text[:LONGEST_TEXT],
                        name=message.name,
                        email=message.email,
                        phone=message.phone,
                    )
                )
        return parsed
