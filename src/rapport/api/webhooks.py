"""`/webhooks/{channel}/{account}`: providers' requests, raw ASGI, answered after the commit."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

import msgspec
import structlog

from rapport.api.context import Context
from rapport.api.sockets import Receive, Scope, Send
from rapport.channels.sdk.connector import AccountConfig, Rejected, Request
from rapport.domain.errors import Refused
from rapport.domain.message import InboundMessage
from rapport.observability.metrics import MESSAGES_DUPLICATE, MESSAGES_IN

LARGEST_BODY = 5_000_000
log = structlog.get_logger()
_OK = b'{"status":"ok"}'
_HEADERS = [(b"content-type", b"application/json")]


async def webhook(context: Context, scope: Scope, receive: Receive, send: Send) -> None:
    """Verify, parse, store, answer."""
    status, body = 200, _OK
    try:
        await _take(context, scope, receive)
    except Rejected as rejected:
        status, body = rejected.status, _error(rejected.code)
    except Refused as refused:
        retry = refused.kind == "unavailable" or refused.code in {"overloaded", "no_queue"}
        status, body = (503 if retry else 409), _error(refused.code)
    except Exception:
        log.exception("webhook.failed", path=scope["path"])
        status, body = 500, _error("internal_error")
    headers = [*_HEADERS, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _take(context: Context, scope: Scope, receive: Receive) -> None:
    _, _, channel, account = scope["path"].split("/", 3)
    configuration = context.services.configuration.current
    connector = context.connectors.get(channel)
    account_id = int(account) if account.isdecimal() else 0
    spec = configuration.account_specs.get(account_id)
    if connector is None or spec is None or spec.channel != channel or not spec.active:
        raise Rejected(404, "unknown_account")
    if scope["method"] not in {"POST", "GET"}:
        raise Rejected(405, "method_not_allowed")
    request = Request(
        method=scope["method"],
        path=scope["path"],
        query=scope["query_string"].decode("latin-1"),
        headers={k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]},
        body=await _body(receive),
    )
    config = AccountConfig(
        id=account_id, address=spec.address, secrets=context.secrets_of(account_id)
    )
    connector.verify(request, config)
    messages = [m for m in connector.parse(request, config) if isinstance(m, InboundMessage)]
    if messages:
        received = await context.inbox.submit(account_id, messages)
        duplicates = sum(r.duplicate for r in received)
        MESSAGES_IN.labels(channel).inc(len(received) - duplicates)
        if duplicates:
            MESSAGES_DUPLICATE.labels(channel).inc(duplicates)


async def _body(receive: Receive) -> bytes:
    message: MutableMapping[str, Any] = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        message = await receive()
        body += message.get("body", b"")
        if len(body) > LARGEST_BODY:
            raise Rejected(413, "too_large")
    return body


def _error(code: str) -> bytes:
    return msgspec.json.encode({"error": {"code": code, "message": code, "details": {}}})
