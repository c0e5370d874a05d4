"""The loopback server that everything simulated stands on."""

from __future__ import annotations

import socket

import httpx2
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from rapport_simulators.provider.server import LoopbackServer, without_version


async def test_answers_leave_at_once(http: httpx2.AsyncClient) -> None:
    options: list[int] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        transport = scope["extensions"]["simulator.transport"]["transport"]
        connection = transport.get_extra_info("socket")
        options.append(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        await Response("ok")(scope, receive, send)

    server = LoopbackServer(app)
    await server.start()
    assert (await http.get(server.url)).text == "ok"
    await server.stop()
    assert [bool(option) for option in options] == [True]


async def test_the_version_of_a_path_is_left_out(http: httpx2.AsyncClient) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await Response(scope["path"])(scope, receive, send)

    server = LoopbackServer(without_version(app))
    await server.start()
    paths = {"/v25.0/me/messages": "/me/messages", "/me": "/me", "/voices/1": "/voices/1"}
    for given, expected in paths.items():
        assert (await http.get(server.url + given)).text == expected
    await server.stop()
