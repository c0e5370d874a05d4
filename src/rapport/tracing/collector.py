"""The collector: spans go there from a thread of their own, or nowhere while it is away."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from importlib.metadata import version

import structlog
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Tracer
from typing_extensions import override

from rapport.tracing.opening import shown

FLUSH_WITHIN_S = 5.0
"""How long a node's end waits for its last spans."""
log = structlog.get_logger()


class Exporter(SpanExporter):
    """Around the library's: says once that the collector is away, and once that it is back."""

    def __init__(self, inner: SpanExporter, shown: str) -> None:
        self._inner = inner
        self._shown = shown
        self.away = False
        """Whether it took nothing the last time."""

    @override
    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = self._inner.export(spans)
        away = result is not SpanExportResult.SUCCESS
        if away and not self.away:
            log.warning("tracing.collector_away", collector=self._shown)
        elif self.away and not away:
            log.info("tracing.collector_back", collector=self._shown)
        self.away = away
        return result

    @override
    def shutdown(self) -> None:
        self._inner.shutdown()


@asynccontextmanager
async def tracing_to(
    endpoint: str, roles: frozenset[str], variables: Mapping[str, str]
) -> AsyncIterator[Tracer]:
    """A tracer whose spans are sent there; at the end the last ones are waited for, bounded."""
    resource = Resource.create(
        {
            "service.name": variables.get("OTEL_SERVICE_NAME") or "rapport",
            "service.version": version("rapport"),
            "rapport.node.roles": sorted(roles),
        }
    )
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    exporter = Exporter(OTLPSpanExporter(endpoint=endpoint), shown(endpoint))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    # It would speak at every attempt, and for every span that is dropped. What is wrong with the
    # variables has been said by now.
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
    try:
        yield provider.get_tracer("rapport", version("rapport"))
    finally:
        if exporter.away:
            # Nobody is there to wait for.
            exporter.shutdown()
        await _flushed(provider)


async def _flushed(provider: TracerProvider) -> None:
    """The library waits for up to 30 seconds: it does so by itself, and ends with the process."""
    loop, done = asyncio.get_running_loop(), asyncio.Event()

    def work() -> None:
        provider.shutdown()
        with suppress(RuntimeError):  # nobody waits any more
            loop.call_soon_threadsafe(done.set)

    threading.Thread(target=work, name="last-spans", daemon=True).start()
    with suppress(TimeoutError):
        async with asyncio.timeout(FLUSH_WITHIN_S):
            await done.wait()


def answers(endpoint: str, timeout_s: float) -> bool:
    """Whether a collector takes spans there: none, for a try."""
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
    exporter = OTLPSpanExporter(endpoint=endpoint, timeout=timeout_s)
    try:
        return exporter.export(()) is SpanExportResult.SUCCESS
    finally:
        exporter.shutdown()  # type: ignore[no-untyped-call]
