"""A business and its simulated providers, on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx2
import pytest

from rapport_simulators.graph import GraphSettings, GraphSimulator
from rapport_simulators.provider.http import http_client
from tests.simulators.receiver import Receiver, receiving

Started = Callable[..., Any]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


@pytest.fixture
async def start_graph(receiver: Receiver) -> AsyncIterator[Started]:
    """Start a Graph with other settings than usual."""
    async with AsyncExitStack() as stack:

        async def start(**settings: Any) -> GraphSimulator:
            usual = {
                "webhook_whatsapp": f"{receiver.url}/whatsapp",
                "webhook_messenger": f"{receiver.url}/messenger",
                "retry_first_s": 0.01,
            }
            simulator = GraphSimulator(GraphSettings(**{**usual, **settings}))
            return await stack.enter_async_context(simulator)

        yield start


@pytest.fixture
async def graph(start_graph: Started) -> GraphSimulator:
    return await start_graph()


@pytest.fixture
async def http() -> AsyncIterator[httpx2.AsyncClient]:
    async with http_client(5.0) as http:
        yield http
