"""What a connector that sends implements; the outcomes are in `domain.sending`."""

from __future__ import annotations

from typing import Protocol

from rapport.channels.sdk.connector import AccountConfig
from rapport.domain.sending import OutboundMessage, SendOutcome


class Sender(Protocol):
    """Sends one message of a channel."""

    async def send(self, message: OutboundMessage, account: AccountConfig) -> SendOutcome:
        """Try once; every failure is an outcome, nothing is raised."""
