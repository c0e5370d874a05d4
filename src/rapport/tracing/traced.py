"""The seams of a node that is traced."""

from __future__ import annotations

import httpx2
from opentelemetry.trace import Tracer
from typing_extensions import override

from rapport.api.context import Inbox, ReceiptBox
from rapport.application.ports import ConfigurationSource, Store
from rapport.jobs.sender import Gateway
from rapport.jobs.webhooks import Carry as CarryDelivery
from rapport.jobs.workflows import Carry as CarryRun
from rapport.storage.ingest import Ingest
from rapport.storage.receipts import Receipts
from rapport.storage.spool import Spool
from rapport.tracing.ingest import TracedInbox, TracedReceipts
from rapport.tracing.requests import TracedApplication
from rapport.tracing.seams import App, Seams
from rapport.tracing.sending import TracedGateway, pass_on, traced_deliveries, traced_runs
from rapport.tracing.transactions import TracedStore
from rapport.tracing.webhook_input import TALLY


class TracedSeams(Seams):
    """Puts spans around parts as they pass."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    @override
    def application(self, app: App) -> App:
        return TracedApplication(app, self._tracer)

    @override
    def store(self, store: Store) -> Store:
        return TracedStore(store, self._tracer)

    @override
    def inbox(self, ingest: Ingest, configuration: ConfigurationSource) -> Inbox:
        return TracedInbox(ingest, configuration, self._tracer)

    @override
    def receipts(self, receipts: Receipts) -> ReceiptBox:
        return TracedReceipts(receipts, self._tracer)

    @override
    def spool(self, spool: Spool) -> Spool:
        spool.on_kept = _spooled
        return spool

    @override
    def gateway(self, gateway: Gateway, configuration: ConfigurationSource) -> Gateway:
        return TracedGateway(gateway, configuration, self._tracer)

    @override
    def workflow_calls(self, carry: CarryRun) -> CarryRun:
        return traced_runs(carry, self._tracer)

    @override
    def deliveries(self, carry: CarryDelivery) -> CarryDelivery:
        return traced_deliveries(carry, self._tracer)

    @override
    def client(self, client: httpx2.AsyncClient) -> httpx2.AsyncClient:
        hooks = client.event_hooks
        client.event_hooks = {**hooks, "request": [*hooks["request"], pass_on]}
        return client


def _spooled() -> None:
    if (tally := TALLY.get()) is not None:
        tally.spooled = True
