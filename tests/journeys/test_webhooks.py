"""Webhooks against a real HTTP server: signed, retried, in order, never lost, never in silence."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from rapport.cli.bench.subject import answers
from rapport.domain.webhooks import Answer
from rapport.storage.embedded.endpoint import free_port
from tests.centre import PATIENCE_S, Centre, Json, VisitorPage, furnish, serving
from tests.centre import TestClock as Clock
from tests.configuration.administrator import Administrator, error, paths
from tests.journeys.other_system import Asked, OtherSystem, other_system

SECRET = "a-signing-secret"
GOOD = (200, b"thanks")


async def endpoint(centre: Centre, system: OtherSystem, name: str = "CRM", **spec: Any) -> int:
    whole = {"url": f"{system.url}/hook", "events": ["message.received"], **spec}
    return await centre.put("webhooks", name, whole, {"signing_secret": SECRET})


async def root_of(centre: Centre) -> Administrator:
    await centre.person("root", "administrator")
    return await Administrator.sign_in(centre, "root")


async def said(centre: Centre, *texts: str) -> VisitorPage:
    page = await centre.visitor()
    await page.start(texts[0])
    for text in texts[1:]:
        await page.say(text)
    return page


async def due_now(centre: Centre) -> None:
    """As if the pauses, and the leases of workers that have gone, had passed."""
    pool = centre.node.database.pool
    await pool.execute("UPDATE webhook_delivery SET due = '2000-01-01' WHERE state = 'pending'")
    await pool.execute("UPDATE webhook_delivery SET lease_until = '2000-01-01'")
    await pool.execute("UPDATE webhook_state SET hold_until = NULL")


async def deliveries(root: Administrator, endpoint_id: int, query: str = "") -> list[Json]:
    answer = await root.send("GET", f"/webhooks/{endpoint_id}/deliveries{query}")
    assert answer.status_code == 200, answer.text
    items: list[Json] = answer.json()["items"]
    return items


async def health(root: Administrator) -> Json:
    (one,) = (await root.send("GET", "/webhooks")).json()["items"]
    found: Json = one
    return found


def delivery_ids(system: OtherSystem) -> list[str]:
    return [one.headers["x-rapport-delivery"] for one in system.asked]


def signed(asked: Asked, secret: str = SECRET) -> bool:
    stamp, *marks = asked.headers["x-rapport-signature"].split(",")
    body = stamp.removeprefix("t=").encode() + b"." + asked.body
    return f"v1={hmac.digest(secret.encode(), body, hashlib.sha256).hex()}" in marks


async def test_told_signed_and_with_ids_only(centre: Centre) -> None:
    async with other_system(GOOD) as system:
        await said(centre, "Before there was an endpoint")
        endpoint_id = await endpoint(centre, system)
        await said(centre, "My name is Dana and this is a secret")
        assert await centre.node.webhooks.run_due() == 1
        assert await centre.node.webhooks.run_due() == 0
        (asked,) = system.asked
        assert (asked.method, asked.path) == ("POST", "/hook")
        assert signed(asked)
        told = asked.json
        assert (told["version"], told["type"]) == (1, "message.received")
        assert told["id"] == asked.headers["x-rapport-delivery"]
        assert told["data"]["channel"] == "webchat"
        assert told["data"]["direction"] == "inbound"
        assert told["data"]["queue_id"] == centre.ids["sales"]
        assert {"conversation_id", "message_id", "task_id", "contact_id"} <= told["data"].keys()
        assert b"Dana" not in asked.body
        assert b"secret" not in asked.body
        root = await root_of(centre)
        (row,) = await deliveries(root, endpoint_id)
        assert (row["state"], row["status"], row["attempts"]) == ("delivered", 200, 1)
        whole = (await root.send("GET", f"/webhooks/{endpoint_id}/deliveries/{row['id']}")).json()
        assert whole["answer"] == "thanks"
        assert whole["body"].encode() == asked.body
        assert (await health(root))["state"] == "ok"


async def test_only_what_is_asked_for(centre: Centre) -> None:
    async with other_system(GOOD) as system:
        await endpoint(centre, system, events=["task.queued"], queues=[centre.ids["help"]])
        await endpoint(centre, system, "All", events=[], channels=["webchat"])
        await endpoint(centre, system, "Other", events=[], channels=["sms"])
        await said(centre, "Hello", "again")
        while await centre.node.webhooks.run_due():
            pass
        kinds = [one.headers["x-rapport-event"] for one in system.asked]
        assert kinds.count("message.received") == 2
        assert kinds.count("task.queued") == 1


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((500, {}), "status_500"),
        ((404, {}), "status_404"),
        ((302, {}), "redirected"),
        (None, "timed_out"),
        ("reset", "unreachable"),
    ],
)
async def test_a_failure_is_tried_again_under_the_same_id(
    centre: Centre, answer: Any, reason: str
) -> None:
    first = GOOD if answer == "reset" else answer
    async with other_system(first, GOOD) as system:
        system.reset = answer == "reset"
        endpoint_id = await endpoint(centre, system, timeout_s=1 if answer is None else 30)
        await said(centre, "Hello")
        await centre.node.webhooks.run_due()
        root = await root_of(centre)
        (row,) = await deliveries(root, endpoint_id)
        assert (row["state"], row["reason"]) == ("pending", reason)
        assert row["next_attempt_at"]
        assert (await health(root))["state"] == "failing"
        assert await centre.node.webhooks.run_due() == 0, "not before its time"
        system.reset = False
        await due_now(centre)
        assert await centre.node.webhooks.run_due() == 1
        (row,) = await deliveries(root, endpoint_id)
        assert (row["state"], row["attempts"]) == ("delivered", 2)
        assert len(set(delivery_ids(system))) == 1
        assert [one.headers["x-rapport-attempt"] for one in system.asked] == ["1", "2"]
        assert all(one.path == "/hook" for one in system.asked), "no redirect is followed"


@pytest.mark.parametrize("dated", [False, True])
async def test_who_asks_to_be_left_alone_is(centre: Centre, dated: bool) -> None:
    async with other_system((429, {}), GOOD) as system:
        later = centre.clock.now() + timedelta(hours=2)
        system.headers = {"Retry-After": format_datetime(later, usegmt=True) if dated else "7200"}
        endpoint_id = await endpoint(centre, system)
        await said(centre, "Hello")
        await centre.node.webhooks.run_due()
        await said(centre, "Another conversation")
        assert await centre.node.webhooks.run_due() == 0, "nothing else is sent meanwhile"
        root = await root_of(centre)
        (_, row) = await deliveries(root, endpoint_id)
        tried, then = (datetime.fromisoformat(row[k]) for k in ("tried_at", "next_attempt_at"))
        assert timedelta(minutes=119) < then - tried < timedelta(minutes=121)


async def test_in_the_order_of_the_conversation_whatever_fails(centre: Centre) -> None:
    async with other_system((500, {}), GOOD) as system:
        await endpoint(centre, system)
        await said(centre, "one", "two", "three")
        assert await centre.node.webhooks.run_due() == 1
        assert await centre.node.webhooks.run_due() == 0, "the second waits for the first"
        await said(centre, "of another conversation")
        assert await centre.node.webhooks.run_due() == 1, "which does not wait"
        await due_now(centre)
        while await centre.node.webhooks.run_due():
            pass
        one, other = system.asked[0].json, system.asked[1].json
        assert one["data"]["conversation_id"] != other["data"]["conversation_id"]
        first = [a.json for a in system.asked if a.json["data"] and a is not system.asked[1]]
        messages = [told["data"]["message_id"] for told in first]
        assert messages[0] == messages[1]
        assert len(messages) == 4
        assert messages == sorted(messages)


async def test_gone_is_gone_until_somebody_goes_on(centre: Centre) -> None:
    async with other_system((410, {}), GOOD) as system:
        sam = await centre.sign_in("sam")
        endpoint_id = await endpoint(centre, system)
        await said(centre, "Hello")
        await centre.node.webhooks.run_due()
        root = await root_of(centre)
        found = await health(root)
        assert (found["state"], found["pause_reason"], found["backlog"]) == ("paused", "gone", 1)
        await said(centre, "While it is paused")
        await due_now(centre)
        assert await centre.node.webhooks.run_due() == 0
        assert (await health(root))["backlog"] == 2, "nothing is lost meanwhile"
        await sam.catch_up(await centre.position())
        notices = [
            e["notice"]
            for f in sam.frames
            for e in f.get("events", [])
            if e["kind"] == "webhook.paused"
        ]
        assert [(n["code"], n["params"]["name"]) for n in notices] == [("webhook_gone", "CRM")]
        answer = await root.send("POST", f"/webhooks/{endpoint_id}/resume", {})
        assert answer.json()["state"] != "paused"
        assert await centre.node.webhooks.run_due() == 2
        assert (await health(root))["backlog"] == 0


async def test_after_a_day_and_a_half_without_success_it_is_paused(centre: Centre) -> None:
    async with other_system((500, {})) as system:
        endpoint_id = await endpoint(centre, system)
        await said(centre, "Hello")
        await centre.node.webhooks.run_due()
        root = await root_of(centre)
        await centre.node.database.pool.execute(
            "UPDATE webhook_state SET failing_since = now() - interval '37 hours'"
        )
        await centre.node.database.pool.execute("UPDATE webhook_delivery SET attempts = 10")
        await due_now(centre)
        await centre.node.webhooks.run_due()
        found = await health(root)
        assert (found["state"], found["pause_reason"]) == ("paused", "failing")
        (row,) = await deliveries(root, endpoint_id)
        assert row["state"] == "pending", "even its last attempt does not lose it"


async def test_one_that_is_never_taken_is_given_up_alone_and_can_be_replayed(
    centre: Centre,
) -> None:
    async with other_system((422, {}), GOOD) as system:
        endpoint_id = await endpoint(centre, system)
        page = await said(centre, "poison")
        await centre.node.webhooks.make()
        await centre.node.database.pool.execute("UPDATE webhook_delivery SET attempts = 10")
        await centre.node.webhooks.run_due()
        await page.say("the next")
        await centre.node.webhooks.run_due()
        root = await root_of(centre)
        states = [row["state"] for row in await deliveries(root, endpoint_id)]
        assert states == ["delivered", "failed"]
        (failed,) = await deliveries(root, endpoint_id, "?state=failed")
        path = f"/webhooks/{endpoint_id}/replay"
        answer = await root.send("POST", path, {"ids": [failed["id"]]})
        assert answer.json() == {"replayed": 1}
        await centre.node.webhooks.run_due()
        assert system.asked[-1].headers["x-rapport-replay"] == "true"
        assert delivery_ids(system)[-1] == str(failed["id"])
        # Of the whole time since; what is on its way is not sent twice.
        whole = await root.send("POST", path, {"since": "2000-01-01T00:00:00Z"})
        assert whole.json() == {"replayed": 2}
        again = await root.send("POST", path, {"since": "2000-01-01T00:00:00Z"})
        assert again.json() == {"replayed": 0}
        while await centre.node.webhooks.run_due():
            pass
        assert delivery_ids(system)[-2:] == delivery_ids(system)[:2]
        assert paths(error(await root.send("POST", path, {}), 422, "invalid_field"))


async def test_failures_in_a_row_hold_the_whole_endpoint_back(centre: Centre) -> None:
    async with other_system((500, {})) as system:
        await endpoint(centre, system)
        for n in range(5):
            await said(centre, f"conversation {n}")
        await centre.node.webhooks.run_due()
        root = await root_of(centre)
        assert (await health(root))["failures"] == 1, "what was under way together counts once"
        for _ in range(3):
            await due_now(centre)
            await centre.node.webhooks.run_due()
        found = await health(root)
        assert found["failures"] == 4
        assert found["held_until"]
        before = len(system.asked)
        await due_now(centre)
        assert await centre.node.webhooks.run_due() == 1, "asked with one only"
        assert len(system.asked) == before + 1


async def test_a_worker_that_dies_between_answer_and_mark(centre: Centre) -> None:
    async with other_system(GOOD) as system:
        endpoint_id = await endpoint(centre, system)
        await said(centre, "Hello")
        runner = centre.node.webhooks
        await runner.make()
        (dead,) = await runner._board.claim(endpoint_id, 8, 60)
        spec = centre.node.configuration.current.webhooks[endpoint_id]
        assert (await runner._carry(dead, spec)).good
        assert await runner.run_due() == 0, "its lease still holds"
        await due_now(centre)
        assert await runner.run_due() == 1
        assert len(system.asked) == 2
        assert len(set(delivery_ids(system))) == 1
        # Should it come back, it changes nothing any more.
        assert not await runner._board.settle(
            dead, Answer(code="timed_out"), "CRM", centre.clock.now()
        )
        root = await root_of(centre)
        assert [row["state"] for row in await deliveries(root, endpoint_id)] == ["delivered"]


@asynccontextmanager
async def worker(dsn: str, data: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """A node of its own process, ready to work."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "rapport.cli", "serve", "--roles", "worker"),
        env={
            **os.environ,
            "RAPPORT_DATABASE_URL": dsn,
            "RAPPORT_DATA": str(data),
            "RAPPORT_PORT": str(port),
            "RAPPORT_SECRET_KEY": "k" * 40,
            "RAPPORT_PRIVATE_NETWORKS": "127.0.0.0/8",
        },
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await answers(f"http://127.0.0.1:{port}", process)
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_a_process_that_is_killed_with_its_deliveries_under_way(
    database: str, tmp_path: Path
) -> None:
    async with (
        serving(database, tmp_path / "api", Clock()) as centre,
        other_system(None, GOOD) as system,
    ):
        await furnish(centre)
        await endpoint(centre, system, timeout_s=30)
        await said(centre, "Hello", "again")
        async with worker(database, tmp_path / "worker") as process:
            async with asyncio.timeout(PATIENCE_S):
                while not system.asked:
                    await asyncio.sleep(0.02)
            process.kill()
            await process.wait()
        assert await centre.node.webhooks.run_due() == 0, "the dead one's lease holds"
        await due_now(centre)
        while await centre.node.webhooks.run_due():
            pass
        ids = delivery_ids(system)
        assert ids[0] == ids[1], "doubled under the same id"
        assert len(ids) == 3
        messages = [one.json["data"]["message_id"] for one in system.asked]
        assert messages == sorted(messages)


