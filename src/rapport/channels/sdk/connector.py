"""The contract between Rapport and a channel, on one page.

A connector is pure where it can be: `verify`, `parse` and `render` take values and return
values. It knows nothing of storage, routing or the API. What it may do besides is in
`abilities`; what it is, in its `manifest`. `docs/guides/add-a-channel.md` walks through one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Protocol

from rapport.channels.sdk.manifest import Manifest
from rapport.channels.sdk.transport import Part, ProviderRequest, Transport
from rapport.domain.frozen import dataclass
from rapport.domain.message import (
    AgentEcho,
    CustomerEvent,
    DeliveryReceipt,
    InboundMedia,
    InboundMessage,
)
from rapport.domain.sending import OutboundMessage, SendOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A provider's request, untouched. Header names are lower case.

    `url` is the whole address as the provider called it: the public one, behind a proxy too.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountConfig:
    """What a connector needs to know of the account; secrets are in clear here and never logged.

    `address` is the page's or number's id at the provider; input for another one is ignored.
    """

    id: int
    address: str
    secrets: Mapping[str, str]
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ignored:
    """Input that is understood and means nothing to us; the reason is a stable code."""

    reason: str


Parsed = InboundMessage | DeliveryReceipt | CustomerEvent | AgentEcho | Ignored


class Rejected(Exception):  # noqa: N818 - an answer to the provider, not a fault
    """The request is not to be believed or understood; `status` is the HTTP answer."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a message can't be sent as it is: a stable code and words for the agent."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message in the provider's form: parts to send in order, or the problems with it."""

    parts: tuple[Part, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class MediaGone:
    """A customer's file that can't be had (any more); the code is shown in its place."""

    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What the provider says to the account's credentials; `facts` for the administrator."""

    ok: bool
    code: str = "ok"
    message: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


class Connector(Protocol):
    """What every channel implements."""

    @property
    def manifest(self) -> Manifest:
        """What the channel can do and needs to know."""

    def verify(self, request: Request, account: AccountConfig) -> None:
        """Check the signature over the raw body, in constant time.

        Raises:
            Rejected: absent or wrong.
        """

    def parse(self, request: Request, account: AccountConfig) -> list[Parsed]:
        """Take a verified request apart, in its order. Pure; one bad entry spoils no other.

        Raises:
            Rejected: it is not of the channel's form at all.
        """

    def render(self, message: OutboundMessage, account: AccountConfig) -> Rendered:
        """The provider's requests for a message. Pure; contains no secret."""

    async def send(self, part: Part, account: AccountConfig, transport: Transport) -> SendOutcome:
        """Try one part once; every failure is an outcome, nothing is raised."""

    async def locate(
        self, media: InboundMedia, account: AccountConfig, transport: Transport
    ) -> ProviderRequest | MediaGone:
        """The request that downloads a customer's file, with what authorises it.

        Raises:
            Unreached, Unanswered: the provider is away; it is tried again.
        """

    async def probe(self, account: AccountConfig, transport: Transport) -> Probe:
        """Ask the provider whether the account's credentials work; nothing is raised."""
