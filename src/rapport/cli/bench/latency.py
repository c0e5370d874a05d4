"""`rapport bench latency`: open loop, from the webhook sent to the frame at the right agent."""

from __future__ import annotations

import asyncio
import json
import secrets
import sys
import time
from collections.abc import Sequence
from itertools import cycle
from typing import Any

import httpx2

from rapport.application.access import StoredSession, token_hash
from rapport.cli.bench.load import Outcome
from rapport.cli.bench.payloads import signed_requests
from rapport.cli.bench.stored import check_stored
from rapport.cli.bench.subject import Subject, subject
from rapport.cli.bench.wire import WireSocket, open_socket
from rapport.clock import SystemClock
from rapport.storage.accounts.sessions import PostgresSessions

CONNECTIONS = 64
CONVERSATIONS_EACH = 4


class _Agent:
    """A signed-in desktop that listens; knows whose messages are its own."""

    def __init__(self, bench: _Bench, user_id: int, token: str, csrf: str) -> None:
        self.bench = bench
        self.user_id = user_id
        self.headers = {"Cookie": f"rapport_session={token}"}
        self.csrf = csrf
        self.socket: WireSocket | None = None
        self.tasks: set[int] = set()
        self.greeted = asyncio.Event()

    def on_text(self, frame: bytes) -> None:
        """Time every message that arrives; collect what is offered."""
        now = time.perf_counter()
        if b"message.received" in frame:
            for event in json.loads(frame)["events"]:
                if event["kind"] == "message.received":
                    self.bench.arrived(self.user_id, event["message"]["text"], now)
        elif frame.startswith(b'{"type":"hello"'):
            self.greeted.set()
        elif b"task.offered" in frame:
            for event in json.loads(frame)["events"]:
                if event["kind"] == "task.offered":
                    self.tasks.add(event["task"]["id"])


class _Bench:
    def __init__(self) -> None:
        self.sent: dict[int, float] = {}
        self.outcome = Outcome()
        self.wrong = 0
        self.owner: dict[int, int] = {}

    def arrived(self, user_id: int, text: str, now: float) -> None:
        number = int(text.split(" ", 2)[1].rstrip(":"))
        started = self.sent.pop(number, None)
        if started is None:
            return
        self.outcome.latencies_ms.append((now - started) * 1000)
        self.outcome.answered += 1
        if self.owner.setdefault(number % 10**6, user_id) != user_id:
            self.wrong += 1


async def bench_latency(rate: int, seconds: int, agents: int, nodes: int) -> dict[str, Any]:
    """Run at a fixed rate of arrivals, whatever the answers do, on so many nodes."""
    async with subject(nodes=nodes) as server:
        account = await server.custom_account()
        bench = _Bench()
        conversations = agents * CONVERSATIONS_EACH
        desks = await _staff(server, bench, agents)
        await _fill(server, account, desks, conversations)
        count = rate * seconds
        numbers = range(10**6, 10**6 + count)
        requests = signed_requests("custom", account, numbers, lambda n: f"c{n % conversations}")
        bench.outcome = Outcome()
        await _open_loop(server.ports, requests, rate, bench, 10**6)
        for _ in range(200):
            if not bench.sent:
                break
            await asyncio.sleep(0.02)
        stored = await check_stored(server, account, conversations + count)
        figures = bench.outcome.summary()
        return {
            "benchmark": "latency",
            "nodes": nodes,
            "rate": rate,
            "agents": agents,
            "sent": count,
            "arrived": figures["answered"],
            "p50_ms": figures["p50_ms"],
            "p99_ms": figures["p99_ms"],
            "max_ms": figures["max_ms"],
            "missing": len(bench.sent),
            "at_another_agent": bench.wrong,
            "stored": stored,
        }


async def _staff(server: Subject, bench: _Bench, agents: int) -> list[_Agent]:
    """Agents with sessions of their own, available, connected."""
    capacity = {"chat": 0, "email": 0, "social": CONVERSATIONS_EACH}
    profile = await server.put("profiles", "bench", capacity)
    store = PostgresSessions(server.database)
    desks = []
    for number in range(agents):
        spec = {"login": f"agent{number}", "roles": ["agent"], "profile": profile}
        user_id = await server.put("users", f"Agent {number}", spec)
        token, csrf = secrets.token_urlsafe(16), secrets.token_urlsafe(8)
        now = SystemClock().now()
        await store.create(token_hash(token), StoredSession(user_id, csrf, now, now))
        desks.append(_Agent(bench, user_id, token, csrf))
    await server.settled()
    async with httpx2.AsyncClient(base_url=server.url) as client:
        for desk, port in zip(desks, cycle(server.ports), strict=False):
            desk.socket = await open_socket(port, "/api/v1/stream", desk.headers, desk.on_text)
            await desk.greeted.wait()
            await _post(client, desk, "/me/state", {"status": "available"})
    return desks


async def _fill(server: Subject, account: int, desks: list[_Agent], conversations: int) -> None:
    """Every agent accepts as many conversations as fit."""
    opening = signed_requests("custom", account, range(conversations), lambda n: f"c{n}")
    await _open_loop(server.ports, opening, 500, _Bench(), 0)
    async with httpx2.AsyncClient(base_url=server.url) as client:
        for _ in range(500):
            for desk in desks:
                for task_id in list(desk.tasks):
                    await _post(client, desk, f"/tasks/{task_id}/accept", {})
                    desk.tasks.discard(task_id)
                    conversations -= 1
            if conversations <= 0:
                return
            await asyncio.sleep(0.02)
    raise RuntimeError(f"{conversations} conversations were not offered")


async def _post(client: httpx2.AsyncClient, desk: _Agent, path: str, body: dict[str, Any]) -> None:
    headers = {
        **desk.headers,
        "X-CSRF-Token": desk.csrf,
        "Idempotency-Key": secrets.token_hex(8),
    }
    answer = await client.post(f"/api/v1{path}", json=body, headers=headers)
    answer.raise_for_status()


async def _open_loop(
    ports: Sequence[int], requests: list[bytes], rate: int, bench: _Bench, first: int
) -> None:
    """Send at fixed moments over keep-alive connections; answers are only drained."""
    streams = [
        await asyncio.open_connection("127.0.0.1", port)
        for _, port in zip(range(CONNECTIONS), cycle(ports), strict=False)
    ]
    drains = [asyncio.create_task(_drain(reader)) for reader, _ in streams]
    started = time.perf_counter() + 0.05
    for number, request in enumerate(requests):
        wait = started + number / rate - time.perf_counter()
        if wait > 0:
            await asyncio.sleep(wait)
        bench.sent[first + number] = time.perf_counter()
        streams[number % CONNECTIONS][1].write(request)
    await asyncio.sleep(0.5)
    for drain in drains:
        drain.cancel()
    for _, writer in streams:
        writer.close()


async def _drain(reader: asyncio.StreamReader) -> None:
    while await reader.read(65536):
        pass


def run(rate: int, seconds: int, agents: int, nodes: int) -> int:
    """Print the result as JSON; 1 if a message did not arrive, or at somebody else's."""
    import uvloop

    result = uvloop.run(bench_latency(rate, seconds, agents, nodes))
    json.dump(result, sys.stdout, indent=2)
    print()
    return 1 if result["missing"] or result["at_another_agent"] else 0
