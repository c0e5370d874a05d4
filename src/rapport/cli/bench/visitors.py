"""`rapport bench visitors`: idle WebChat visitors in one process, and how fast they come back."""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from typing import Any

from rapport.channels.webchat import tokens
from rapport.channels.webchat.tokens import Visitor
from rapport.cli.bench.subject import KEY, Subject, subject
from rapport.cli.bench.wire import WireSocket, open_socket

ORIGIN = "https://shop.example"
AT_ONCE = 64


async def bench_visitors(visitors: int) -> dict[str, Any]:
    """Open them, weigh the server, drop them all and let them come back at once."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    async with subject() as server:
        queue = await server.put("queues", "chat", {"channels": ["webchat"]})
        account = await server.put(
            "accounts",
            "site",
            {
                "channel": "webchat",
                "webchat": {"site_key": "bench", "allowed_origins": [ORIGIN]},
            },
        )
        await server.put("entry_points", "chat", {"account": account, "queue": queue})
        await server.settled()
        warm = await _open(server, account, 200)
        for socket in warm[0]:
            socket.close()
        await asyncio.sleep(1)
        before = server.memory_kb()
        sockets, seconds = await _open(server, account, visitors)
        await asyncio.sleep(2)
        weight = server.memory_kb() - before
        cpu = server.cpu_s()
        await asyncio.sleep(10)
        idle_cpu = (server.cpu_s() - cpu) / 10
        alive = sum(not s.closed for s in sockets)
        for socket in sockets:
            socket.close()
        await asyncio.sleep(1)
        again, back_seconds = await _open(server, account, visitors)
        result = {
            "benchmark": "visitors",
            "visitors": visitors,
            "alive": alive,
            "kb_each": round(weight / visitors, 1),
            "accepts_per_s": round(visitors / seconds),
            "accepts_per_s_after_all_left": round(visitors / back_seconds),
            "idle_cpu_cores": round(idle_cpu, 3),
            "server_mb_empty": round(before / 1024),
            "raw": {"bare_uvicorn_kb_each": 17.4, "source": "reference measurement, 300 B frames"},
        }
        for socket in again:
            socket.close()
        return result


async def _open(server: Subject, account: int, count: int) -> tuple[list[WireSocket], float]:
    """Visitors with tokens of their own, each welcomed before it counts."""
    sockets: list[WireSocket] = []
    numbers = iter(range(count))
    started = time.perf_counter()

    async def some() -> None:
        for number in numbers:
            welcomed = asyncio.get_running_loop().create_future()

            def on_text(frame: bytes, welcomed: asyncio.Future[None] = welcomed) -> None:
                if not welcomed.done() and b'"welcome"' in frame:
                    welcomed.set_result(None)

            socket = await open_socket(
                server.port, "/widget/v1/bench/socket", {"Origin": ORIGIN}, on_text
            )
            token = tokens.issue(KEY.encode(), Visitor(account, f"{number:032x}"))
            socket.send(json.dumps({"type": "hello", "token": token}).encode())
            await welcomed
            sockets.append(socket)

    await asyncio.gather(*(some() for _ in range(AT_ONCE)))
    return sockets, time.perf_counter() - started


def run(visitors: int) -> int:
    """Print the result as JSON; 1 if a visitor was lost."""
    import uvloop

    result = uvloop.run(bench_visitors(visitors))
    json.dump(result, sys.stdout, indent=2)
    print()
    return 0 if result["alive"] == visitors else 1
