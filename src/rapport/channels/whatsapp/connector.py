"""The WhatsApp connector: Meta's Cloud API, by webhook and HTTPS."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from rapport.channels.sdk import graph
from rapport.channels.sdk.abilities import ApprovedTemplate, ProviderRefused
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
from rapport.channels.whatsapp import parsing, rendering, templates
from rapport.channels.whatsapp.errors import judge
from rapport.channels.whatsapp.manifest import MANIFEST
from rapport.domain.message import InboundMedia
from rapport.domain.sending import OutboundMessage, SendOutcome

_NUMBER_FIELDS = "display_phone_number,verified_name,quality_rating,throughput,platform_type"
_MEDIA_HOSTS = (".fbsbx.com", ".fbcdn.net", ".facebook.com", ".whatsapp.net")
"""Where Meta keeps files; the access token is shown to no other host."""


class WhatsAppConnector:
    """Implements `Connector`, `Subscribes`, `MarksRead`, `ShowsTyping`, `Calls`, `HasTemplates`."""

    manifest = MANIFEST

    def verify(self, request: Request, account: AccountConfig) -> None:
        """`X-Hub-Signature-256` over the raw body."""
        graph.verify(request, account)

    def challenge(self, request: Request, account: AccountConfig) -> str:
        """The `hub.challenge`, if the verify token is ours."""
        return graph.challenge(request, account)

    def parse(self, request: Request, account: AccountConfig) -> list[Parsed]:
        """Every message, status and event of a webhook, in its order."""
        return parsing.parse(request.body, account)

    def render(self, message: OutboundMessage, account: AccountConfig) -> Rendered:
        """One part per file, and one for the text unless it goes as a caption."""
        return rendering.render(message, account)

    async def send(self, part: Part, account: AccountConfig, transport: Transport) -> SendOutcome:
        """Upload what there is to upload, then send the message."""
        return await graph.send_part(part, account, transport, judge=judge, sent_id=_sent_id)

    async def locate(
        self, media: InboundMedia, account: AccountConfig, transport: Transport
    ) -> ProviderRequest | MediaGone:
        """Ask for the file's address, which lasts five minutes and wants the access token."""
        if media.gone is not None:
            return MediaGone(media.gone)
        if media.media_id is None:
            return _download(media.url, account)
        asked = ProviderRequest(
            method="GET", path=f"/{media.media_id}", query={"phone_number_id": account.address}
        )
        answer = await graph.ask(asked, account, transport)
        error = graph.error_of(answer, account)
        if error is not None:
            if _may_pass(error):
                raise Unreached(error.name)
            return MediaGone(error.name)
        found = answer.json.get("url") if isinstance(answer.json, dict) else None
        return _download(found if isinstance(found, str) else None, account)

    async def probe(self, account: AccountConfig, transport: Transport) -> Probe:
        """Read the phone number's own fields."""
        asked = ProviderRequest(
            method="GET", path=f"/{account.address}", query={"fields": _NUMBER_FIELDS}
        )
        try:
            number = await graph.fetched(asked, account, transport)
        except ProviderRefused as refused:
            return Probe(ok=False, code=refused.code, message=refused.message)
        except (Unreached, Unanswered):
            return Probe(ok=False, code="unreachable", message="The Graph API does not answer.")
        throughput = number.get("throughput")
        level = throughput.get("level") if isinstance(throughput, dict) else None
        facts = {
            "number": number.get("display_phone_number"),
            "name": number.get("verified_name"),
            "quality": number.get("quality_rating"),
            "throughput": level,
            "platform": number.get("platform_type"),
        }
        return Probe(ok=True, facts={name: str(value) for name, value in facts.items() if value})

    def mark_read(
        self, contact_key: str, external_id: str, account: AccountConfig
    ) -> ProviderRequest:
        """Two blue ticks on the customer's message, and on those before it."""
        del contact_key
        return _reading(external_id, account)

    def typing(
        self, contact_key: str, last_external_id: str | None, account: AccountConfig
    ) -> ProviderRequest | None:
        """Hangs on the customer's last message, which it marks as read too; 25 s at most."""
        del contact_key
        if last_external_id is None:
            return None
        return _reading(last_external_id, account, typing_indicator={"type": "text"})

    async def call(
        self, request: ProviderRequest, account: AccountConfig, transport: Transport
    ) -> bool:
        """Whether it was taken."""
        return await graph.took(request, account, transport)

    async def list_templates(
        self, account: AccountConfig, transport: Transport
    ) -> list[ApprovedTemplate]:
        """All message forms of the business account, in every state."""
        return await templates.list_templates(account, transport)


def create() -> WhatsAppConnector:
    """The channel's connector."""
    return WhatsAppConnector()


def _sent_id(answer: Any) -> str | None:
    messages = answer.get("messages") if isinstance(answer, dict) else None
    first = messages[0] if isinstance(messages, list) and messages else None
    external_id = first.get("id") if isinstance(first, dict) else None
    return str(external_id) if external_id else None


def _may_pass(error: graph.GraphError) -> bool:
    """Whether the file may be had later: a fault, a throttle, or a token to be renewed."""
    verdict = judge(error)
    if verdict is not None:
        return verdict.kind != "never"
    return error.transient or error.status >= 500 or error.status in {401, 408, 429}


def _download(url: str | None, account: AccountConfig) -> ProviderRequest | MediaGone:
    if not url:
        return MediaGone("no_file")
    parts, api = urlsplit(url), urlsplit(graph.api_url(account))
    host = parts.hostname or ""
    ours = (parts.scheme, parts.netloc) == (api.scheme, api.netloc)
    metas = parts.scheme == "https" and f".{host}".endswith(_MEDIA_HOSTS)
    return ProviderRequest(
        method="GET", url=url, headers=graph.bearer(account) if ours or metas else {}
    )


def _reading(external_id: str, account: AccountConfig, **more: Any) -> ProviderRequest:
    body = {"messaging_product": "whatsapp", "status": "read", "message_id": external_id, **more}
    return ProviderRequest(method="POST", path=f"/{account.address}/messages", json=body)
