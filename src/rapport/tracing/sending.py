"""What leaves: messages to providers, calls of workflows, webhooks to other systems."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

import httpx2
from opentelemetry.trace import Span, SpanKind, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from rapport.application.configuration.integration import WebhookSpec
from rapport.application.ports import ConfigurationSource
from rapport.domain import sending
from rapport.domain.webhooks import Answer
from rapport.domain.webhooks import Delivery as WebhookDelivery
from rapport.domain.workflows import Outcome, Run
from rapport.jobs.sender import Delivery, Gateway
from rapport.jobs.webhooks import Carry as CarryDelivery
from rapport.jobs.workflows import Carry as CarryRun
from rapport.tracing.spans import ACCOUNT, CHANNEL, span, told

OUTCOMES: dict[type, str] = {
    sending.Sent: "sent",
    sending.RetryAfter: "retry_later",
    sending.Rejected: "rejected",
    sending.AccountBroken: "account_broken",
    sending.Unknown: "unknown",
}
_PASSED_ON: ContextVar[bool] = ContextVar("rapport_trace_passed_on", default=False)
_propagator = TraceContextTextMapPropagator()


class TracedGateway:
    """Around the channels; implements `jobs.sender.Gateway`."""

    def __init__(
        self, gateway: Gateway, configuration: ConfigurationSource, tracer: Tracer
    ) -> None:
        self._gateway = gateway
        self._configuration = configuration
        self._tracer = tracer
        self.carries = gateway.carries
        self.can_send = gateway.can_send
        self.per_second = gateway.per_second
        self.fared = gateway.fared

    def prepare(self, account_id: int, message: sending.OutboundMessage) -> Delivery:
        """Render a message; one that can't be sent as it is, is a span already."""
        account = self._configuration.current.account_specs.get(account_id)
        attributes: dict[str, str | int] = {
            ACCOUNT: account_id,
            CHANNEL: "" if account is None else account.channel,
            "rapport.message.id": message.id,
        }
        delivery = self._gateway.prepare(account_id, message)
        if delivery.problem is not None:
            with span(self._tracer, "outbox.send", attributes) as made:
                told(made, OUTCOMES[sending.Rejected], delivery.problem.code)
        return TracedDelivery(delivery, attributes, self._tracer)


class TracedDelivery:
    """Around one message on its way; implements `jobs.sender.Delivery`."""

    def __init__(
        self, delivery: Delivery, attributes: dict[str, str | int], tracer: Tracer
    ) -> None:
        self._delivery = delivery
        self._attributes = attributes
        self._tracer = tracer

    @property
    def problem(self) -> sending.Rejected | None:
        """Why it can't be sent as it is."""
        return self._delivery.problem

    @property
    def parts(self) -> int:
        """How many messages it becomes at the provider."""
        return self._delivery.parts

    @property
    def log(self) -> Sequence[bytes]:
        """What was asked and answered so far, redacted."""
        return self._delivery.log

    async def send(self, number: int) -> sending.SendOutcome:
        """Try one part."""
        attributes = {**self._attributes, "rapport.part": number}
        with span(self._tracer, "outbox.send", attributes, SpanKind.CLIENT) as made:
            outcome = await self._delivery.send(number)
            told(made, OUTCOMES[type(outcome)], getattr(outcome, "code", None))
            return outcome


def traced_runs(carry: CarryRun, tracer: Tracer) -> CarryRun:
    """Calls of workflows; the other system is told which trace it is part of."""

    async def carried(run: Run) -> Outcome:
        attributes: dict[str, str | int] = {
            "rapport.workflow.id": run.workflow_id,
            "rapport.run.id": run.id,
            "rapport.attempt": run.attempts,
        }
        with span(tracer, "workflow.call", attributes, SpanKind.CLIENT) as made:
            with _passing_on():
                outcome = await carry(run)
            _answered(made, outcome.status, outcome.code)
            return outcome

    return carried


def traced_deliveries(carry: CarryDelivery, tracer: Tracer) -> CarryDelivery:
    """Webhooks to other systems; each is told which trace it is part of."""

    async def carried(delivery: WebhookDelivery, spec: WebhookSpec) -> Answer:
        attributes: dict[str, str | int] = {
            "rapport.endpoint.id": delivery.endpoint_id,
            "rapport.delivery.id": delivery.id,
            "rapport.event": delivery.kind,
            "rapport.attempt": delivery.attempts,
        }
        with span(tracer, "webhook.deliver", attributes, SpanKind.CLIENT) as made:
            with _passing_on():
                answer = await carry(delivery, spec)
            _answered(made, answer.status, answer.code)
            return answer

    return carried


async def pass_on(request: httpx2.Request) -> None:
    """Puts `traceparent` on what leaves for a workflow or a webhook, and on nothing else.

    It is two random numbers and a flag. Providers get none, nobody gets `tracestate` or `baggage`,
    and a header that an administrator has configured stays as it is.
    """
    if _PASSED_ON.get() and "traceparent" not in request.headers:
        carrier: dict[str, str] = {}
        _propagator.inject(carrier)
        if "traceparent" in carrier:
            request.headers["traceparent"] = carrier["traceparent"]


@contextmanager
def _passing_on() -> Iterator[None]:
    token = _PASSED_ON.set(True)
    try:
        yield
    finally:
        _PASSED_ON.reset(token)


def _answered(made: Span, status: int | None, code: str | None) -> None:
    if status is not None:
        made.set_attribute("http.response.status_code", status)
    told(made, "answered" if code is None else "failed", code)
