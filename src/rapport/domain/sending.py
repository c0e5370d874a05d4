"""Outcomes of sending one message: a closed set, told apart by code and never by text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider has taken it; its id, where it gives one."""

    external_id: str | None


@dataclass(frozen=True, slots=True)
class RetryAfter:
    """Not now: throttled, or the provider is away. `seconds` None leaves it to the back-off."""

    seconds: float | None
    code: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """Never: the reason is shown to the agent."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class AccountBroken:
    """Nothing can be sent on this account until somebody mends it."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Bytes went out and no answer came: it may or may not have arrived. Not sent again."""

    code: str


SendOutcome = Sent | RetryAfter | Rejected | AccountBroken | Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundMessage:
    """What a connector sends. `id` is ours and the same on every attempt."""

    id: int
    contact_key: str
    text: str
