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
    if scope["method"] not in {"POST", "GET"}:
        raise Rejected(405, "method_not_allowed")
    request = Request(
        method=scope["method"],
        path=scope["path"],
        query=scope["query_string"].decode("latin-1"),
        headers={k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]},
        body=await _body(receive),
    )
    account_id, messages = parsed(context, request)
    if not messages:
        return
    if context.spool.holds(account_id):
        await context.spool.keep(account_id, _encode(request))
        return
    try:
        await _store(context, account_id, messages)
    except Refused as refused:
        if refused.kind != "unavailable":
            raise
        # The database is away: what is verified is kept on disk and answered.
        await context.spool.keep(account_id, _encode(request))


def parsed(context: Context, request: Request) -> tuple[int, list[InboundMessage]]:
    """The account of a verified request, and its messages.

    Raises:
        Rejected: unknown account, wrong signature, or not of the channel's form.
    """
    _, _, channel, account = request.path.split("/", 3)
    configuration = context.services.configuration.current
    connector = context.connectors.get(channel)
    account_id = int(account) if account.isdecimal() else 0
    spec = configuration.account_specs.get(account_id)
    if connector is None or spec is None or spec.channel != channel or not spec.active:
        raise Rejected(404, "unknown_account")
    config = AccountConfig(
        id=account_id, address=spec.address, secrets=context.secrets_of(account_id)
    )
    connector.verify(request, config)
    found = connector.parse(request, config)
    return account_id, [m for m in found if isinstance(m, InboundMessage)]


async def replay(context: Context, payload: bytes) -> None:
    """A request from the spool, as if it came now.

    Raises:
        Unavailable: the database is still away.
    """
    account_id, messages = parsed(context, _decode(payload))
    await _store(context, account_id, messages)


async def _store(context: Context, account_id: int, messages: list[InboundMessage]) -> None:
    received = await context.inbox.submit(account_id, messages)
    channel = context.services.configuration.current.account_specs[account_id].channel
    duplicates = sum(r.duplicate for r in received)
    MESSAGES_IN.labels(channel).inc(len(received) - duplicates)
    if duplicates:
        MESSAGES_DUPLICATE.labels(channel).inc(duplicates)


def _encode(request: Request) -> bytes:
    return msgspec.msgpack.encode(request)


_decode = msgspec.msgpack.Decoder(Request).decode


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
