"""WhatsApp: what customers say, as the webhooks tell it."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from rapport_simulators.graph import GraphSimulator
from tests.simulators.business import DANA, KIM, Graph
from tests.simulators.receiver import Receiver

PICTURE = {"content_base64": "iVBORw0KGgo=", "mime_type": "image/png", "filename": "cup.png"}
SAID: list[tuple[str, dict[str, Any], str]] = [
    ("text", {"text": "Hi"}, "text"),
    ("image", {**PICTURE, "caption": "Look"}, "image"),
    ("video", {**PICTURE, "mime_type": "video/mp4"}, "video"),
    ("audio", {**PICTURE, "mime_type": "audio/ogg", "voice": True}, "audio"),
    ("document", {**PICTURE, "mime_type": "application/pdf"}, "document"),
    ("sticker", {**PICTURE, "mime_type": "image/webp"}, "sticker"),
    ("location", {"latitude": 48.1, "longitude": 11.5, "name": "Home"}, "location"),
    ("contacts", {"contacts": [{"name": {"formatted_name": "My Sister"}}]}, "contacts"),
    ("button", {"id": "yes", "title": "Yes"}, "interactive"),
    ("list", {"id": "r1", "title": "Monday"}, "interactive"),
    ("template_button", {"payload": "p", "title": "Stop this"}, "button"),
    ("reaction", {"message_id": "wamid.x", "emoji": "👍"}, "reaction"),
    ("edit", {"message_id": "wamid.x", "text": "better"}, "edit"),
    ("revoke", {"message_id": "wamid.x"}, "revoke"),
    ("order", {"product_items": [{"product_retailer_id": "1", "quantity": "2"}]}, "order"),
    ("system", {"text": "User changed number"}, "system"),
    ("unsupported", {}, "unsupported"),
    ("request_welcome", {}, "request_welcome"),
    ("raw", {"fields": {"type": "future", "future": {"a": 1}}}, "future"),
]


@pytest.mark.parametrize(("kind", "content", "wire"), SAID, ids=[case[0] for case in SAID])
async def test_what_a_customer_says_arrives_in_metas_fields(
    graph: GraphSimulator, receiver: Receiver, kind: str, content: dict[str, Any], wire: str
) -> None:
    entry = await graph.customer(DANA).sends(kind, **content)
    await graph.settle()
    (hook,) = receiver.hooks
    assert hook.value["metadata"]["phone_number_id"] == graph.settings.phone_number_id
    assert hook.value["contacts"][0]["profile"]["name"] == "Dana Example"
    (message,) = hook.value["messages"]
    assert message["id"] == entry.id
    assert message["from"] == DANA
    assert message["from_user_id"] == "DE.dana0000000000000101"
    assert message["type"] == wire
    assert message["timestamp"].isdigit()
    assert wire in message or wire in ("unsupported", "request_welcome")
    assert entry.acknowledged


async def test_whoever_hides_their_number_is_known_by_their_user_id_alone(
    graph: GraphSimulator, http: httpx2.AsyncClient, receiver: Receiver
) -> None:
    await graph.customer(KIM).says("Guess who")
    await Graph(graph, http).sent("DE.kim00000000000000103")
    await graph.settle()
    (message,) = receiver.values("messages")
    assert "from" not in message
    assert message["from_user_id"] == "DE.kim00000000000000103"
    assert "wa_id" not in receiver.hooks[0].value["contacts"][0]
    assert all("recipient_id" not in status for status in receiver.values("statuses"))
    assert graph.customer(KIM).received[0].customer == KIM


async def test_an_edit_and_a_revocation_change_what_the_phone_shows(graph: GraphSimulator) -> None:
    dana = graph.customer(DANA)
    first = await dana.says("Helo")
    await dana.sends("edit", message_id=first.id, text="Hello")
    assert (first.text, first.edited) == ("Hello", True)
    await dana.sends("revoke", message_id=first.id)
    assert first.deleted
