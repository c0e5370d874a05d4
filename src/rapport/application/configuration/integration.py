"""Other systems: those that are told what happens, and those that say who somebody is."""

from __future__ import annotations

import ipaddress
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from rapport.application.configuration.spec import QueueRef, Role, RoleRef, Spec, TeamRef
from rapport.domain.channel import ChannelType
from rapport.domain.webhooks import KINDS

EventKind = Literal[KINDS]  # type: ignore[valid-type]


class WebhookSpec(Spec):
    """An endpoint. Without events, queues or channels it is told of all of them."""

    url: Annotated[str, Field(max_length=2000, pattern=r"^https?://[^\s@/?#]+([/?#]\S*)?$")]
    """https; http only into private networks that the operator has allowed."""
    events: Annotated[list[EventKind], Field(max_length=len(KINDS))] = []
    queues: list[QueueRef] = []
    """Events of other queues, and of none, are left out."""
    channels: list[ChannelType] = []
    timeout_s: Annotated[float, Field(ge=1, le=30)] = 10.0
    active: bool = True

    @field_validator("url")
    @classmethod
    def _safe(cls, value: str) -> str:
        parts = urlsplit(value)
        try:
            address = ipaddress.ip_address(parts.hostname or "")
        except ValueError:
            return value
        if parts.scheme == "http" and address.is_global:
            raise ValueError("Public addresses are told by https only")
        return value

    def wants(self, kind: str, queue_id: int | None, channel: str | None) -> bool:
        """Whether it is told of this."""
        return (
            (not self.events or kind in self.events)
            and (not self.queues or queue_id in self.queues)
            and (not self.channels or channel in self.channels)
        )


class IdentityProviderSpec(Spec):
    """An OpenID Connect provider that people can sign in with; the name stands on the button."""

    issuer: Annotated[str, Field(max_length=300, pattern=r"^https?://[^\s@?#]+$")]
    """As the provider writes itself; https, but within allowed private networks."""
    client_id: Annotated[str, Field(min_length=1, max_length=200)]
    active: bool = True
    newcomers: Literal["refuse", "create"] = "refuse"
    """What happens with whom nobody here has the verified e-mail address of."""
    roles: list[Role] = ["agent"]
    """What somebody new gets, likewise below."""
    custom_roles: list[RoleRef] = []
    teams: list[TeamRef] = []

    @field_validator("issuer")
    @classmethod
    def _safe(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme == "https":
            return value
        try:
            inside = not ipaddress.ip_address(parts.hostname or "").is_global
        except ValueError:
            inside = False
        if not inside:
            raise ValueError("An identity provider is asked by https only")
        return value
