"""A contact centre under test: the real server on loopback, its time and its timers in our hands.

Routing passes and deadlines run when a test says so; nothing waits for a clock.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import httpx2
import websockets
from websockets.asyncio.client import ClientConnection

from rapport.api.context import Context
from rapport.application.access import hash_password
from rapport.application.offer_tasks import offer_tasks
from rapport.bootstrap import Node, running
from rapport.cli.serving import Server, server_of, traced
from rapport.settings import Settings
from rapport.storage.accounts.sessions import PostgresSessions
from rapport.storage.configuration_writer import Put, write_configuration
from rapport.stream.hub import Hub
from rapport.tracing.seams import Seams
from tests.replay import State, replayed_by_typescript

PASSWORD = "a-good-password"
SITE = "test-site"
ORIGIN = "https://shop.example"
Json = dict[str, Any]
PATIENCE_S = 30


@dataclass
class TestClock:
    """Time that passes when it is told to."""

    __test__ = False
    moment: datetime = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        self.moment += timedelta(microseconds=1)
        return self.moment

    def advance(self, **amount: float) -> None:
        self.moment += timedelta(**amount)


@dataclass
class Desktop:
    """An agent's browser: HTTP with the session's cookie, the stream, and a reducer's state."""

    http: httpx2.AsyncClient
    user_id: int
    csrf: str
    stream: ClientConnection
    state: State
    snapshot: Json
    hub: Hub
    frames: list[Json] = field(default_factory=list)

    async def send(self, method: str, path: str, body: Json | None = None) -> httpx2.Response:
        headers = {"X-CSRF-Token": self.csrf, "Idempotency-Key": secrets.token_hex(16)}
        return await self.http.request(method, f"/api/v1{path}", json=body, headers=headers)

    async def post(self, path: str, body: Json | None = None) -> Json:
        """A command that must succeed."""
        response = await self.send("POST", path, body or {})
        assert response.status_code == 200, response.text
        answer: Json = response.json()
        return answer

    async def refused(self, path: str, body: Json | None = None) -> tuple[int, str]:
        """A command that must not; status and code of the answer."""
        response = await self.send("POST", path, body or {})
        assert response.status_code >= 400, response.text
        return response.status_code, response.json()["error"]["code"]

    async def get(self, path: str) -> Json:
        response = await self.http.get(f"/api/v1{path}")
        assert response.status_code == 200, response.text
        answer: Json = response.json()
        return answer

    async def available(self) -> None:
        await self.post("/me/state", {"status": "available"})

    async def catch_up(self, position: str) -> None:
        """Apply events up to a position."""
        wanted = int(position.rsplit(".", 1)[1])
        async with asyncio.timeout(PATIENCE_S):
            while self.hub.pos < wanted:
                await asyncio.sleep(0.002)
            self.hub.pulse()
            while int(self.state.position.rsplit(".", 1)[1]) < wanted:
                frame = json.loads(await self.stream.recv())
                self.frames.append(frame)
                self.state.apply_frame(frame)

    def kinds(self) -> list[str]:
        """Kinds of all events so far."""
        return [e["kind"] for f in self.frames for e in f.get("events", [])]

    def task(self, task_id: int) -> Json:
        task: Json = self.state.tasks[task_id]
        return task


@dataclass
class VisitorPage:
    """A customer's page: the widget's protocol, spoken by hand."""

    http: httpx2.AsyncClient
    token: str
    socket: ClientConnection
    frames: list[Json] = field(default_factory=list)

    async def send(self, **frame: Any) -> None:
        await self.socket.send(json.dumps(frame))

    async def until(self, kind: str, **wanted: Any) -> Json:
        """The next frame of a type with these fields; others are kept in `frames`."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                frame: Json = json.loads(await self.socket.recv())
                self.frames.append(frame)
                if frame["type"] == kind and all(frame.get(k) == v for k, v in wanted.items()):
                    return frame

    async def start(self, text: str | None = "Hello", **fields: str) -> int:
        """Open a conversation; returns the first message's seq."""
        await self.send(
            type="start",
            id=secrets.token_hex(16),
            fields={"name": "Dana Example", **fields},
            text=text,
        )
        ack = await self.until("ack")
        await self.until("welcome")
        return ack["seq"] or 0

    async def say(self, text: str, frame_id: str | None = None) -> int:
        """Send a message; returns its seq."""
        frame_id = frame_id or secrets.token_hex(16)
        await self.send(type="message", id=frame_id, text=text)
        ack = await self.until("ack", id=frame_id)
        return int(ack["seq"])

    async def end(self) -> None:
        await self.send(type="end", id=secrets.token_hex(16))
        await self.until("ack")


