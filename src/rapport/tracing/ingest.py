"""Messages on their way in: one span for who waits, one for the batch that serves many of them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from opentelemetry.context import Context
from opentelemetry.trace import Link, Span, Tracer, set_span_in_context

from rapport.application.ports import ConfigurationSource
from rapport.application.received import Input, Received
from rapport.domain.message import DeliveryReceipt
from rapport.storage.ingest import Ingest
from rapport.storage.ingest_items import Item
from rapport.storage.receipts import Receipts
from rapport.tracing.spans import ACCOUNT, CHANNEL, span
from rapport.tracing.webhook_input import TALLY


@dataclass(slots=True, eq=False)
class _Waiting:
    made: Span
    since: float

    @property
    def sampled(self) -> bool:
        return self.made.get_span_context().trace_flags.sampled


class TracedInbox:
    """Around the writers: implements `api.context.Inbox`, and commits their batches.

    A batch belongs to the first request in it that is sampled; the others are linked.
    """

    def __init__(self, ingest: Ingest, configuration: ConfigurationSource, tracer: Tracer) -> None:
        self._submit = ingest.submit
        self._commit = ingest.commit_batch
        ingest.commit_batch = self.commit
        self._configuration = configuration
        self._tracer = tracer
        self._waiting: dict[int, _Waiting] = {}

    async def submit(self, account_id: int, messages: Sequence[Input]) -> list[Received]:
        """Store the input of one delivery."""
        attributes: dict[str, str | int] = {ACCOUNT: account_id, "rapport.messages": len(messages)}
        account = self._configuration.current.account_specs.get(account_id)
        if account is not None:
            attributes[CHANNEL] = account.channel
        with span(self._tracer, "ingest", attributes) as made:
            waiting = _Waiting(made, time.perf_counter())
            for message in messages:
                self._waiting[id(message)] = waiting
            try:
                received = await self._submit(account_id, messages)
            finally:
                for message in messages:
                    self._waiting.pop(id(message), None)
            made.set_attribute("rapport.duplicates", sum(each.duplicate for each in received))
        if (tally := TALLY.get()) is not None:
            tally.count(received)
        return received

    async def commit(self, batch: Sequence[Item]) -> Sequence[Received]:
        """One transaction for what many wait for."""
        began = time.perf_counter()
        found = (self._waiting.get(id(item.message)) for item in batch)
        waiting = list(dict.fromkeys(each for each in found if each is not None))
        first = next((each for each in waiting if each.sampled), waiting[0] if waiting else None)
        longest_s = max((began - each.since for each in waiting), default=0.0)
        with span(
            self._tracer,
            "ingest.batch",
            {"rapport.batch.size": len(batch), "rapport.batch.waited_s": longest_s},
            context=Context() if first is None else set_span_in_context(first.made, Context()),
            links=[
                Link(each.made.get_span_context())
                for each in waiting
                if each is not first and each.sampled
            ],
        ):
            received = await self._commit(batch)
        took_s = time.perf_counter() - began
        for each in waiting:
            each.made.set_attribute("rapport.batch.size", len(batch))
            each.made.set_attribute("rapport.waited_s", began - each.since)
            each.made.set_attribute("rapport.commit_s", took_s)
        return received


class TracedReceipts:
    """Around delivery receipts; implements `api.context.ReceiptBox`."""

    def __init__(self, receipts: Receipts, tracer: Tracer) -> None:
        self._receipts = receipts
        self._tracer = tracer

    async def submit(self, account_id: int, receipts: Sequence[DeliveryReceipt]) -> None:
        """Store the receipts of one delivery."""
        attributes = {ACCOUNT: account_id, "rapport.receipts": len(receipts)}
        with span(self._tracer, "receipts", attributes):
            await self._receipts.submit(account_id, receipts)
        if (tally := TALLY.get()) is not None:
            tally.receipts += len(receipts)
