"""`/webhooks/{channel}/{account}`: providers' requests, raw ASGI, answered after the commit."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import msgspec
import structlog
from prometheus_client import Counter

from rapport.api.context import Context
from rapport.api.mail_screen import screened
from rapport.api.sockets import Receive, Scope, Send
from rapport.api.time_limit import TimeLimit
from rapport.application.received import END_PAYLOAD, Input, Received
from rapport.application.timers import leave_as_said
from rapport.channels.email.connector import METHOD
from rapport.channels.sdk.abilities import Answers, Subscribes
from rapport.channels.sdk.connector import Connector, Ignored, Parsed, Rejected, Request
from rapport.domain.errors import Refused
from rapport.domain.message import AgentEcho, CustomerEvent, DeliveryReceipt, InboundMessage
from rapport.observability.metrics import (
    INPUT_IGNORED,
    INPUT_REFUSED,
    MESSAGES_DUPLICATE,
    MESSAGES_IN,
)

LARGEST_BODY = 5_000_000
ANSWER_WITHIN_S = 20.0
"""Before a provider gives up; by then what is verified is stored or on the spool."""
FIRST_YEAR = 2000
"""An earlier moment is none: the provider gave no time."""
KEPT = ("malformed", "unknown", "unsupported", "wrong")
"""Input ignored for these reasons is kept raw, for whoever wants to know why."""
log = structlog.get_logger()
_OK = (b"application/json", b'{"status":"ok"}')


async def webhook(context: Context, scope: Scope, receive: Receive, send: Send) -> None:
    """Verify, parse, store, answer."""
    status = 200
    kind, body = _OK
    try:
        kind, body = await _take(context, scope, receive)
    except Rejected as rejected:
        status, body = rejected.status, _error(rejected.code)
        INPUT_REFUSED.labels(rejected.code).inc()
    except Refused as refused:
        retry = refused.kind == "unavailable" or refused.code in {"overloaded", "no_queue"}
        status, body = (503 if retry else 409), _error(refused.code)
    except Exception:
        log.exception("webhook.failed", path=scope["path"])
        status, body = 500, _error("internal_error")
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _take(context: Context, scope: Scope, receive: Receive) -> tuple[bytes, bytes]:
    if scope["method"] not in {"POST", "GET"}:
        raise Rejected(405, "method_not_allowed")
    headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}
    query = scope["query_string"].decode("latin-1")
    request = Request(
        method=scope["method"],
        path=scope["path"],
        query=query,
        headers=headers,
        body=await _body(receive),
        url=_url(context, scope, headers, query),
    )
    account_id, connector = _account_of(context, request)
    if request.method == "GET":
        if not isinstance(connector, Subscribes):
            raise Rejected(405, "method_not_allowed")
        _, account = context.channels.account(account_id)
        return b"text/plain; charset=utf-8", connector.challenge(request, account).encode()
    await take(context, account_id, connector, request)
    if _answers(type(connector)) and isinstance(connector, Answers):
        kind, body = connector.answer()
        return kind.encode(), body
    return _OK


@cache
def _answers(kind: type[Connector]) -> bool:
    """Asked once per class: what a Protocol costs to check is much of a quick request."""
    return issubclass(kind, Answers)


async def take(context: Context, account_id: int, connector: Connector, request: Request) -> None:
    """A provider's input, by whatever way it came; returns after the commit or on the spool.

    Raises:
        Rejected: not to be believed, or not of the channel's form.
        Refused: it can't be taken now. A mail is never spooled: whoever hands it over keeps it.
    """
    _, account = context.channels.account(account_id)
    try:
        connector.verify(request, account)
    except Rejected:
        context.health.refused(account_id)
        raise
    if request.method == METHOD:
        request = await screened(request, context.services.configuration.current)
        # A mail may be large: the loop has others to serve meanwhile.
        found = await asyncio.to_thread(connector.parse, request, account)
    else:
        found = connector.parse(request, account)
    parsed = [_timed(p, context) for p in found]
    context.health.heard(account_id)
    _count_ignored(connector.manifest.channel, parsed)
    if any(isinstance(p, Ignored) and p.reason.startswith(KEPT) for p in parsed):
        await _keep_raw(context, account_id, request, parsed)
    if all(isinstance(p, Ignored) for p in parsed):
        return
    channel = connector.manifest.channel
    if request.method == METHOD:
        await _store(context, account_id, channel, parsed, request)
        return
    if context.spool.holds(account_id):
        await context.spool.keep(account_id, _encode(request))
        return
    try:
        with TimeLimit(ANSWER_WITHIN_S):
            await _store(context, account_id, channel, parsed, request)
    except TimeoutError:
        # Whether it is stored is not known. Replayed, it is known by its id (MECHANISMS §1).
        log.warning("webhook.slow", account_id=account_id)
        await context.spool.keep(account_id, _encode(request))
    except Refused as refused:
        if refused.kind != "unavailable":
            raise
        # The database is away: what is verified is kept on disk and answered.
        await context.spool.keep(account_id, _encode(request))


def _account_of(context: Context, request: Request) -> tuple[int, Connector]:
    _, _, channel, account = request.path.split("/", 3)
    account_id = int(account) if account.isascii() and account.isdecimal() else 0
    connector, _ = context.channels.account(account_id)
    if connector.manifest.channel != channel:
        raise Rejected(404, "unknown_account")
    return account_id, connector


async def replay(context: Context, account_id: int, payload: bytes) -> None:
    """A request from the spool, as if it came now; it was verified when it was kept.

    Raises:
        Unavailable: the database is still away.
    """
    connector, account = context.channels.account(account_id)
    request = _decode(payload)
    parsed = [_timed(p, context) for p in connector.parse(request, account)]
    await _store(context, account_id, connector.manifest.channel, parsed, request)


async def _store(
    context: Context, account_id: int, channel: str, parsed: Sequence[Parsed], request: Request
) -> None:
    given: list[Input] = [
        _with_end(context, account_id, p)
        for p in parsed
        if isinstance(p, InboundMessage | CustomerEvent | AgentEcho)
    ]
    receipts = [p for p in parsed if isinstance(p, DeliveryReceipt)]
    given, source = await context.mail_room.placed(account_id, request, given)
    if given:
        received = await context.inbox.submit(account_id, given)
        _, account = context.channels.account(account_id)
        await context.mail_room.keep(account_id, account, source, given, received)
        await _leave_waiting(context, given, received)
        for message in given:
            if isinstance(message, InboundMessage):
                if message.name is None:
                    context.courtesies.name(account_id, message.contact_key)
                if message.media:
                    context.ring_media()
        duplicates = sum(r.duplicate for r in received)
        taken = sum(r.ignored is None and not r.duplicate for r in received)
        _messages_in(channel).inc(taken)
        if duplicates:
            MESSAGES_DUPLICATE.labels(channel).inc(duplicates)
    if receipts:
        await context.receipts.submit(account_id, receipts)


@cache
def _messages_in(channel: str) -> Counter:
    return MESSAGES_IN.labels(channel)


def _with_end(context: Context, account_id: int, given: Input) -> Input:
    """Whether a message ends the conversation: by our button, or a word of the account's (T7)."""
    if not isinstance(given, InboundMessage):
        return given
    account = context.services.configuration.current.accounts[account_id]
    if not account.capabilities.customer_can_end or not account.capabilities.pushed:
        return given
    said = (given.text or "").strip().casefold()
    words = context.services.configuration.current.account_specs[account_id].end_words
    if given.quick_reply == END_PAYLOAD or said in {word.casefold() for word in words}:
        return replace(given, ends=True)
    return given


