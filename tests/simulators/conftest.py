"""A business and its simulated providers, on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx2
import pytest

from rapport_simulators.graph import GraphSettings, GraphSimulator
from rapport_simulators.provider.clock import Clock
from rapport_simulators.provider.http import http_client
from rapport_simulators.twilio import TwilioSettings, TwilioSimulator
from tests.simulators.receiver import Receiver, receiving

Started = Callable[..., Any]


class StillClock(Clock):
    """Monotonic time that stands unless it is moved."""

    moment = 1_000.0

    def monotonic(self) -> float:
        return self.moment


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


@pytest.fixture
async def start_graph(receiver: Receiver) -> AsyncIterator[Started]:
    """Start a Graph with other settings than usual."""
    async with AsyncExitStack() as stack:

        async def start(clock: Clock | None = None, **settings: Any) -> GraphSimulator:
            usual = {
                "webhook_whatsapp": f"{receiver.url}/whatsapp",
                "webhook_messenger": f"{receiver.url}/messenger",
                "retry_first_s": 0.01,
            }
            simulator = GraphSimulator(GraphSettings(**{**usual, **settings}), clock=clock)
            return await stack.enter_async_context(simulator)

        yield start


@pytest.fixture
async def graph(start_graph: Started) -> GraphSimulator:
    return await start_graph()


@pytest.fixture
async def start_twilio(receiver: Receiver) -> AsyncIterator[Started]:
    """Start a Twilio with other settings than usual."""
    async with AsyncExitStack() as stack:

        async def start(**settings: Any) -> TwilioSimulator:
            usual = {"webhook": f"{receiver.url}/sms"}
            simulator = TwilioSimulator(TwilioSettings(**{**usual, **settings}))
            return await stack.enter_async_context(simulator)

        yield start


@pytest.fixture
async def twilio(start_twilio: Started) -> TwilioSimulator:
    return await start_twilio()


@pytest.fixture
async def http() -> AsyncIterator[httpx2.AsyncClient]:
    async with http_client(5.0) as http:
        yield http
