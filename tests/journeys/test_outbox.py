"""Messages on their way out by the custom channel: order, retry, unknown outcomes."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx2

from tests.centre import Centre, Desktop

SECRET = "a-signing-secret"
Answer = Callable[[dict[str, Any]], bytes | None]


class Receiver:
    """A business's own endpoint on a real socket; answers as the test says."""

    def __init__(self) -> None:
        self.received: list[dict[str, Any]] = []
        self.answers: list[bytes | None] = []
        self.url = ""

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
        body = await reader.readexactly(
            int({k.lower(): v for k, v in headers.items()}["content-length"])
        )
        given = {k.lower(): v for k, v in headers.items()}["x-rapport-signature"]
        assert given == "sha256=" + hmac.digest(SECRET.encode(), body, hashlib.sha256).hex()
        message = json.loads(body)
        self.received.append(message)
        answer = self.answers.pop(0) if self.answers else b"200 OK"
        if answer is not None:
            reply = json.dumps({"id": f"ext-{message['id']}"}).encode()
            writer.write(
                b"HTTP/1.1 %b\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%b"
                % (answer, len(reply), reply)
            )
            await writer.drain()
        writer.close()


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    server = await asyncio.start_server(receiver.handle, "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    try:
        yield receiver
    finally:
        server.close()
        await server.wait_closed()


async def custom_task(centre: Centre, receiver: Receiver) -> tuple[Desktop, int]:
    """A conversation on the custom channel that Ana has accepted."""
    account = await centre.put(
        "accounts",
        "custom",
        {"channel": "custom", "settings": {"callback_url": receiver.url}},
        {"signing_secret": SECRET},
    )
    await centre.put(
        "entry_points", "custom entry", {"account": account, "queue": centre.ids["sales"]}
    )
    body = json.dumps({"messages": [{"id": "m1", "from": "+100", "text": "Hi"}]}).encode()
    assert (await deliver(centre, account, body)).status_code == 200
    ana = await centre.sign_in("ana")
    assert await centre.route() == 1
    await ana.catch_up(await centre.position())
    (task_id,) = ana.state.tasks
    await ana.post(f"/tasks/{task_id}/accept")
    return ana, task_id


async def deliver(
    centre: Centre, account: int, body: bytes, signature: str | None = None
) -> httpx2.Response:
    signed = "sha256=" + hmac.digest(SECRET.encode(), body, hashlib.sha256).hex()
    # A query that a dying database never answers is given up after 30 s; then the spool takes it.
    async with httpx2.AsyncClient(timeout=60) as client:
        return await client.post(
            f"{centre.url}/webhooks/custom/{account}",
            content=body,
            headers={"X-Rapport-Signature": signed if signature is None else signature},
        )


async def statuses(centre: Centre, desktop: Desktop, task_id: int) -> list[tuple[str, str]]:
    await desktop.catch_up(await centre.position())
    conversation = desktop.task(task_id)["conversation_id"]
    thread = await desktop.get(f"/conversations/{conversation}/messages")
    return [(m["text"], m["status"]) for m in thread["items"] if m["direction"] == "outbound"]


async def test_sent_in_order_and_receipted(centre: Centre) -> None:
    async with receiving() as receiver:
        ana, task_id = await custom_task(centre, receiver)
        for text in ("one", "two", "three"):
            await ana.post(f"/tasks/{task_id}/messages", {"text": text})
        while len(receiver.received) < 3:
            await centre.node.postman.deliver()
        assert [m["text"] for m in receiver.received] == ["one", "two", "three"]
        assert await statuses(centre, ana, task_id) == [
            ("one", "sent"),
            ("two", "sent"),
            ("three", "sent"),
        ]


async def test_a_rejected_message_lets_the_next_go_and_an_unknown_is_not_repeated(
    centre: Centre,
) -> None:
    async with receiving() as receiver:
        ana, task_id = await custom_task(centre, receiver)
        receiver.answers = [b"400 Bad Request", None, b"200 OK"]
        for text in ("refused", "lost", "fine"):
            await ana.post(f"/tasks/{task_id}/messages", {"text": text})
        while len(receiver.received) < 3:
            await centre.node.postman.deliver()
        assert await centre.node.postman.deliver() == 0
        assert len({m["id"] for m in receiver.received}) == 3
        assert await statuses(centre, ana, task_id) == [
            ("refused", "failed"),
            ("lost", "unknown"),
            ("fine", "sent"),
        ]


async def test_a_failed_message_is_sent_again_as_the_same_one(centre: Centre) -> None:
    async with receiving() as receiver:
        ana, task_id = await custom_task(centre, receiver)
        receiver.answers = [b"400 Bad Request", None, b"200 OK", b"200 OK"]
        for text in ("refused", "lost"):
            await ana.post(f"/tasks/{task_id}/messages", {"text": text})
        while len(receiver.received) < 2:
            await centre.node.postman.deliver()
        failed = [("refused", "failed"), ("lost", "unknown")]
        assert await statuses(centre, ana, task_id) == failed
        ids = [m["id"] for m in receiver.received]
        for message_id in ids:
            answer = await ana.post(f"/tasks/{task_id}/messages/{message_id}/retry")
            assert (answer["message"]["status"], answer["message"]["error"]) == ("queued", None)
            again = await ana.refused(f"/tasks/{task_id}/messages/{message_id}/retry")
            assert again == (409, "not_failed")
        while len(receiver.received) < 4:
            await centre.node.postman.deliver()
        assert [m["id"] for m in receiver.received] == [*ids, *ids]
        sent = [("refused", "sent"), ("lost", "sent")]
        assert await statuses(centre, ana, task_id) == sent, "no copies in the thread"
        assert await ana.refused(f"/tasks/{task_id}/messages/77/retry") == (
            404,
            "message_not_found",
        )


async def test_what_could_not_leave_for_a_day_is_given_up_and_may_be_sent_again(
    centre: Centre,
) -> None:
    async with receiving() as receiver:
        ana, task_id = await custom_task(centre, receiver)
        away = b"503 Service Unavailable"
        receiver.answers = [away, away, away, away, b"200 OK"]
        sent = [
            (await ana.post(f"/tasks/{task_id}/messages", {"text": text}))["message"]["id"]
            for text in ("first", "second")
        ]
        await centre.node.postman.deliver()
        centre.clock.advance(seconds=86_400)
        ana = await centre.sign_in("ana")

        async def after_another_try() -> list[str]:
            await ana.post(f"/tasks/{task_id}/send-now")
            await centre.node.postman.deliver()
            return [status for _, status in await statuses(centre, ana, task_id)]

        assert await after_another_try() == ["failed", "queued"]
        await ana.post(f"/tasks/{task_id}/messages/{sent[0]}/retry")
        assert await after_another_try() == ["queued", "failed"]
        dead = await centre.node.database.pool.fetchval(
            "SELECT array_agg(message_id) FROM outbox_dead"
        )
        assert dead == [sent[1]]
        # It waits since it was sent again: one more fault is not its end.
        assert await after_another_try() == ["queued", "failed"]
        assert await after_another_try() == ["sent", "failed"]


async def test_a_throttled_message_holds_those_behind_it(centre: Centre) -> None:
    async with receiving() as receiver:
        ana, task_id = await custom_task(centre, receiver)
        receiver.answers = [b"429 Too Many Requests"]
        await ana.post(f"/tasks/{task_id}/messages", {"text": "first"})
        await ana.post(f"/tasks/{task_id}/messages", {"text": "second"})
        while not receiver.received:
            await centre.node.postman.deliver()
        assert await centre.node.postman.deliver() == 0
        assert await statuses(centre, ana, task_id) == [("first", "queued"), ("second", "queued")]
        # The pause is by the database's clock: let it be over.
        await centre.node.database.pool.execute("UPDATE outbox_lane SET due = now()")
        while len(receiver.received) < 3:
            await centre.node.postman.deliver()
        assert [m["text"] for m in receiver.received] == ["first", "first", "second"]


async def test_webhooks_without_a_valid_signature_store_nothing(centre: Centre) -> None:
    async with receiving() as receiver:
        account = await centre.put(
            "accounts",
            "custom",
            {"channel": "custom", "settings": {"callback_url": receiver.url}},
            {"signing_secret": SECRET},
        )
        body = json.dumps({"messages": [{"id": "x", "from": "y", "text": "z"}]}).encode()
        assert (await deliver(centre, account, body, "sha256=00")).status_code == 401
        assert (await deliver(centre, account, body, "")).status_code == 401
        assert (await deliver(centre, account, b"{")).status_code == 400
        assert (await deliver(centre, 1, body)).status_code == 404
        count = await centre.node.database.pool.fetchval("SELECT count(*) FROM message")
        assert count == 0


async def test_the_same_delivery_twice_is_one_message(centre: Centre) -> None:
    async with receiving() as receiver:
        ana, task_id = await custom_task(centre, receiver)
        account = centre.ids["custom"]
        again = json.dumps(
            {
                "messages": [
                    {"id": "m1", "from": "+100", "text": "Hi"},
                    {"id": "m2", "from": "+100", "text": "There"},
                    {"id": "m2", "from": "+100", "text": "There"},
                ]
            }
        ).encode()
        answers = await asyncio.gather(*(deliver(centre, account, again) for _ in range(8)))
        assert {a.status_code for a in answers} == {200}
        await ana.catch_up(await centre.position())
        conversation = ana.task(task_id)["conversation_id"]
        thread = await ana.get(f"/conversations/{conversation}/messages")
        inbound = [m["text"] for m in thread["items"] if m["direction"] == "inbound"]
        assert inbound == ["Hi", "There"]
