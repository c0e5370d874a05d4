"""Signed webhooks as providers send them, whole HTTP requests ready for the wire."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable

import msgspec

SIGNING_SECRET = "bench-signing-secret"  # noqa: S105 - of a server that lives for a minute
PHONE_NUMBER_ID, BUSINESS_ACCOUNT_ID = "100000000000001", "200000000000001"
SENT_AT = "1767225600"
Build = Callable[[str, str, str], tuple[dict[str, object], str]]
"""External id, customer and text to a body and the name of its signature's header."""


def custom_body(external_id: str, customer: str, text: str) -> tuple[dict[str, object], str]:
    """One message of the signed JSON channel, about 1 kB."""
    message = {"id": external_id, "from": customer, "name": "Dana Example", "text": text}
    context = {"channel": "custom", "provider": {"version": "1", "padding": "p" * 500}}
    return {"messages": [message], "context": context}, "X-Rapport-Signature"


def whatsapp_body(external_id: str, customer: str, text: str) -> tuple[dict[str, object], str]:
    """One message as Meta's Cloud API delivers it; `customer` is digits."""
    user_id = f"DE.{customer:0>20}"
    contact = {"profile": {"name": "Dana Example"}, "wa_id": customer, "user_id": user_id}
    message = {
        "from": customer,
        "from_user_id": user_id,
        "id": external_id,
        "timestamp": SENT_AT,
        "text": {"body": text},
        "type": "text",
    }
    value = {
        "messaging_product": "whatsapp",
        "metadata": {
            "display_phone_number": "15550100100",
            "phone_number_id": PHONE_NUMBER_ID,
        },
        "contacts": [contact],
        "messages": [message],
    }
    change = {"field": "messages", "value": value}
    entry = {"id": BUSINESS_ACCOUNT_ID, "changes": [change]}
    return {"object": "whatsapp_business_account", "entry": [entry]}, "X-Hub-Signature-256"


BUILDERS: dict[str, Build] = {"custom": custom_body, "whatsapp": whatsapp_body}


def signed_requests(
    channel: str, account: int, numbers: Iterable[int], customer_of: Callable[[int], str]
) -> list[bytes]:
    """One delivery of one message per number; the number is in its id and in its text."""
    build = BUILDERS[channel]
    requests = []
    for number in numbers:
        text = f"Message {number}: where is my order? " + "x" * 200
        body, header = build(f"bench.{number:012d}", customer_of(number), text)
        content = msgspec.json.encode(body)
        signature = hmac.digest(SIGNING_SECRET.encode(), content, hashlib.sha256).hex()
        head = (
            f"POST /webhooks/{channel}/{account} HTTP/1.1\r\nHost: bench\r\n"
            "Content-Type: application/json\r\n"
            f"{header}: sha256={signature}\r\nContent-Length: {len(content)}\r\n\r\n"
        )
        requests.append(head.encode() + content)
    return requests
