"""Traces of a started node, as a real OTLP receiver gets them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from rapport.api.sockets import Receive, Scope, Send
from rapport.cli.bench.subject import running_node
from rapport.domain.message import InboundMessage
from rapport.settings import Settings
from rapport.storage.secrets import Vault
from rapport.storage.spool import Spool
from rapport.tracing.opening import opened_tracing
from tests.centre import PASSWORD, Centre, TestClock, furnish, serving
from tests.journeys.other_system import other_system
from tests.journeys.providers import DANA, GRAPH, whatsapp
from tests.journeys.test_outbox import SECRET, deliver
from tests.journeys.test_webhooks import endpoint
from tests.journeys.test_workflows import chat, trigger, workflow
from tests.tracing.receiver import collecting
from tests.tracing.spans import bytes_of, one, resource_of, sent_to

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
WEBHOOK = "POST /webhooks/{channel}/{account}"


@asynccontextmanager
async def traced_centre(database: str, data: Path, collector: str) -> AsyncIterator[Centre]:
    """A furnished centre whose spans have all been sent when it has ended."""
    more = {"tracing": collector}
    async with serving(database, data, TestClock(), more=more) as centre:
        await furnish(centre)
        yield centre
        await centre.settle()


def body(external_id: str) -> bytes:
    return b'{"messages": [{"id": "%b", "from": "+100", "text": "Hi"}]}' % external_id.encode()


async def test_from_a_webhook_to_an_answer(database: str, tmp_path: Path) -> None:
    # Seed: "Prometheus metrics with a dashboard definition and alert rules, OpenTelemetry as an
    # extra"
    with collecting() as collector:
        async with traced_centre(database, tmp_path, collector.url) as centre:
            message_id = await a_conversation(centre)
        spans = sent_to(collector)

    came = one(spans, WEBHOOK, rapport__messages=1)
    account = came.attributes["rapport.account.id"]
    assert came.attributes == {
        "http.request.method": "POST",
        "http.route": "/webhooks/{channel}/{account}",
        "http.response.status_code": 200,
        "rapport.channel": "whatsapp",
        "rapport.account.id": account,
        "rapport.outcome": "stored",
        "rapport.messages": 1,
        "rapport.duplicates": 0,
        "rapport.receipts": 0,
    }
    assert came.parent == "", "a provider's trace is not ours"
    waited = one(spans, "ingest")
    assert (waited.parent, waited.trace) == (came.id, came.trace)
    assert waited.attributes["rapport.waited_s"] >= 0
    assert waited.attributes["rapport.commit_s"] > 0
    batch = one(spans, "ingest.batch")
    assert (batch.parent, batch.trace) == (waited.id, came.trace)
    assert batch.attributes["rapport.batch.size"] == 1

    asked = one(spans, "POST /api/v1/tasks/{task_id}/messages")
    assert (asked.trace, asked.parent) == (TRACE, PARENT)
    assert asked.attributes == {
        "http.request.method": "POST",
        "http.route": "/api/v1/tasks/{task_id}/messages",
        "http.response.status_code": 200,
    }
    (written,) = [s for s in spans if s.parent == asked.id]
    assert written.name == "transaction"
    assert written.attributes["code.function.name"].startswith("rapport.application.send_message")
    refused = one(spans, "POST /api/v1/tasks/{task_id}/accept", http__response__status_code=409)
    assert refused.attributes["rapport.code"] == "already_accepted"

    sent = one(spans, "outbox.send", rapport__message__id=message_id)
    assert sent.attributes == {
        "rapport.channel": "whatsapp",
        "rapport.account.id": account,
        "rapport.message.id": message_id,
        "rapport.part": 0,
        "rapport.outcome": "sent",
    }
    delivered = [s for s in spans if s.name == WEBHOOK and s.attributes["rapport.receipts"]]
    assert {s.attributes["rapport.outcome"] for s in delivered} == {"stored"}
    assert all(s.events == 0 and s.message == "" for s in spans)

    resource = resource_of(collector)
    assert resource["service.name"] == "rapport"
    assert resource["service.version"] == "0.1.0"
    assert resource["rapport.node.roles"] == ["api"]
    assert resource["service.instance.id"]


async def test_nothing_of_anybody_is_in_them(database: str, tmp_path: Path) -> None:
    # Seed: "message bodies never in logs"
    with collecting() as collector:
        async with traced_centre(database, tmp_path, collector.url) as centre:
            await a_conversation(centre)
            ana = centre.desktops["ana"]
            session, csrf = ana.http.cookies["rapport_session"], ana.csrf
        everything = bytes_of(collector)
    assert b"/api/v1/tasks/{task_id}/messages" in everything
    for never in (
        "stolen", "blocking", "a-question", "a-state", "Dana", DANA, PASSWORD, session, csrf,
        GRAPH.access_token, GRAPH.app_secret, GRAPH.verify_token, "python-httpx", "127.0.0.1:",
    ):  # fmt: skip
        assert never.encode() not in everything.replace(collector.url[7:].encode(), b""), never


async def a_conversation(centre: Centre) -> int:
    """A customer writes, an agent answers in a trace of their own; the answer's message."""
    async with whatsapp(centre) as connected:
        dana = connected.provider.customer(DANA)
        await dana.says("My card was stolen")
        await connected.provider.settle()
        ana, task_id = await connected.accepted()
        # "X has joined" goes first.
        await connected.deliver()
        ana.http.headers.update(
            {"traceparent": f"00-{TRACE}-{PARENT}-01", "tracestate": "vendor=a-state"}
        )
        sent = await ana.post(f"/tasks/{task_id}/messages", {"text": "I am blocking it"})
        del ana.http.headers["traceparent"]
        question = f"/tasks/{task_id}/accept?word=a-question"
        assert await ana.refused(question) == (409, "already_accepted")
        await connected.deliver()
        message_id: int = sent["message"]["id"]
        return message_id


