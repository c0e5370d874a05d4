"""The Messenger connector: a Facebook page's conversations, by webhook and HTTPS."""

from __future__ import annotations

from typing import Any

from rapport.channels.messenger import parsing, rendering
from rapport.channels.messenger.errors import judge
from rapport.channels.messenger.manifest import MANIFEST
from rapport.channels.sdk import graph
from rapport.channels.sdk.abilities import ProviderRefused
from rapport.channels.sdk.connector import (
    AccountConfig,
    MediaGone,
    Parsed,
    Probe,
    Rendered,
    Request,
)
from rapport.channels.sdk.transport import (
    Part,
    ProviderRequest,
    Transport,
    Unanswered,
    Unreached,
)
from rapport.domain.message import InboundMedia
from rapport.domain.sending import OutboundMessage, SendOutcome


class MessengerConnector:
    """Implements `Connector` and, of the abilities, all but templates and own connections."""

    manifest = MANIFEST

    def verify(self, request: Request, account: AccountConfig) -> None:
        """`X-Hub-Signature-256` over the raw body."""
        graph.verify(request, account)

    def challenge(self, request: Request, account: AccountConfig) -> str:
        """The `hub.challenge`, if the verify token is ours."""
        return graph.challenge(request, account)

    def parse(self, request: Request, account: AccountConfig) -> list[Parsed]:
        """Every message, receipt and event of a webhook, in its order."""
        return parsing.parse(request.body, account)

    def render(self, message: OutboundMessage, account: AccountConfig) -> Rendered:
        """One part per file, then one for the text: a Messenger message is one or the other."""
        return rendering.render(message, account)

    async def send(self, part: Part, account: AccountConfig, transport: Transport) -> SendOutcome:
        """Upload what there is to upload, then send the message."""
        return await graph.send_part(part, account, transport, judge=judge, sent_id=_sent_id)

    async def locate(
        self, media: InboundMedia, account: AccountConfig, transport: Transport
    ) -> ProviderRequest | MediaGone:
        """The address came with the message and is signed by itself: no token goes there."""
        del account, transport
        if media.gone is not None:
            return MediaGone(media.gone)
        if not media.url:
            return MediaGone("no_file")
        return ProviderRequest(method="GET", url=media.url)

    async def probe(self, account: AccountConfig, transport: Transport) -> Probe:
        """Read the page's name, and whether the token is this page's own."""
        asked = ProviderRequest(method="GET", path="/me", query={"fields": "id,name"})
        try:
            page = await graph.fetched(asked, account, transport)
        except ProviderRefused as refused:
            return Probe(ok=False, code=refused.code, message=refused.message)
        except (Unreached, Unanswered):
            return Probe(ok=False, code="unreachable", message="The Graph API does not answer.")
        if str(page.get("id")) != account.address:
            return Probe(
                ok=False,
                code="wrong_account",
                message="The access token belongs to another page or to a person.",
            )
        return Probe(ok=True, facts={"page": str(page.get("name") or "")})

    def mark_read(
        self, contact_key: str, external_id: str, account: AccountConfig
    ) -> ProviderRequest:
        """Marks the whole conversation as seen."""
        del external_id
        return _action(contact_key, "mark_seen", account)

    def typing(
        self, contact_key: str, last_external_id: str | None, account: AccountConfig
    ) -> ProviderRequest | None:
        """Shown for about 20 seconds or until the next message."""
        del last_external_id
        return _action(contact_key, "typing_on", account)

    async def call(
        self, request: ProviderRequest, account: AccountConfig, transport: Transport
    ) -> bool:
        """Whether it was taken."""
        return await graph.took(request, account, transport)

    async def name_of(
        self, contact_key: str, account: AccountConfig, transport: Transport
    ) -> str | None:
        """The name in the person's profile; many can't be read, and that is no fault."""
        asked = ProviderRequest(
            method="GET", path=f"/{contact_key}", query={"fields": "first_name,last_name,name"}
        )
        try:
            profile = await graph.fetched(asked, account, transport)
        except (ProviderRefused, Unreached, Unanswered):
            return None
        parts = [str(profile[part]) for part in ("first_name", "last_name") if profile.get(part)]
        return " ".join(parts) or str(profile.get("name") or "") or None


def create() -> MessengerConnector:
    """The channel's connector."""
    return MessengerConnector()


def _sent_id(answer: Any) -> str | None:
    external_id = answer.get("message_id") if isinstance(answer, dict) else None
    return str(external_id) if external_id else None


def _action(contact_key: str, action: str, account: AccountConfig) -> ProviderRequest:
    body = {"recipient": {"id": contact_key}, "sender_action": action}
    return ProviderRequest(method="POST", path=f"/{account.address}/messages", json=body)
