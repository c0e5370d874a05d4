"""The database goes away and comes back: nothing acknowledged is lost, doubled or out of order."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from rapport.api import webhooks
from rapport.application.received import Received
from rapport.channels.email.connector import METHOD
from rapport.channels.sdk.connector import Request
from rapport.domain.message import DeliveryReceipt, DeliveryStatus
from rapport.storage.database import Unavailable
from rapport.storage.embedded import EmbeddedPostgres
from rapport.storage.ingest import Ingest
from rapport.storage.ingest_items import Item
from rapport.storage.migrations import upgrade
from rapport.storage.receipts import Given, Receipts
from tests.centre import Centre, TestClock, furnish, serving
from tests.journeys.test_email import mailbox
from tests.journeys.test_outbox import SECRET, deliver


async def test_webhooks_are_spooled_and_replayed_in_order(tmp_path: Path) -> None:
    postgres = EmbeddedPostgres(tmp_path / "postgres")
    await postgres.start()
    try:
        await upgrade(postgres.dsn)
        async with serving(postgres.dsn, tmp_path / "data", TestClock()) as centre:
            await furnish(centre)
            account = await centre.custom_account(SECRET)
            assert (await deliver(centre, account, said(0))).status_code == 200
            await postgres.stop()
            for number in range(1, 6):
                assert (await deliver(centre, account, said(number))).status_code == 200
            spooled = list((tmp_path / "data" / "spool").rglob("*.request"))
            assert len(spooled) == 5
            assert not any(b"number" in path.read_bytes() for path in spooled), "encrypted"
            assert (await deliver(centre, account, said(9), "sha256=00")).status_code == 401

            await postgres.start()
            # A provider repeats itself while the spool is being drained.
            for _ in range(3):
                assert (await deliver(centre, account, said(3))).status_code == 200
            async with asyncio.timeout(60):
                while centre.node.context.spool.depth:
                    await asyncio.sleep(0.01)
            rows = await centre.node.database.pool.fetch(
                "SELECT text FROM message WHERE direction = 'inbound' ORDER BY seq"
            )
            assert [row["text"] for row in rows] == [f"number {n}" for n in range(6)]
    finally:
        await postgres.stop()


async def test_a_database_without_room_takes_what_came_when_there_is_some(
    centre: Centre,
) -> None:
    """It says so to each statement, and is there all the same; what it says is real here."""
    account, ana = await centre.custom_account(SECRET), await centre.sign_in("ana")
    assert (await deliver(centre, account, said(0))).status_code == 200
    await centre.offered()
    await ana.catch_up(await centre.position())
    (task_id,) = ana.state.tasks
    await ana.post(f"/tasks/{task_id}/accept")
    pool = centre.node.database.pool
    await pool.execute(
        "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION"
        " 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;"
        " CREATE TRIGGER no_room BEFORE INSERT ON message EXECUTE FUNCTION no_room()"
    )
    for number in (1, 2):
        assert (await deliver(centre, account, said(number))).status_code == 200
    answer = await ana.send("POST", f"/tasks/{task_id}/messages", {"text": "Hello"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "database_unavailable")
    assert await texts(centre) == ["number 0"]

    await pool.execute("DROP TRIGGER no_room ON message")
    async with asyncio.timeout(60):
        while centre.node.context.spool.depth:
            await asyncio.sleep(0.01)
    assert await texts(centre) == ["number 0", "number 1", "number 2"]
    await ana.post(f"/tasks/{task_id}/messages", {"text": "Hello"})


def said(number: int) -> bytes:
    message = {"id": f"m{number}", "from": "+100", "text": f"number {number}"}
    return json.dumps({"messages": [message]}).encode()


async def texts(centre: Centre) -> list[str]:
    rows = await centre.node.database.pool.fetch(
        "SELECT text FROM message WHERE direction = 'inbound' ORDER BY seq"
    )
    return [row["text"] for row in rows]


async def test_a_provider_is_answered_however_long_a_commit_takes(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    account, inbox = await centre.custom_account(SECRET), centre.node.context.inbox
    assert isinstance(inbox, Ingest)
    commit, go_on = inbox.commit_batch, asyncio.Event()

    async def slowly(batch: list[Item]) -> list[Received]:
        await go_on.wait()
        return await commit(batch)

    monkeypatch.setattr(inbox, "commit_batch", slowly)
    monkeypatch.setattr(webhooks, "ANSWER_WITHIN_S", 0.05)
    assert (await deliver(centre, account, said(1))).status_code == 200
    assert centre.node.context.spool.depth == 1
    # Those that follow join it: the order holds.
    assert (await deliver(centre, account, said(2))).status_code == 200
    monkeypatch.undo()
    go_on.set()
    async with asyncio.timeout(30):
        while centre.node.context.spool.depth:
            await asyncio.sleep(0.01)
    assert await texts(centre) == ["number 1", "number 2"]


async def test_a_lane_outlives_what_the_driver_cancels(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    account, inbox = await centre.custom_account(SECRET), centre.node.context.inbox
    assert isinstance(inbox, Ingest)
    commit, failures = inbox.commit_batch, iter([asyncio.CancelledError()])

    async def cancelled_once(batch: list[Item]) -> list[Received]:
        for failure in failures:
            raise failure
        return await commit(batch)

    monkeypatch.setattr(inbox, "commit_batch", cancelled_once)
    assert (await deliver(centre, account, said(1))).status_code == 200
    assert (await deliver(centre, account, said(2))).status_code == 200
    async with asyncio.timeout(30):
        while centre.node.context.spool.depth:
            await asyncio.sleep(0.01)
    assert await texts(centre) == ["number 1", "number 2"]


async def test_the_receipts_worker_outlives_what_the_driver_cancels(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    account, receipts = await centre.custom_account(SECRET), centre.node.context.receipts
    assert isinstance(receipts, Receipts)
    apply, failures = receipts.apply, iter([asyncio.CancelledError()])

    async def cancelled_once(given: Sequence[Given]) -> None:
        for failure in failures:
            raise failure
        await apply(given)

    monkeypatch.setattr(receipts, "apply", cancelled_once)
    receipt = DeliveryReceipt(
        external_id="unknown", status=DeliveryStatus.DELIVERED, at=centre.clock.now()
    )
    with pytest.raises(Unavailable):
        await receipts.submit(account, [receipt])
    async with asyncio.timeout(30):
        await receipts.submit(account, [receipt])


async def test_a_mail_is_never_spooled(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever hands it over keeps it, and is told that it was not taken."""
    async with mailbox(centre) as box:

        async def too_late(*_: object) -> None:
            raise TimeoutError

        monkeypatch.setattr(centre.node.context.mail_room, "placed", too_late)
        connector, _account = centre.node.context.channels.account(box.account)
        mail = b"From: dana@mail.example\r\nTo: help@shop.example\r\n\r\nHello\r\n"
        request = Request(method=METHOD, path="", query="", headers={}, body=mail)
        with pytest.raises(TimeoutError):
            await webhooks.take(centre.node.context, box.account, connector, request)
        assert centre.node.context.spool.depth == 0
