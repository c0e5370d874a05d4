"""Situations as files: what comes in or is to go out, and what is made of it.

One JSON file each, written from the vendor's page in `source`: `name`, `do` (`parse`, `render` or
`send`), `settings` of the account, and

* parse: `body`, the webhook, and `expect`, a list of `{"is": type, …fields that are set}`;
* render: `message`, and `expect` with `requests` (one list per part) or `problems` (codes);
* send: `message`, and `tries`, each with the provider's `answers` and the outcome expected.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from rapport.channels.sdk.connector import AccountConfig, Connector, Rendered, Request
from rapport.domain.message import ProviderTemplate
from rapport.domain.rich_text import Style
from rapport.domain.sending import OutboundFile, OutboundMessage
from tests.contract.graph_server import provider, transport

SECRETS = {
    "app_secret": "app-secret-of-the-tests",
    "verify_token": "verify-token-of-the-tests",
    "access_token": "access-token-of-the-tests",
}
FILE = b"the bytes of the file"


def load(folder: Path) -> Iterator[dict[str, Any]]:
    """Every situation of a folder, by name."""
    for path in sorted(folder.glob("*.json")):
        yield json.loads(path.read_text(encoding="utf-8"))


def account(address: str, settings: Mapping[str, Any] | None = None) -> AccountConfig:
    """An account with the tests' secrets."""
    return AccountConfig(id=1, address=address, secrets=SECRETS, settings=settings or {})


def signed(body: bytes, secret: str = SECRETS["app_secret"]) -> Request:
    """A webhook with its signature."""
    signature = hmac.digest(secret.encode(), body, hashlib.sha256).hex()
    return Request(
        method="POST",
        path="/webhooks",
        query="",
        headers={"x-hub-signature-256": f"sha256={signature}"},
        body=body,
    )


def parsed(connector: Connector, body: Any, config: AccountConfig) -> list[dict[str, Any]]:
    """What a connector makes of a signed webhook, with the fields that aren't empty."""
    request = signed(body if isinstance(body, bytes) else json.dumps(body).encode())
    connector.verify(request, config)
    return [shown(item) for item in connector.parse(request, config)]


def shown(value: Any) -> dict[str, Any]:
    """A value with its type and the fields that are set, as JSON has them."""
    plain = {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    return {"is": type(value).__name__} | {
        name: item for name, item in plain.items() if item not in (None, False, [], {})
    }


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if is_dataclass(value):
        return {name: item for name, item in shown(value).items() if name != "is"}
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, tuple | list) else value


def message_of(described: Mapping[str, Any]) -> OutboundMessage:
    """An outbound message from its description in a file."""
    more = dict(described)
    for name, kind in (("styles", Style), ("files", OutboundFile), ("template", ProviderTemplate)):
        if name in more:
            wanted: Any = tuple[kind, ...] if name != "template" else kind
            more[name] = msgspec.convert(more[name], wanted)
    for name in ("now", "last_inbound_at"):
        if name in more:
            more[name] = datetime.fromisoformat(more[name])
    for name in ("aliases", "buttons"):
        if name in more:
            more[name] = tuple(tuple(b) if isinstance(b, list) else b for b in more[name])
    return OutboundMessage(**{"id": 7001, "contact_key": "", "text": "", **more})


def rendered(connector: Connector, described: Mapping[str, Any], config: AccountConfig) -> Any:
    """The requests per part, or the problems' codes."""
    made = connector.render(message_of(described), config)
    assert all(problem.message for problem in made.problems), "a problem without words"
    if made.problems:
        assert not made.parts, "a message with problems must not be sendable"
        return {"problems": [problem.code for problem in made.problems]}
    return {"requests": [[_request(r) for r in part.requests] for part in made.parts]}


def _request(request: Any) -> dict[str, Any]:
    plain = shown(request)
    del plain["is"]
    if "upload" in plain:
        plain["upload"]["file"] = plain["upload"]["file"]["key"]
    return plain


async def outcome(
    connector: Connector,
    described: Mapping[str, Any],
    answers: list[Any],
    address: str,
    settings: Mapping[str, Any],
) -> tuple[dict[str, Any], list[Any]]:
    """What sending the message's last part ends in, and the requests that the provider got."""
    async with provider(answers) as served, transport({"k1": FILE, "k2": FILE}) as carrier:
        config = account(address, {**settings, "api_url": served.address})
        made: Rendered = connector.render(message_of(described), config)
        result = await connector.send(made.parts[-1], config, carrier)
        return shown(result), served.received
