"""The custom channel: signed JSON in by webhook, signed JSON out to a callback URL.

In: `{"messages": [{"id", "from", "text", …}]}`. Out: `{"id", "to", "text"}`. Both are signed
`X-Rapport-Signature: sha256=<hex HMAC-SHA256 of the raw body>` with the account's secret
`signing_secret`. The `id` sent out is an idempotency key: the receiver may see it twice after a
retry and must take it once.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from pydantic import Field

from rapport.channels.sdk.connector import (
    AccountConfig,
    Ignored,
    MediaGone,
    Parsed,
    Probe,
    Problem,
    Rejected,
    Rendered,
    Request,
)
from rapport.channels.sdk.manifest import AccountSettings, Done, Exempt, Manifest, Secret
from rapport.channels.sdk.transport import (
    Part,
    ProviderAnswer,
    ProviderRequest,
    Transport,
    Unanswered,
    Unreached,
    body_of,
)
from rapport.domain.channel import CAPABILITIES, ChannelType
from rapport.domain.message import InboundMedia, InboundMessage
from rapport.domain.sending import (
    AccountBroken,
    OutboundMessage,
    RetryAfter,
    SendOutcome,
    Sent,
    Unknown,
)
from rapport.domain.sending import Rejected as NeverSent

LONGEST_ID = 200
LONGEST_TEXT = 100_000
_THROTTLED, _TIMEOUT, _SERVER_ERROR = 429, 408, 500
_UNAUTHORISED = frozenset({401, 403})


class CustomSettings(AccountSettings):
    """What an administrator sets of a signed JSON channel."""

    callback_url: str | None = None
    per_second: Annotated[float, Field(gt=0, le=10_000)] = 80


class _Message(msgspec.Struct):
    id: str
    sender: str = msgspec.field(name="from")
    text: str = ""
    name: str | None = None
    email: str | None = None
    phone: str | None = None


class _Delivery(msgspec.Struct):
    messages: list[msgspec.Raw] = []


_decode = msgspec.json.Decoder(_Delivery).decode
_message = msgspec.json.Decoder(_Message).decode


def _rate(settings: Mapping[str, Any]) -> float:
    return float(settings.get("per_second", 80))


_NO_FILES = Exempt("The channel carries text only.")
MANIFEST = Manifest(
    channel="custom",
    title="Signed JSON",
    capabilities=CAPABILITIES[ChannelType.CUSTOM],
    settings=CustomSettings,
    secrets=(
        Secret(
            name="signing_secret",
            title="Signing secret",
            help="Signs requests in both directions; choose at least 32 random characters.",
        ),
    ),
    signed_with="signing_secret",
    per_second=_rate,
    retries_unknown=True,
    subscription="Send signed requests to {webhook}.",
    checklist={
        "signature_verified": Done("test_a_wrong_or_absent_signature_is_refused"),
        "signature_over_raw_body": Done("test_the_signature_is_over_the_raw_body"),
        "subscription_check": Exempt("There is no check of the address."),
        "wrong_account": Exempt("A delivery names no account but by its address and signature."),
        "duplicate_delivery": Done("test_ids_are_the_senders_own"),
        "several_in_one_delivery": Done("test_messages_keep_their_order"),
        "malformed_entry": Done("test_a_broken_message_spoils_no_other"),
        "unknown_type": Done("test_unknown_fields_are_ignored"),
        "no_conversation_without_message": Exempt("There is nothing but messages."),
        "receipts_any_order": Exempt("The receiver's answer is the only receipt."),
        "failed_with_code": Done("test_answers_become_outcomes"),
        "media_in": _NO_FILES,
        "media_gone": _NO_FILES,
        "media_out_limits": _NO_FILES,
        "text_limit": Exempt("The channel has no limit but the composer's."),
        "formatting": Done("test_a_message_is_rendered_as_plain_text"),
        "choices": Exempt("Choices are numbered text to the receiver."),
        "throttling": Done("test_answers_become_outcomes"),
        "account_broken": Done("test_answers_become_outcomes"),
        "outcome_unknown": Done("test_silence_is_unknown_and_no_connection_a_retry"),
        "window": Exempt("There is no window."),
        "opt_out": Exempt("The receiver keeps consent."),
        "probe": Done("test_the_probe_asks_for_configuration_only"),
        "redaction": Done("test_a_message_is_rendered_as_plain_text"),
    },
)


class CustomConnector:
    """Implements `channels.sdk.connector.Connector`."""

    manifest = MANIFEST

    def verify(self, request: Request, account: AccountConfig) -> None:
        """HMAC over the raw body, compared in constant time; refused when absent."""
        secret = account.secrets.get("signing_secret", "")
        given = request.headers.get("x-rapport-signature", "")
        if not secret or not hmac.compare_digest(
            given.encode(), _signature(secret, request.body).encode()
        ):
            raise Rejected(401, "signature_invalid")

    def parse(self, request: Request, account: AccountConfig) -> list[Parsed]:
        """Messages in the order given; those without an id or a sender are ignored."""
        del account
        try:
            delivery = _decode(request.body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise Rejected(400, "malformed") from None
        return [_parsed(raw) for raw in delivery.messages]

    def render(self, message: OutboundMessage, account: AccountConfig) -> Rendered:
        """One POST; the signature is added as it leaves."""
        if not account.settings.get("callback_url"):
            return Rendered(
                problems=(Problem("not_configured", "The channel has no callback URL."),)
            )
        request = ProviderRequest(
            method="POST",
            url=str(account.settings["callback_url"]),
            headers={"Idempotency-Key": str(message.id)},
            json={"id": str(message.id), "to": message.contact_key, "text": message.text},
        )
        return Rendered(parts=(Part(requests=(request,)),))

    async def send(self, part: Part, account: AccountConfig, transport: Transport) -> SendOutcome:
        """POST it, signed like the webhook."""
        secret = account.secrets.get("signing_secret", "")
        if not secret:
            return AccountBroken("not_configured", "The channel has no signing secret.")
        (request,) = part.requests
        signature = _signature(secret, body_of(request))
        try:
            answer = await transport.request(
                request, base_url="", authorize={"X-Rapport-Signature": signature}
            )
        except Unreached:
            return RetryAfter(None, "unreachable")
        except Unanswered:
            return Unknown("unanswered")
        return _outcome(answer)

    async def locate(
        self, media: InboundMedia, account: AccountConfig, transport: Transport
    ) -> ProviderRequest | MediaGone:
        """The channel carries no files."""
        del media, account, transport
        return MediaGone("no_files")

    async def probe(self, account: AccountConfig, transport: Transport) -> Probe:
        """Nothing to ask: only whether the account is configured."""
        del transport
        if account.settings.get("callback_url") and account.secrets.get("signing_secret"):
            return Probe(ok=True)
        return Probe(
            ok=False,
            code="not_configured",
            message="Set the callback URL and the signing secret.",
        )


def create() -> CustomConnector:
    """The channel's connector."""
    return CustomConnector()


