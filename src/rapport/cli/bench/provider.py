"""The simulated Graph as a process of its own, driven by its control API."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx2

from rapport.cli.bench.payloads import BUSINESS_ACCOUNT_ID, PHONE_NUMBER_ID, SIGNING_SECRET
from rapport.storage.embedded.endpoint import free_port

START_WITHIN_S = 30
AT_ONCE = 16


class Graph:
    """The simulator, as a benchmark drives it."""

    def __init__(self, url: str, client: httpx2.AsyncClient) -> None:
        self.url = url
        self._client = client

    async def control(self, method: str, path: str, body: Any = None) -> Any:
        """One request to the control API."""
        answer = await self._client.request(method, f"{self.url}/_control{path}", json=body)
        answer.raise_for_status()
        return answer.json()

    async def cause(self, kind: str, count: int | None = 1, **more: Any) -> None:
        """Ask for a fault."""
        await self.control("POST", "/faults", {"kind": kind, "count": count, **more})

    async def ledger(self, customer: str | None = None) -> dict[str, Any]:
        """What the provider knows, of one customer or all."""
        query = "" if customer is None else f"?customer={customer}"
        found: dict[str, Any] = await self.control("GET", f"/ledger{query}")
        return found

    async def say(self, customer: str, texts: Sequence[str]) -> None:
        """Let a customer write."""
        messages = [{"type": "text", "text": text} for text in texts]
        await self.control("POST", f"/customers/{customer}/messages", {"messages": messages})


@asynccontextmanager
async def graph(webhook: str = "") -> AsyncIterator[Graph]:
    """Start the simulator and stop it; statuses follow at once."""
    port = free_port()
    arguments = {
        "port": str(port),
        "webhook-whatsapp": webhook,
        "app-secret": SIGNING_SECRET,
        "phone-number-id": PHONE_NUMBER_ID,
        "business-account-id": BUSINESS_ACCOUNT_ID,
        "sent-after-s": "0",
        "delivered-after-s": "0.05",
        "retry-first-s": "0.2",
    }
    options = [f"--{name}={value}" for name, value in arguments.items()]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "rapport_simulators.graph",
        *options,
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        async with httpx2.AsyncClient(timeout=120) as client:
            simulator = Graph(f"http://127.0.0.1:{port}", client)
            async with asyncio.timeout(START_WITHIN_S):
                await _until_up(simulator)
            yield simulator
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def meet(simulator: Graph, customers: Sequence[str]) -> None:
    """Customers who have written, so that their window is open; webhooks go nowhere yet."""
    waiting = iter(customers)

    async def some() -> None:
        for customer in waiting:
            body = {"id": customer, "channel": "whatsapp", "name": "Dana Example"}
            await simulator.control("POST", "/customers", body)
            await simulator.say(customer, ["Hello"])

    await asyncio.gather(*(some() for _ in range(AT_ONCE)))


async def _until_up(simulator: Graph) -> None:
    while True:
        with contextlib.suppress(httpx2.HTTPError):
            await simulator.control("GET", "/faults")
            return
        await asyncio.sleep(0.05)