async def test_two_workers_share_the_work(database: str, tmp_path: Path) -> None:
    async with (
        serving(database, tmp_path / "one", Clock()) as one,
        serving(database, tmp_path / "two", Clock()) as two,
        other_system(GOOD) as system,
    ):
        await furnish(one)
        await endpoint(one, system)
        await two.node.configuration.refresh()
        for n in range(6):
            await said(one, f"first of {n}", f"second of {n}")
        while any(await asyncio.gather(one.node.webhooks.run_due(), two.node.webhooks.run_due())):
            pass
        ids = delivery_ids(system)
        assert len(ids) == len(set(ids)) == 12
        by_conversation: dict[int, list[int]] = {}
        for asked in system.asked:
            data = asked.json["data"]
            by_conversation.setdefault(data["conversation_id"], []).append(data["message_id"])
        assert all(messages == sorted(messages) for messages in by_conversation.values())


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://169.254.169.254/latest", "address_refused"),
        ("http://10.0.0.1/hook", "address_refused"),
        ("https://[::ffff:10.0.0.1]/hook", "address_refused"),
        ("http://hook.invalid/", "unreachable"),
    ],
)
async def test_a_test_says_what_is_wrong(centre: Centre, url: str, reason: str) -> None:
    root = await root_of(centre)
    spec = {"url": url}
    made = await root.create("webhooks", "CRM", spec, secrets={"signing_secret": SECRET})
    answer = await root.send("POST", f"/webhooks/{made['id']}/test", {})
    assert (answer.json()["state"], answer.json()["reason"]) == ("failed", reason)
    assert (await health(root))["failures"] == 0, "a test counts for nothing"


