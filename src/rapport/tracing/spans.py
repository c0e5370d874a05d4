"""What spans are made of: kinds, ids, sizes, times, codes. Never a word, an address or a secret."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from opentelemetry.context import Context
from opentelemetry.trace import Link, Span, SpanKind, StatusCode, Tracer
from opentelemetry.util.types import AttributeValue

from rapport.domain.errors import Refused

_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}|[0-9]{1,6}")
CODE = "rapport.code"
OUTCOME = "rapport.outcome"
CHANNEL = "rapport.channel"
ACCOUNT = "rapport.account.id"


@contextmanager
def span(
    tracer: Tracer,
    name: str,
    attributes: Mapping[str, AttributeValue],
    kind: SpanKind = SpanKind.INTERNAL,
    context: Context | None = None,
    links: Sequence[Link] = (),
) -> Iterator[Span]:
    """A span of what happens inside. Of an exception only its class is told: its words may be a
    customer's. A refusal is an answer and no error."""
    with tracer.start_as_current_span(
        name,
        context=context,
        kind=kind,
        attributes=attributes,
        links=links,
        record_exception=False,
        set_status_on_exception=False,
    ) as made:
        try:
            yield made
        except Refused as refused:
            made.set_attribute(CODE, refused.code)
            raise
        except Exception as error:
            failed(made, type(error).__name__)
            raise


def failed(made: Span, kind: str) -> None:
    """Mark a span as gone wrong."""
    made.set_attribute("error.type", kind)
    made.set_status(StatusCode.ERROR)


def told(made: Span, outcome: str, code: str | None = None) -> None:
    """What came of it; a code of another system's only if it looks like one."""
    made.set_attribute(OUTCOME, outcome)
    if code is not None and _CODE.fullmatch(code):
        made.set_attribute(CODE, code)
