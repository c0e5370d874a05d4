"""The contract between Rapport and a channel, on one page.

A connector is pure where it can be: `verify` and `parse` take bytes and headers and return
values. It knows nothing of storage, routing or the API.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from rapport.domain.message import DeliveryStatus, InboundMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A provider's HTTP request, untouched. Header names are lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountConfig:
    """What a connector needs to know of the account; secrets are in clear here and never logged."""

    id: int
    address: str
    secrets: Mapping[str, str]
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReceipt:
    """A provider's word on one of our messages."""

    external_id: str
    status: DeliveryStatus
    at: datetime
    error_code: str | None = None
    error_message: str | None = None


@dataclass(frozen=True, slots=True)
class Ignored:
    """Input that is understood and means nothing to us; the reason is a stable code."""

    reason: str


Parsed = InboundMessage | DeliveryReceipt | Ignored


class Rejected(Exception):  # noqa: N818 - an answer to the provider, not a fault
    """The request is not to be believed or understood; `status` is the HTTP answer."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


class Connector(Protocol):
    """What every channel with a webhook implements."""

    def verify(self, request: Request, account: AccountConfig) -> None:
        """Check the signature over the raw body.

        Raises:
            Rejected: absent or wrong.
        """

    def parse(self, request: Request, account: AccountConfig) -> list[Parsed]:
        """Take a verified request apart.

        Raises:
            Rejected: it is not of the channel's form at all.
        """
