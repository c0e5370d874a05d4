"""What a connector may be able to do besides: small protocols, asked for by `isinstance`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from rapport.channels.sdk.connector import AccountConfig, Request
from rapport.channels.sdk.transport import ProviderRequest, Transport


@runtime_checkable
class Subscribes(Protocol):
    """Answers the provider's check of the webhook address."""

    def challenge(self, request: Request, account: AccountConfig) -> str:
        """What to answer a GET with.

        Raises:
            Rejected: the verify token is not ours.
        """


@runtime_checkable
class Answers(Protocol):
    """Answers webhooks in the provider's own form rather than with JSON."""

    def answer(self) -> tuple[str, bytes]:
        """Content type and body."""


@runtime_checkable
class MarksRead(Protocol):
    """Tells the customer's side that a message was read."""

    def mark_read(
        self, contact_key: str, external_id: str, account: AccountConfig
    ) -> ProviderRequest:
        """The request, authorised as `send`'s."""


@runtime_checkable
class ShowsTyping(Protocol):
    """Shows the customer that somebody is typing."""

    def typing(
        self, contact_key: str, last_external_id: str | None, account: AccountConfig
    ) -> ProviderRequest | None:
        """The request; None where it needs a message to hang on and there is none."""


@runtime_checkable
class Calls(Protocol):
    """Carries a request that isn't a message (mark read, typing)."""

    async def call(
        self, request: ProviderRequest, account: AccountConfig, transport: Transport
    ) -> bool:
        """Whether the provider took it; nothing is raised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovedTemplate:
    """A message form at the provider; `fields` counts placeholders of header and body."""

    name: str
    language: str
    category: str
    status: str
    header: str | None
    body: str
    footer: str | None
    buttons: tuple[Mapping[str, Any], ...] = ()
    header_fields: int = 0
    body_fields: int = 0


@runtime_checkable
class HasTemplates(Protocol):
    """Keeps approved message forms."""

    async def list_templates(
        self, account: AccountConfig, transport: Transport
    ) -> list[ApprovedTemplate]:
        """All of them, page by page.

        Raises:
            Unreached, Unanswered, ProviderRefused: nothing is known then.
        """


class ProviderRefused(Exception):  # noqa: N818 - an answer, not a fault
    """The provider answered with an error; a stable code and words."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@runtime_checkable
class NamesCustomers(Protocol):
    """Looks a customer's name up."""

    async def name_of(
        self, contact_key: str, account: AccountConfig, transport: Transport
    ) -> str | None:
        """The name, or None where the provider doesn't tell."""


Inbox = Callable[[Request], Awaitable[None]]
"""Takes a provider's input through verify and parse; returns after the commit.

Raises:
    Refused: it can't be taken now; the provider must be told to repeat it.
"""


class Memory(Protocol):
    """What a connection must remember over restarts: how far it has read."""

    async def load(self) -> tuple[int, int] | None:
        """Epoch and position; None before the first time."""

    async def since(self) -> datetime | None:
        """When the account was set up to be connected; None where nothing tells any more."""

    async def save(self, epoch: int, position: int) -> None:
        """Everything up to here has been taken in. Lost marks mean repeats, never losses."""


@runtime_checkable
class Connects(Protocol):
    """Holds a connection of its own instead of, or besides, a webhook (SMPP)."""

    def connects(self, account: AccountConfig) -> bool:
        """Whether this account is of that sort."""

    async def run(
        self,
        account: AccountConfig,
        inbox: Inbox,
        say: Callable[[str, str], None],
        memory: Memory,
    ) -> None:
        """Hold the connection until cancelled; reconnect by itself.

        Args:
            say: Tells the account's health: a code (`connected`, `bind_refused`, …) and words.
        """
