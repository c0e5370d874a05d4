"""The simulated visitor against a peer of a few lines, over a real socket."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from websockets.asyncio.server import ServerConnection, serve

from rapport_simulators.visitor import Conversation, Refused, Visitor, VisitorMessage

Frame = dict[str, Any]
SITE = {"fields": [], "open": True}


def message(seq: int, author: str = "agent", text: str = "", **more: Any) -> Frame:
    return {"seq": seq, "author": author, "text": text or f"m{seq}", **more}


class Peer:
    """Answers hello with what it holds, and any request by what the test says."""

    def __init__(self) -> None:
        self.held: list[Frame] = []
        self.frames: list[Frame] = []
        self.socket: ServerConnection | None = None
        self.asked = asyncio.Event()
        self.page = 50
        self.answer: Callable[[Frame], Frame | None] = lambda frame: {
            "type": "ack",
            "id": frame["id"],
            "seq": 1,
        }

    async def handle(self, socket: ServerConnection) -> None:
        self.socket = socket
        async for text in socket:
            frame = json.loads(text)
            self.frames.append(frame)
            if frame["type"] == "hello":
                after = [m for m in self.held if m["seq"] > frame["after"]]
                await self.push(
                    type="welcome",
                    conversation={"state": "active", "agents": [{"name": "Robin"}]},
                    messages=after[-self.page :],
                    more=len(after) > self.page,
                    heartbeat_s=20,
                )
            elif frame["type"] == "history":
                before = [m for m in self.held if m["seq"] < frame["before"]]
                await self.push(
                    type="history",
                    messages=before[-self.page :],
                    more=len(before) > self.page,
                )
            elif "id" in frame:
                self.asked.set()
                if answer := self.answer(frame):
                    await self.push(**answer)

    async def push(self, **frame: Any) -> None:
        assert self.socket is not None
        await self.socket.send(json.dumps(frame))

    def of(self, kind: str) -> list[Frame]:
        return [frame for frame in self.frames if frame["type"] == kind]


@asynccontextmanager
async def visiting(
    peer: Peer, session: Callable[[httpx2.Request], httpx2.Response] | None = None
) -> AsyncIterator[Visitor]:
    def opened(_request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, json={"token": "t1", "site": SITE, "conversation": None})

    transport = httpx2.MockTransport(session or opened)
    async with (
        serve(peer.handle, "127.0.0.1", 0) as server,
        httpx2.AsyncClient(transport=transport) as http,
    ):
        port = server.sockets[0].getsockname()[1]
        visitor = Visitor(f"http://127.0.0.1:{port}", "demo", seed=1, http=http)
        try:
            yield visitor
        finally:
            await visitor.close()


def test_a_message_with_only_the_necessary_fields_can_be_read() -> None:
    assert VisitorMessage.read({"seq": 1, "author": "system", "text": None, "new": 1}).text == ""
    assert Conversation.read(None) is None
    assert Conversation.read({"state": "waiting"}) == Conversation("waiting")


async def test_hello_comes_first_and_requests_wait_for_the_welcome() -> None:
    peer = Peer()
    async with visiting(peer) as visitor:
        await visitor.connect()
        assert await visitor.start({"name": "Alex Example"}, "hi") == 1
        assert [frame["type"] for frame in peer.frames] == ["hello", "start"]
        assert visitor.conversation == Conversation("active", ("Robin",))


async def test_an_unanswered_message_is_sent_again_under_the_same_id() -> None:
    peer = Peer()
    peer.answer = lambda _frame: None
    async with visiting(peer) as visitor:
        await visitor.connect()
        sending = asyncio.create_task(visitor.send("hello"))
        await peer.asked.wait()
        await visitor.drop()
        assert not visitor.connected
        peer.answer = lambda frame: {"type": "ack", "id": frame["id"], "seq": 7}
        await visitor.reconnect()
        assert await sending == 7
        first, second = peer.of("message")
        assert first == second


async def test_it_comes_back_by_itself_and_resumes_where_it_was() -> None:
    peer = Peer()
    peer.held = [message(1), message(2)]
    async with visiting(peer) as visitor:
        await visitor.connect()
        peer.held.append(message(3))
        assert peer.socket is not None
        await peer.socket.close(1012)
        await visitor.wait_for_message("m3")
        assert [frame["after"] for frame in peer.of("hello")] == [0, 2]
        assert visitor.connections == 2
        assert [m.seq for m in visitor.received] == [1, 2, 3]


async def test_what_is_delivered_twice_is_held_once_and_counted() -> None:
    peer = Peer()
    async with visiting(peer) as visitor:
        await visitor.connect()
        for _ in range(2):
            await peer.push(type="message", message=message(1, text="once"))
        await peer.push(type="message", message=message(2, text="end"))
        await visitor.wait_for_message("end")
        assert [m.text for m in visitor.received] == ["once", "end"]
        assert visitor.repeats == 1


async def test_more_than_a_page_that_was_missed_is_fetched_completely() -> None:
    peer = Peer()
    peer.page = 2
    peer.held = [message(1)]
    async with visiting(peer) as visitor:
        await visitor.connect()
        await visitor.drop()
        peer.held += [message(seq) for seq in range(2, 8)]
        await visitor.reconnect()
        await visitor.wait_for_message("m2")
        assert [m.seq for m in visitor.received] == list(range(1, 8))


async def test_an_acknowledgement_without_a_number_waits_for_the_message() -> None:
    peer = Peer()
    peer.answer = lambda frame: {"type": "ack", "id": frame["id"], "seq": None}
    async with visiting(peer) as visitor:
        await visitor.connect()
        sending = asyncio.create_task(visitor.send("", [1], request_id="file-message"))
        await peer.asked.wait()
        await peer.push(type="message", message=message(4, "customer", id="file-message"))
        assert await sending == 4


async def test_a_refusal_is_raised_with_its_code() -> None:
    peer = Peer()
    peer.answer = lambda frame: {
        "type": "refused",
        "id": frame["id"],
        "code": "over_limit",
        "message": "Too long.",
    }
    async with visiting(peer) as visitor:
        await visitor.connect()
        with pytest.raises(Refused, match="over_limit") as refusal:
            await visitor.send("x" * 2000)
        assert refusal.value.code == "over_limit"


async def test_a_refused_session_says_why() -> None:
    def refuse(_request: httpx2.Request) -> httpx2.Response:
        error = {"code": "origin_refused", "message": "Not from here."}
        return httpx2.Response(403, json={"error": error})

    async with visiting(Peer(), refuse) as visitor:
        with pytest.raises(Refused) as refusal:
            await visitor.connect()
        assert refusal.value.code == "origin_refused"


async def test_waiting_ends_when_nothing_comes() -> None:
    async with visiting(Peer()) as visitor:
        await visitor.connect()
        with pytest.raises(TimeoutError):
            await visitor.wait_for_message("never", timeout_s=0.05)