async def test_a_test_is_signed_with_both_secrets_while_they_change(centre: Centre) -> None:
    async with other_system(GOOD) as system:
        root = await root_of(centre)
        bare = await root.create("webhooks", "CRM", {"url": system.url})
        path = f"/webhooks/{bare['id']}/test"
        assert (await root.send("POST", path, {})).json()["reason"] == "no_secret"
        assert system.asked == []
        await root.send(
            "PUT",
            f"/config/webhooks/{bare['id']}",
            {
                "name": "CRM",
                "spec": {"url": system.url},
                "secrets": {"signing_secret": SECRET, "previous_secret": "the-one-before"},
            },
            bare["version"],
        )
        tested = (await root.send("POST", path, {})).json()
        assert (tested["state"], tested["type"], tested["status"]) == ("delivered", "test", 200)
        (asked,) = system.asked
        assert signed(asked)
        assert signed(asked, "the-one-before")
        assert SECRET not in "".join(root.answers)


async def test_what_administrators_may_write(centre: Centre) -> None:
    root = await root_of(centre)
    for spec, path in [
        ({"url": "ftp://shop.example"}, "spec.url"),
        ({"url": "https://user@shop.example/"}, "spec.url"),
        ({"url": "http://93.184.216.34/"}, "spec.url"),
        ({"url": "https://shop.example", "events": ["task.invented"]}, "spec.events.0"),
        ({"url": "https://shop.example", "timeout_s": 300}, "spec.timeout_s"),
    ]:
        answer = await root.send("POST", "/config/webhooks", {"name": "W", "spec": spec})
        assert paths(error(answer, 422, "invalid_field")) == [path]
    for path in ("/webhooks/9/deliveries", "/webhooks/9/deliveries/9"):
        assert (await root.send("GET", path)).status_code == 404