@cache
def hashed_once() -> str:
    """Of the password that everybody has here: hashing it for each took an eighth of the suite."""
    return hash_password(PASSWORD)


class Centre:
    """The server under test with its configuration and everybody connected to it."""

    def __init__(self, node: Node, url: str, clock: TestClock) -> None:
        self.node = node
        self.url = url
        self.clock = clock
        self.ids: dict[str, int] = {}
        self.desktops: dict[str, Desktop] = {}
        self._open: list[Any] = []

    async def put(self, kind: str, name: str, spec: Json, sealed: Json | None = None) -> int:
        """Configure something; the id is also kept under its name."""
        box = self.node.vault.seal(sealed) if sealed else None
        existing = self.ids.get(name)
        change = Put(kind, name, spec, id=existing, secrets=box)
        written = await write_configuration(self.node.database, [change], None, self.clock.now())
        await self.node.configuration.refresh()
        self.ids[name] = written[0]
        return written[0]

    async def custom_account(self, secret: str) -> int:
        """A signed JSON channel that leads to a queue."""
        account = await self.put(
            "accounts", "custom", {"channel": "custom"}, {"signing_secret": secret}
        )
        entry = {"account": account, "queue": self.ids["sales"]}
        await self.put("entry_points", "custom entry", entry)
        return account

    async def person(self, login: str, *roles: str, **spec: Any) -> int:
        """A user with the test's password."""
        user_id = await self.put(
            "users", login.title(), {"login": login, "roles": list(roles) or ["agent"], **spec}
        )
        sessions = PostgresSessions(self.node.database)
        await sessions.set_password_hash(user_id, hashed_once(), self.clock.now())
        self.ids[login] = user_id
        return user_id

    async def sign_in(self, login: str, *, available: bool = True) -> Desktop:
        """Open a person's desktop: session, snapshot, stream."""
        http = httpx2.AsyncClient(base_url=self.url, timeout=PATIENCE_S)
        self._open.append(http)
        answer = await http.post("/api/v1/session", json={"login": login, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        snapshot = (await http.get("/api/v1/snapshot")).json()
        stream = await self.stream(http, snapshot["position"])
        desktop = Desktop(
            http,
            answer.json()["user"]["id"],
            answer.json()["csrf_token"],
            stream,
            State(snapshot),
            snapshot,
            self.node.context.hub,
        )
        hello = json.loads(await stream.recv())
        assert hello["type"] == "hello", hello
        self.desktops[login] = desktop
        if available:
            await desktop.available()
        return desktop

    async def stream(self, http: httpx2.AsyncClient, after: str) -> ClientConnection:
        """The live stream with the cookie of a client that, like a browser, always reads."""
        cookie = http.cookies["rapport_session"]
        socket = await websockets.connect(
            f"{self.url.replace('http', 'ws')}/api/v1/stream?after={after}",
            additional_headers={"Cookie": f"rapport_session={cookie}"},
            max_queue=None,
        )
        self._open.append(socket)
        return socket

    async def visitor(
        self, token: str | None = None, after: int = 0, identity: str | None = None
    ) -> VisitorPage:
        """A page with the widget open; `identity` is the site's word on who it is."""
        http = httpx2.AsyncClient(base_url=self.url, headers={"Origin": ORIGIN}, timeout=PATIENCE_S)
        self._open.append(http)
        asked = {"token": token, "identity": identity}
        session = (await http.post(f"/widget/v1/{SITE}/session", json=asked)).json()
        socket = await websockets.connect(
            f"{self.url.replace('http', 'ws')}/widget/v1/{SITE}/socket",
            origin=ORIGIN,
            max_queue=None,
        )
        self._open.append(socket)
        page = VisitorPage(http, session["token"], socket)
        await page.send(type="hello", token=page.token, after=after)
        await page.until("welcome")
        return page

    async def route(self) -> int:
        """Routing passes until nothing more can be offered."""
        made = 0
        while count := await offer_tasks(self.node.context.services, self.node.board):
            made += count
        return made

    async def offered(self) -> int:
        """Route until something has been offered.

        A conversation to which something comes in at this moment, such as its customer's name or
        page, is passed over and offered by the next pass.
        """
        async with asyncio.timeout(PATIENCE_S):
            while not (made := await self.route()):
                await asyncio.sleep(0.01)
        return made

    async def sweep(self) -> int:
        """Run what is due."""
        return await self.node.sweeper.sweep()

    async def settle(self) -> None:
        """Let every desktop catch up, and prove that it holds what a fresh snapshot holds."""
        for desktop in self.desktops.values():
            fresh = (await desktop.http.get("/api/v1/snapshot")).json()
            await desktop.catch_up(fresh["position"])
            wanted = State(fresh).normalised()
            assert desktop.state.normalised() == wanted
            assert await replayed_by_typescript(desktop.snapshot, desktop.frames) == wanted

    async def position(self) -> str:
        row = await self.node.database.pool.fetchrow(
            "SELECT stream_epoch, (SELECT coalesce(max(pos), 0) FROM stream_commit) AS pos"
            " FROM installation"
        )
        assert row is not None
        return f"{row['stream_epoch']}.{row['pos']}"

    def keep_open(self, connection: Any) -> None:
        """Close this connection when everybody leaves."""
        self._open.append(connection)

    async def close(self) -> None:
        """Everybody leaves."""
        for connection in self._open:
            with suppress(Exception):
                await (connection.aclose() if hasattr(connection, "aclose") else connection.close())


@asynccontextmanager
async def serving(
    dsn: str,
    data: Path,
    clock: TestClock,
    roles: frozenset[str] = frozenset({"api"}),
    public_url: str | None = None,
    more: Mapping[str, Any] | None = None,
) -> AsyncIterator[Centre]:
    """The real server on a loopback port of its own."""
    settings = Settings(
        data=data,
        port=0,
        secret_key="k" * 40,
        public_url=public_url,
        private_networks="127.0.0.0/8",
        provider_timeout_s=1.5,
        **(more or {}),
    )
    async with (
        traced(settings, roles) as seams,
        _served(settings, dsn, clock, roles, seams) as centre,
    ):
        yield centre


@asynccontextmanager
async def _served(
    settings: Settings, dsn: str, clock: TestClock, roles: frozenset[str], seams: Seams
) -> AsyncIterator[Centre]:
    nodes: list[Node] = []

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[Context]:
        async with running(settings, dsn, roles, clock, seams) as node:
            nodes.append(node)
            yield node.context

    server: Server = server_of(settings, lifespan, seams)
    serving_task = asyncio.create_task(server.serve())
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not server.started:
                if serving_task.done():
                    await serving_task
                await asyncio.sleep(0.005)
        port = server.servers[0].sockets[0].getsockname()[1]
        centre = Centre(nodes[0], f"http://127.0.0.1:{port}", clock)
        yield centre
        await centre.close()
    finally:
        server.should_exit = True
        await serving_task


async def furnish(centre: Centre) -> None:
    """Two teams, three agents, a supervisor, two queues, reasons, a website."""
    await centre.put("settings", "settings", {"company": "Test"})
    await centre.put("profiles", "profile", {"chat": 3, "email": 2, "social": 2})
    await centre.put("teams", "team", {})
    await centre.put("idle_codes", "Break", {"default": True})
    await centre.put("idle_codes", "Lunch", {})
    for login in ("ana", "ben", "cleo"):
        await centre.person(
            login, "agent", teams=[centre.ids["team"]], profile=centre.ids["profile"]
        )
    await centre.person("sam", "agent", "supervisor", profile=centre.ids["profile"])
    await centre.put(
        "queues",
        "sales",
        {
            "channels": ["webchat", "whatsapp", "messenger", "sms", "email", "custom"],
            "offer_s": 30,
        },
    )
    await centre.put(
        "queues",
        "help",
        {
            "channels": ["webchat", "whatsapp", "messenger", "sms", "email"],
            "self_assign": True,
        },
    )
    await centre.put("reasons", "Sold", {"default": True})
    await centre.put("reasons", "Asked", {})
    await centre.put(
        "accounts",
        "site",
        {
            "channel": "webchat",
            "webchat": {
                "site_key": SITE,
                "allowed_origins": [ORIGIN],
                "fields": [
                    {"name": "name", "label": "Name", "required": True},
                    {"name": "email", "label": "E-mail", "kind": "email"},
                ],
            },
        },
    )
    await centre.put(
        "entry_points",
        "entry",
        {"account": centre.ids["site"], "queue": centre.ids["sales"]},
    )
