"""What a collector was sent, read back by the protocol's own definitions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from tests.tracing.receiver import Collector


@dataclass(frozen=True)
class Span:
    """One span as it came."""

    name: str
    trace: str
    id: str
    parent: str
    links: tuple[str, ...]
    attributes: dict[str, Any]
    events: int
    message: str


def sent_to(collector: Collector) -> list[Span]:
    """All spans, in the order of arrival."""
    return [
        Span(
            name=span.name,
            trace=span.trace_id.hex(),
            id=span.span_id.hex(),
            parent=span.parent_span_id.hex(),
            links=tuple(link.span_id.hex() for link in span.links),
            attributes=_values(span.attributes),
            events=len(span.events),
            message=span.status.message,
        )
        for resource in _resources(collector)
        for scope in resource.scope_spans
        for span in scope.spans
    ]


def resource_of(collector: Collector) -> dict[str, Any]:
    """What the first batch says of the node."""
    return _values(_resources(collector)[0].resource.attributes)


def bytes_of(collector: Collector) -> bytes:
    """Everything that the collector was sent, headers included."""
    return b"".join(repr((a.path, a.headers)).encode() + a.body for a in collector.asked)


def one(spans: list[Span], name: str, **attributes: Any) -> Span:
    """The only span of a name, and with these attributes (`_` for a dot)."""
    wanted = {key.replace("__", "."): value for key, value in attributes.items()}
    (found,) = [s for s in spans if s.name == name and s.attributes.items() >= wanted.items()]
    return found


def _resources(collector: Collector) -> list[Any]:
    found: list[Any] = []
    for asked in collector.asked:
        assert asked.headers["content-type"] == "application/x-protobuf"
        found += ExportTraceServiceRequest.FromString(asked.body).resource_spans
    return found


def _values(pairs: Any) -> dict[str, Any]:
    return {pair.key: _value(pair.value) for pair in pairs if isinstance(pair, KeyValue)}


def _value(value: AnyValue) -> Any:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_value(each) for each in value.array_value.values]
    return getattr(value, kind) if kind else None
