"""Fictional accounts, and what stands in for the transport where no network is meant."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from rapport.channels.sdk.connector import AccountConfig, Parsed, Request
from rapport.channels.sdk.transport import ProviderAnswer, ProviderRequest
from rapport.channels.sms.connector import SmsConnector
from rapport.domain.message import InboundMessage
from rapport.domain.sending import OutboundMessage

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SID = "AC00000000000000000000000000000001"
TOKEN = "fictional-auth-token-of-an-example"
WEBHOOK = "https://desk.example.org/webhooks/sms/7"
TWILIO_SETTINGS: dict[str, Any] = {
    "provider": "twilio",
    "account_sid": SID,
    "webhook_url": WEBHOOK,
}
SMPP_SETTINGS: dict[str, Any] = {
    "provider": "smpp",
    "host": "127.0.0.1",
    "system_id": "rapport",
}


class Moment:
    """A clock in the test's hands."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_s(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def connector(moment: Moment | None = None) -> SmsConnector:
    """The connector at a fixed time."""
    return SmsConnector(now=moment or Moment())


def twilio(**settings: Any) -> AccountConfig:
    """A Twilio number."""
    return AccountConfig(
        id=7,
        address="+15550100",
        secrets={"auth_token": TOKEN},
        settings=TWILIO_SETTINGS | settings,
    )


def smpp(**settings: Any) -> AccountConfig:
    """A number at a message centre."""
    return AccountConfig(
        id=8,
        address="+15550100",
        secrets={"password": "secret"},
        settings=SMPP_SETTINGS | settings,
    )


def outbound(text: str = "Hello", **fields: Any) -> OutboundMessage:
    """A message to a fictional customer."""
    return OutboundMessage(**({"id": 4711, "contact_key": "+15550123", "text": text} | fields))


def pdu_request(octets: bytes, query: str = "") -> Request:
    """A PDU as the link hands it in."""
    return Request(method="SMPP", path="/smpp/8", query=query, headers={}, body=octets)


def texts_of(parsed: list[Parsed]) -> list[str | None]:
    """The texts of the messages."""
    return [each.text for each in parsed if isinstance(each, InboundMessage)]


class Scripted:
    """A transport that answers as told and keeps what it was asked."""

    def __init__(self, answer: ProviderAnswer | Exception) -> None:
        self._answer = answer
        self.asked: list[tuple[ProviderRequest, str, tuple[str, str] | None]] = []

    async def request(
        self,
        request: ProviderRequest,
        *,
        base_url: str,
        authorize: Mapping[str, str] | None = None,
        basic: tuple[str, str] | None = None,
    ) -> ProviderAnswer:
        assert authorize is None
        self.asked.append((request, base_url, basic))
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer
