"""Where tracing is put in: parts pass through here when a node is put together, never later."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx2

from rapport.api.context import Inbox, ReceiptBox
from rapport.api.sockets import Receive, Scope, Send
from rapport.application.ports import ConfigurationSource, Store
from rapport.jobs.sender import Gateway
from rapport.jobs.webhooks import Carry as CarryDelivery
from rapport.jobs.workflows import Carry as CarryRun
from rapport.storage.ingest import Ingest
from rapport.storage.receipts import Receipts
from rapport.storage.spool import Spool

App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Seams:
    """Gives every part back as it is: a node that is not traced has nothing around its parts."""

    def application(self, app: App) -> App:
        """What answers requests."""
        return app

    def store(self, store: Store) -> Store:
        """What runs use cases in transactions."""
        return store

    def inbox(self, ingest: Ingest, _configuration: ConfigurationSource) -> Inbox:
        """What takes customers' messages in."""
        return ingest

    def receipts(self, receipts: Receipts) -> ReceiptBox:
        """What takes delivery receipts in."""
        return receipts

    def spool(self, spool: Spool) -> Spool:
        """What keeps requests while the database is away."""
        return spool

    def gateway(self, gateway: Gateway, _configuration: ConfigurationSource) -> Gateway:
        """What messages leave by."""
        return gateway

    def workflow_calls(self, carry: CarryRun) -> CarryRun:
        """What asks other systems for workflows."""
        return carry

    def deliveries(self, carry: CarryDelivery) -> CarryDelivery:
        """What tells other systems what happens."""
        return carry

    def client(self, client: httpx2.AsyncClient) -> httpx2.AsyncClient:
        """What all of these send by."""
        return client