def _signature(secret: str, body: bytes) -> str:
    return "sha256=" + hmac.digest(secret.encode(), body, hashlib.sha256).hex()


def _parsed(raw: msgspec.Raw) -> Parsed:
    try:
        message = _message(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Ignored("malformed_entry")
    if not message.id or not message.sender:
        return Ignored("no_id")
    if len(message.id) > LONGEST_ID or len(message.sender) > LONGEST_ID:
        return Ignored("id_too_long")
    return InboundMessage(
        external_id=message.id,
        contact_key=message.sender,
        text=message.text[:LONGEST_TEXT],
        name=message.name,
        email=message.email,
        phone=message.phone,
    )


def _outcome(answer: ProviderAnswer) -> SendOutcome:
    status = answer.status
    if 200 <= status < 300:
        external_id = answer.json.get("id") if isinstance(answer.json, dict) else None
        return Sent(str(external_id) if external_id else None)
    if status in {_THROTTLED, _TIMEOUT} or status >= _SERVER_ERROR:
        after = answer.headers.get("retry-after", "")
        return RetryAfter(float(after) if after.isdecimal() else None, f"http_{status}")
    if status in _UNAUTHORISED:
        return AccountBroken(f"http_{status}", "The receiver refuses our signature.")
    return NeverSent(f"http_{status}", "The receiver does not accept this message.")
