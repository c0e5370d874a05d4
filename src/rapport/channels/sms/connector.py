"""The SMS channel: one connector, the provider by the account's settings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from rapport.channels.sdk.abilities import Inbox, Memory
from rapport.channels.sdk.connector import (
    AccountConfig,
    MediaGone,
    Parsed,
    Probe,
    Problem,
    Rejected,
    Rendered,
    Request,
)
from rapport.channels.sdk.transport import Part, ProviderRequest, Transport
from rapport.channels.sms import (
    smpp_inbound,
    smpp_outbound,
    twilio_api,
    twilio_webhook,
)
from rapport.channels.sms.manifest import MANIFEST
from rapport.channels.sms.settings import SmsSettings, read, settings_of
from rapport.channels.sms.smpp_link import Link
from rapport.domain.message import InboundMedia
from rapport.domain.sending import AccountBroken, OutboundMessage, RetryAfter, SendOutcome

EMPTY_TWIML = b'<?xml version="1.0" encoding="UTF-8"?><Response></Response>'


class SmsConnector:
    """Implements `Connector`, `Answers` and `Connects`.

    Args:
        now: The present moment in UTC; only the SMPP links ask for it.
    """

    manifest = MANIFEST

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._links: dict[int, Link] = {}

    def verify(self, request: Request, account: AccountConfig) -> None:
        """Twilio's signature. SMPP input comes from the link itself, which a webhook can't
        imitate: its method is POST or GET.
        """
        settings = _settings(account, request)
        if settings.provider == "twilio":
            twilio_webhook.verify(request, account, settings)
        elif request.method != "SMPP":
            raise Rejected(401, "signature_invalid")

    def parse(self, request: Request, account: AccountConfig) -> list[Parsed]:
        """A form of Twilio's, or one PDU."""
        settings = _settings(account, request)
        if settings.provider == "twilio":
            return twilio_webhook.parse(request, account, settings)
        return smpp_inbound.parse(request, account, settings)

    def render(self, message: OutboundMessage, account: AccountConfig) -> Rendered:
        """One request for all of it (Twilio), or a PDU per segment (SMPP)."""
        try:
            settings = settings_of(account)
        except ValueError as error:
            return Rendered(problems=(Problem("not_configured", str(error)),))
        if settings.provider == "twilio":
            return twilio_api.render(message, account, settings)
        return smpp_outbound.render(message, account, settings)

    async def send(self, part: Part, account: AccountConfig, transport: Transport) -> SendOutcome:
        """By the API, or through the account's live link."""
        try:
            settings = settings_of(account)
        except ValueError as error:
            return AccountBroken("not_configured", str(error))
        if settings.provider == "twilio":
            return await twilio_api.send(part, account, settings, transport)
        link = self._links.get(account.id)
        return await link.send(part) if link else RetryAfter(None, "not_connected")

    async def locate(
        self, media: InboundMedia, account: AccountConfig, transport: Transport
    ) -> ProviderRequest | MediaGone:
        """Where an MMS file is; SMPP carries none."""
        del transport
        try:
            settings = settings_of(account)
        except ValueError:
            return MediaGone("not_configured")
        if settings.provider == "smpp":
            return MediaGone("no_files")
        return twilio_api.locate(media, account, settings)

    async def probe(self, account: AccountConfig, transport: Transport) -> Probe:
        """Reads the Twilio account, or asks the message centre whether it is there."""
        try:
            settings = settings_of(account)
        except ValueError as error:
            return Probe(ok=False, code="not_configured", message=str(error))
        if settings.provider == "twilio":
            return await twilio_api.probe(account, settings, transport)
        return await (self._links.get(account.id) or Link(account, settings, self._now)).probe()

    def answer(self) -> tuple[str, bytes]:
        """TwiML that says nothing: answers are sent by the API."""
        return "text/xml", EMPTY_TWIML

    def connects(self, account: AccountConfig) -> bool:
        """Whether the account speaks SMPP."""
        return account.settings.get("provider") == "smpp"

    async def run(
        self,
        account: AccountConfig,
        inbox: Inbox,
        say: Callable[[str, str], None],
        memory: Memory,
    ) -> None:
        """Hold the account's link until cancelled; there is nothing to remember."""
        del memory
        link = Link(account, settings_of(account), self._now)
        self._links[account.id] = link
        try:
            await link.run(inbox, say)
        finally:
            if self._links.get(account.id) is link:
                del self._links[account.id]


def create() -> SmsConnector:
    """The channel's connector, with the real clock."""
    return SmsConnector(now=_utc)


def _utc() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - `create` is where the channel's parts come together


def _settings(account: AccountConfig, request: Request) -> SmsSettings:
    """Settings to read input by: where the message centre is does not matter for that."""
    smpp = request.method == "SMPP" and "provider" not in account.settings
    nowhere = {"provider": "smpp"} if smpp else {}
    given = {"host": "-", "system_id": "-"} | nowhere | dict(account.settings)
    try:
        return read(given)
    except ValueError:
        raise Rejected(503, "not_configured") from None