async def _leave_waiting(
    context: Context, given: Sequence[Input], received: Sequence[Received]
) -> None:
    """A customer who ends while waiting; done again if the provider repeats the message."""
    for message, taken in zip(given, received, strict=True):
        if isinstance(message, InboundMessage) and message.ends and taken.task_id is not None:
            said_at = None if taken.duplicate else taken.seq
            await leave_as_said(context.services, taken.task_id, said_at)


async def _keep_raw(
    context: Context, account_id: int, request: Request, parsed: Sequence[Parsed]
) -> None:
    reasons = sorted({p.reason for p in parsed if isinstance(p, Ignored)})
    try:
        await context.park(account_id, ",".join(reasons)[:200], _encode(request))
    except Exception:  # what is ignored must not cost what is not
        log.exception("webhook.not_kept", account_id=account_id)


def _timed(given: Parsed, context: Context) -> Parsed:
    """What a provider gives no time to has the time of its arrival."""
    if isinstance(given, DeliveryReceipt | CustomerEvent) and given.at.year < FIRST_YEAR:
        return replace(given, at=context.services.clock.now())
    return given


def _count_ignored(channel: str, parsed: Sequence[Parsed]) -> None:
    for p in parsed:
        if isinstance(p, Ignored):
            INPUT_IGNORED.labels(channel, p.reason.split(":")[0]).inc()


def _url(context: Context, scope: Scope, headers: dict[str, str], query: str) -> str:
    """The address as the provider called it: by our public one, else as it came."""
    base = context.public_url
    if not base:
        base = f"{scope.get('scheme', 'http')}://{headers.get('host', 'localhost')}"
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    path = raw.partition(b"?")[0].decode("latin-1")
    return base.rstrip("/") + path + (f"?{query}" if query else "")


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