async def test_switched_off_and_on_it_is_told_from_then_on(centre: Centre) -> None:
    async with other_system(GOOD) as system:
        await endpoint(centre, system)
        await endpoint(centre, system, active=False)
        await said(centre, "While it is off")
        assert await centre.node.webhooks.run_due() == 0
        await endpoint(centre, system, active=True)
        page = await said(centre, "Now")
        await centre.node.webhooks.run_due()
        assert len(system.asked) == 1
        await page.say("and now")
        await centre.node.webhooks.run_due()
        assert len(system.asked) == 2


async def test_what_becomes_old_goes_and_answers_go_with_a_person(centre: Centre) -> None:
    async with other_system((200, b"Dana Example was here")) as system:
        endpoint_id = await endpoint(centre, system)
        page = await said(centre, "Hello")
        await centre.node.webhooks.run_due()
        await page.end()
        root = await root_of(centre)
        (row,) = await deliveries(root, endpoint_id)
        path = f"/webhooks/{endpoint_id}/deliveries/{row['id']}"
        assert (await root.send("GET", path)).json()["answer"] == "Dana Example was here"
        contact = await centre.node.database.pool.fetchval("SELECT contact_id FROM conversation")
        await centre.node.context.people.erase(contact, None, centre.clock.now())
        assert (await root.send("GET", path)).json()["answer"] is None
        await centre.node.database.pool.execute(
            "UPDATE webhook_delivery SET created_at = '2000-01-01'"
        )
        assert await centre.node.retention.round()
        assert await deliveries(root, endpoint_id) == []
