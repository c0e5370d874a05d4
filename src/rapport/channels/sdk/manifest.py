"""What a channel says of itself: capabilities, settings, limits, and the checklist it keeps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict

from rapport.domain.channel import Capabilities


class AccountSettings(BaseModel):
    """Base of a channel's own settings: unknown fields are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A secret that an administrator gives; `help` says where the provider shows it."""

    name: str
    title: str
    help: str
    required: bool = True


@dataclass(frozen=True, slots=True)
class Done:
    """A checklist rule that holds; `test` is the name of the test function that shows it."""

    test: str


@dataclass(frozen=True, slots=True)
class Exempt:
    """A checklist rule that doesn't apply, and why."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """One channel.

    `signed_with` names the secret that verifies webhooks. `per_second` is the account's
    sending rate by its settings. `retries_unknown` is true where the provider takes an
    idempotency key, so that an unanswered request may be sent again. `media_limits` are bytes
    per kind of file that the provider takes, `media_types` what it takes at all (None: any).
    """

    channel: str
    title: str
    capabilities: Capabilities
    settings: type[AccountSettings]
    secrets: tuple[Secret, ...]
    signed_with: str
    per_second: Callable[[Mapping[str, Any]], float]
    checklist: Mapping[str, Done | Exempt] = field(default_factory=dict)
    retries_unknown: bool = False
    media_limits: Mapping[str, int] = field(default_factory=dict)
    media_types: frozenset[str] | None = None
    subscription: str | None = None
    """What to enter at the provider, in words; `{webhook}` stands for our address."""
