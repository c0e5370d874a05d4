"""Requests as spans: the route's template, never the path, the query, a header or a body."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec
from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from rapport.api.sockets import Message, Receive, Scope, Send
from rapport.domain.channel import ChannelType
from rapport.tracing.seams import App
from rapport.tracing.spans import ACCOUNT, CHANNEL, CODE, failed, span, told
from rapport.tracing.webhook_input import TALLY, Tally

API, WEBHOOKS = "/api/v1", "/webhooks/"
EVERYTHING_ELSE = "/{path:path}"
TRACED = ("/api/", WEBHOOKS, "/widget/v1/", "/survey/")
"""Pages, assets and what watches us are left out."""
WEBHOOK_ROUTE = "/webhooks/{channel}/{account}"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
REFUSED, FAILED = 400, 500
LONGEST_REFUSAL = 4000
_CHANNELS = frozenset(ChannelType)
_ACCOUNT = re.compile(r"[0-9]{1,19}")
_propagator = TraceContextTextMapPropagator()


class _Error(msgspec.Struct):
    code: str


class _Refusal(msgspec.Struct):
    error: _Error


_refusal = msgspec.json.Decoder(_Refusal).decode


class TracedApplication:
    """Around the application; a request of the API goes on with the trace that it brings."""

    def __init__(self, app: App, tracer: Tracer) -> None:
        self._app = app
        self._tracer = tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        path: str = scope.get("path", "")
        if scope["type"] != "http" or not path.startswith(TRACED):
            await self._app(scope, receive, send)
            return
        method = scope["method"] if scope["method"] in METHODS else "_OTHER"
        # Providers and visitors are strangers: what they send starts a trace of its own.
        context = _brought(scope["headers"]) if path.startswith("/api/") else Context()
        with span(
            self._tracer, method, {"http.request.method": method}, SpanKind.SERVER, context
        ) as made:
            answered = _Answer(made, send)
            if path.startswith(WEBHOOKS):
                await self._webhook(path, scope, receive, answered)
            else:
                await self._app(scope, receive, answered)
            route = WEBHOOK_ROUTE if path.startswith(WEBHOOKS) else _route(scope)
            if route is not None:
                made.update_name(f"{method} {route}")
                made.set_attribute("http.route", route)

    async def _webhook(self, path: str, scope: Scope, receive: Receive, answered: _Answer) -> None:
        tally = Tally()
        token = TALLY.set(tally)
        try:
            await self._app(scope, receive, answered)
        finally:
            TALLY.reset(token)
        made = answered.span
        _, _, channel, account = path.split("/", 3) if path.count("/") >= 3 else ("", "", "", "")
        if channel in _CHANNELS:
            made.set_attribute(CHANNEL, channel)
        if _ACCOUNT.fullmatch(account):
            made.set_attribute(ACCOUNT, int(account))
        if answered.status >= REFUSED:
            told(made, "refused" if answered.status < FAILED else "failed")
        else:
            told(made, "challenged" if scope["method"] == "GET" else tally.outcome)
        made.set_attribute("rapport.messages", tally.messages)
        made.set_attribute("rapport.duplicates", tally.duplicates)
        made.set_attribute("rapport.receipts", tally.receipts)


class _Answer:
    """What the application sends, looked at on its way: the status, and a refusal's code."""

    def __init__(self, made: Span, send: Send) -> None:
        self.span = made
        self.status = 0
        self._send = send

    async def __call__(self, message: Message) -> None:
        """Pass it on."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.span.set_attribute("http.response.status_code", self.status)
            if self.status >= FAILED:
                failed(self.span, str(self.status))
        elif self.status >= REFUSED and message["type"] == "http.response.body":
            self._note(message.get("body", b""))
        await self._send(message)

    def _note(self, body: bytes) -> None:
        if not body.startswith(b"{") or len(body) > LONGEST_REFUSAL:
            return
        try:
            code = _refusal(body).error.code
        except msgspec.MsgspecError:
            return
        self.span.set_attribute(CODE, code[:64])


def _route(scope: Scope) -> str | None:
    """The template that the request was matched with; a router knows not where it is put in."""
    path = getattr(scope.get("route"), "path", None)
    if not isinstance(path, str):
        return None
    below = scope["path"].startswith(API) and not path.startswith((API, EVERYTHING_ELSE))
    return f"{API}{path}" if below else path


def _brought(headers: Sequence[tuple[bytes, bytes]]) -> Context:
    """The caller's trace; of its `tracestate` and `baggage` nothing is taken."""
    for name, value in headers:
        if name == b"traceparent":
            carrier = {"traceparent": value.decode("latin-1")}
            return _propagator.extract(carrier, Context())
    return Context()