async def test_what_comes_of_a_webhook(database: str, tmp_path: Path) -> None:
    with collecting() as collector:
        async with traced_centre(database, tmp_path, collector.url) as centre:
            account = await centre.custom_account(SECRET)
            assert (await deliver(centre, account, body("m1"))).status_code == 200
            assert (await deliver(centre, account, body("m1"))).status_code == 200
            assert (await deliver(centre, account, body("m2"), "sha256=00")).status_code == 401
            assert (await deliver(centre, account, b"{}")).status_code == 200
            async with httpx2.AsyncClient(base_url=centre.url) as client:
                await client.post("/webhooks/a-word/a-name", content=b"x")
                await client.get("/healthz")
                await client.get("/metrics")
        spans = sent_to(collector)
        told = [s.attributes for s in spans if s.name == WEBHOOK]
        assert [(a["rapport.outcome"], a.get("rapport.code")) for a in told] == [
            ("stored", None),
            ("duplicate", None),
            ("refused", "signature_invalid"),
            ("ignored", None),
            ("refused", "unknown_account"),
        ]
        assert "rapport.channel" not in told[-1]
        assert b"a-word" not in bytes_of(collector)
        assert not [s for s in spans if "healthz" in s.name or "metrics" in s.name]


async def test_one_batch_serves_many_requests(database: str, tmp_path: Path) -> None:
    with collecting() as collector:
        async with traced_centre(database, tmp_path, collector.url) as centre:
            account = await centre.custom_account(SECRET)
            inbox = centre.node.context.inbox
            at = centre.clock.now()
            said = [
                InboundMessage(external_id=f"m{n}", contact_key="+100", text="Hi", sent_at=at)
                for n in range(3)
            ]
            # Handed in in one turn of the loop, and of one customer: one writer takes all three.
            await asyncio.gather(*(inbox.submit(account, [message]) for message in said))
        spans = sent_to(collector)
    waiting = [s for s in spans if s.name == "ingest"]
    batches = [s for s in spans if s.name == "ingest.batch"]
    assert len(waiting) == 3
    (batch,) = batches
    assert batch.attributes["rapport.batch.size"] == 3
    assert {batch.parent, *batch.links} == {s.id for s in waiting}
    assert all(s.attributes["rapport.batch.size"] == 3 for s in waiting)


async def test_other_systems_are_told_the_trace(database: str, tmp_path: Path) -> None:
    with collecting() as collector:
        async with (
            other_system((200, {"a": 1})) as system,
            traced_centre(database, tmp_path, collector.url) as centre,
        ):
            workflow_id = await workflow(centre, system)
            endpoint_id = await endpoint(centre, system)
            ana, task_id, _page = await chat(centre)
            await trigger(ana, task_id, workflow_id)
            assert await centre.node.workflows.run_due() == 1
            assert await centre.node.webhooks.run_due() == 1
        spans = sent_to(collector)
        asked, hooked = system.asked
    call = one(spans, "workflow.call", rapport__workflow__id=workflow_id)
    assert asked.headers["traceparent"].startswith(f"00-{call.trace}-{call.id}-")
    assert call.attributes["http.response.status_code"] == 200
    assert call.attributes["rapport.outcome"] == "answered"
    told = one(spans, "webhook.deliver", rapport__endpoint__id=endpoint_id)
    assert hooked.headers["traceparent"].startswith(f"00-{told.trace}-{told.id}-")
    assert told.attributes["rapport.event"] == "message.received"
    for one_asked in (asked, hooked):
        assert not {"tracestate", "baggage"} & set(one_asked.headers)
    assert b"KC-1" not in bytes_of(collector)
    assert b"t0ken" not in bytes_of(collector)


async def test_providers_are_not(database: str, tmp_path: Path) -> None:
    with collecting() as collector:
        async with (
            other_system((200, {"id": "x"})) as provider,
            traced_centre(database, tmp_path, collector.url) as centre,
        ):
            account = await centre.custom_account(SECRET)
            spec = {"channel": "custom", "settings": {"callback_url": provider.url}}
            await centre.put("accounts", "custom", spec, {"signing_secret": SECRET})
            assert (await deliver(centre, account, body("m1"))).status_code == 200
            ana = await centre.sign_in("ana")
            await centre.offered()
            await ana.catch_up(await centre.position())
            await ana.post(f"/tasks/{max(ana.state.tasks)}/accept")
            await ana.post(f"/tasks/{max(ana.state.tasks)}/messages", {"text": "Hello"})
            await centre.node.postman.deliver()
        assert one(sent_to(collector), "outbox.send").attributes["rapport.outcome"] == "sent"
        (asked,) = provider.asked
        assert "traceparent" not in asked.headers


async def test_a_node_that_is_stopped_sends_its_last_spans(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with collecting() as collector:
        monkeypatch.setenv("RAPPORT_TRACING", collector.url)
        # Nothing leaves before the end.
        monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "600000")
        async with running_node(tmp_path, "api", database) as (process, port):
            async with httpx2.AsyncClient(timeout=30) as client:
                await client.get(f"http://127.0.0.1:{port}/api/v1/session")
            assert collector.asked == []
        # As by a signal that it has caught.
        assert process.returncode == 0
        asked = one(sent_to(collector), "GET /api/v1/session")
        assert asked.attributes["http.response.status_code"] == 401
        assert asked.attributes["rapport.code"] == "not_signed_in"
        assert resource_of(collector)["rapport.node.roles"] == ["api"]


async def test_what_is_spooled(tmp_path: Path) -> None:
    spool = Spool(tmp_path, Vault(b"k" * 40))

    async def keeping(_scope: Scope, _receive: Receive, send: Send) -> None:
        await spool.keep(7, b"a request")
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def nothing(*_: object) -> Any: ...

    scope = {"type": "http", "path": "/webhooks/sms/7", "method": "POST", "headers": []}
    with collecting() as collector:
        settings = Settings(tracing=collector.url)
        async with opened_tracing(settings, frozenset({"api"}), {}) as seams:
            assert seams.spool(spool) is spool
            await seams.application(keeping)(scope, nothing, nothing)
        (told,) = sent_to(collector)
    assert told.attributes["rapport.outcome"] == "spooled"
    assert spool.depth == 1
