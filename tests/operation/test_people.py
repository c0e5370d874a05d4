"""A person planted over every channel is exported whole, and erased from every place."""

from __future__ import annotations

import io
import json
import secrets
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from rapport.clock import SystemClock
from tests.centre import Centre, Desktop, VisitorPage
from tests.configuration.administrator import Administrator
from tests.journeys.providers import ALEX, DANA, messenger, sms, until, whatsapp
from tests.journeys.test_email import DANA as MAIL_DANA
from tests.journeys.test_email import mailbox
from tests.journeys.test_outbox import SECRET, deliver
from tests.journeys.test_privacy import everywhere
from tests.journeys.test_sms import Phone

MARK = "xylophone"
CHANNELS = ["webchat", "whatsapp", "messenger", "sms", "email", "custom"]


@asynccontextmanager
async def spoken(centre: Centre, channel: str) -> AsyncIterator[tuple[Any, str]]:
    """A customer has written the mark on a channel; also how they are called there."""
    if channel == "webchat":
        page: VisitorPage = await centre.visitor()
        await page.start(f"{MARK} one", name=f"Zoe {MARK}", email=f"zoe@{MARK}.example")
        yield None, f"zoe@{MARK}.example"
    elif channel == "whatsapp":
        async with whatsapp(centre) as connected:
            await connected.provider.customer(DANA).says(f"{MARK} one")
            await connected.provider.settle()
            yield connected, DANA
    elif channel == "messenger":
        async with messenger(centre) as connected:
            await connected.provider.customer(ALEX, "messenger").says(f"{MARK} one")
            await connected.provider.settle()
            yield connected, ALEX
    elif channel == "sms":
        async with sms(centre) as connected:
            await Phone(connected).says(f"{MARK} one")
            yield connected, next(iter(connected.provider.customers)).id.lstrip("+")
    elif channel == "email":
        async with mailbox(centre) as box:
            mail = EmailMessage()
            mail["From"], mail["To"] = f"Dana {MARK} <{MAIL_DANA}>", "help@shop.example"
            mail["Subject"], mail["Message-ID"] = f"{MARK} subject", "<a@mail.example>"
            mail.set_content(f"{MARK} one")
            mail.add_attachment(f"{MARK} file".encode(), maintype="text", subtype="plain",
                                filename=f"{MARK}.txt")  # fmt: skip
            await box.raw(mail.as_bytes())
            while await centre.node.fetcher.fetch_due():
                pass
            yield box, MAIL_DANA
    else:
        account = await centre.put(
            "accounts", "custom", {"channel": "custom"}, {"signing_secret": SECRET}
        )
        await centre.put(
            "entry_points", "custom entry", {"account": account, "queue": centre.ids["sales"]}
        )
        message = {"id": "m1", "from": "+15550100777", "text": f"{MARK} one"}
        body = json.dumps({"messages": [message]}).encode()
        assert (await deliver(centre, account, body)).status_code == 200
        yield None, "+15550100777"


async def served(centre: Centre) -> tuple[Desktop, int, int]:
    """Ana has accepted, answered, noted, drafted and uploaded."""
    ana = centre.desktops.get("ana") or await centre.sign_in("ana")
    before = set(ana.state.tasks)

    async def offered() -> int | None:
        """The new conversation, once its provider has delivered it."""
        await centre.route()
        await ana.catch_up(await centre.position())
        return next(iter(set(ana.state.tasks) - before), None)

    task_id = await until(offered)
    conversation = ana.task(task_id)["conversation_id"]
    await ana.post(f"/tasks/{task_id}/accept")
    await ana.send(
        "PUT", f"/conversations/{conversation}/draft", {"text": f"{MARK} draft", "version": 0}
    )
    upload = await ana.http.post(
        f"/api/v1/conversations/{conversation}/attachments?filename={MARK}-bill.txt",
        content=f"{MARK} bill".encode(),
        headers={"X-CSRF-Token": ana.csrf, "Idempotency-Key": secrets.token_hex(16)},
    )
    assert upload.status_code == 200, upload.text
    await ana.send("POST", f"/tasks/{task_id}/messages", {"text": f"{MARK} answer"})
    await ana.send("POST", f"/tasks/{task_id}/messages", {"text": f"{MARK} note", "note": True})
    await centre.node.postman.deliver()
    return ana, task_id, conversation


async def ended(centre: Centre, ana: Desktop, task_id: int) -> None:
    await ana.post(f"/tasks/{task_id}/end", {"consent": True})
    await ana.send("POST", f"/tasks/{task_id}/wrap-up", {"reason_ids": [centre.ids["Sold"]]})


async def everything(centre: Centre) -> str:
    """Every table and file; what is encrypted also in clear."""
    data = centre.node.context.spool._directory.parent
    texts = [await everywhere(centre, data)]
    vault, pool = centre.node.vault, centre.node.database.pool
    for table, column in (("channel_log", "entry"), ("parked_input", "raw")):
        rows = await pool.fetch(f"SELECT {column} FROM {table}")
        texts += [vault.decrypt(row[0]).decode("utf-8", "replace") for row in rows]
    for path in data.rglob("*"):
        if path.is_file() and path.read_bytes().startswith(b"gAAAA"):
            texts.append(vault.decrypt(path.read_bytes()).decode("utf-8", "replace"))
    return "\n".join(texts)


async def plant_more(centre: Centre, account: int, conversation: int, task_id: int) -> None:
    """What comes about in rarer ways: parked input, the spool, a workflow, half a long SMS."""
    called = await centre.node.database.pool.fetchval(
        "SELECT contact_key FROM conversation WHERE id = $1", conversation
    )
    raw = json.dumps({"from": called, "text": f"{MARK} raw"}).encode()
    await centre.node.context.park(account, "ignored", raw)
    spool = centre.node.context.spool._directory / "77"
    spool.mkdir(parents=True, exist_ok=True)
    (spool / "000000000001.bad").write_bytes(centre.node.vault.encrypt(raw))
    pool = centre.node.database.pool
    await pool.execute(
        "INSERT INTO workflow_run (id, workflow_id, name, conversation_id, task_id, state, key,"
        " request, inputs, started_at) VALUES (1, 1, 'w', $1, $2, 'done', 'k', $3, $3, now())",
        conversation,
        task_id,
        json.dumps({"said": MARK}),
    )
    await pool.execute(
        "INSERT INTO message_segment VALUES ($1, $2, 'r', 1, 2, 'x', $3, NULL, now())",
        account,
        called,
        f"{MARK} half",
    )
    contact = await pool.fetchval("SELECT contact_id FROM conversation WHERE id = $1", conversation)
    await pool.execute(
        "UPDATE contact SET attributes = $2 WHERE id = $1",
        contact,
        json.dumps({"plan": f"{MARK} gold"}),
    )
    await pool.execute(
        "INSERT INTO contact_note VALUES (2, $1, 1, $2, now())", contact, f"{MARK} likes tea"
    )
    await pool.execute("INSERT INTO contact (id, name) VALUES (3, $1)", f"{MARK} before")
    await pool.execute(
        "INSERT INTO contact_merge VALUES (4, $1, 3, 1, now(), $2)",
        contact,
        json.dumps({"name": f"{MARK} before"}),
    )
    await centre.node.indexer.catch_up()
    await pool.execute(
        "INSERT INTO opt_out VALUES ($1, $2, now(), 'STOP') ON CONFLICT DO NOTHING",
        account,
        called,
    )


@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_person_is_exported_and_erased(
    centre: Centre, channel: str, capfd: pytest.CaptureFixture[str]
) -> None:
    centre.clock.moment = SystemClock().now()
    root = await Administrator.sign_in(centre, "root")
    # Somebody else, who stays.
    other = await centre.visitor()
    await other.start("Violin", name="Other Person")
    ana = await centre.sign_in("ana")
    await centre.route()
    await ana.catch_up(await centre.position())
    (kept,) = ana.state.tasks
    await ana.post(f"/tasks/{kept}/accept")

    async with spoken(centre, channel) as (_, called):
        ana, task_id, conversation = await served(centre)
        row = await centre.node.database.pool.fetchrow(
            "SELECT contact_id, account_id FROM conversation WHERE id = $1", conversation
        )
        assert row is not None
        person = row["contact_id"]
        found = (await root.send("GET", f"/people?search={quote(called)}")).json()["items"]
        assert [p["id"] for p in found] == [person]
        (shown,) = (await root.send("GET", f"/people/{person}")).json()["conversations"]
        assert shown["open"]
        refused = await root.send("POST", f"/people/{person}/erase")
        assert (refused.status_code, refused.json()["error"]["code"]) == (
            409,
            "person_in_conversation",
        )
        await ended(centre, ana, task_id)
        await plant_more(centre, row["account_id"], conversation, task_id)
        before = await everything(centre)
        assert called in before
        kept = (await root.send("GET", f"/people/{person}")).json()
        assert kept["counts"]["conversations"] == 1
        assert kept["counts"]["messages"] >= 1
        assert kept["counts"]["files"] >= 1
        assert kept["counts"]["notes"] == 1
        (shown,) = kept["conversations"]
        assert (shown["id"], shown["channel"], shown["open"]) == (conversation, channel, False)
        assert before.count(MARK) > 8

        zipped = await root.http.get(f"/api/v1/people/{person}/export")
        assert zipped.status_code == 200
        exported(zipped.content, channel)

        erased = await root.send("POST", f"/people/{person}/erase")
        assert erased.status_code == 200, erased.text
        assert erased.json()["messages"] >= 2
        assert erased.json()["files"] >= 1
        assert erased.json()["inputs"] == 2
        after = await everything(centre)
        for mark in (MARK, called):
            assert mark not in after, after[after.index(mark) - 300 :][:400]
        assert "Violin" in after
        assert "Other Person" in after
        # The figures stay.
        pool = centre.node.database.pool
        assert await pool.fetchval("SELECT state FROM task WHERE id = $1", task_id) == "ended"
        kinds = await pool.fetch("SELECT kind FROM event WHERE task_id = $1", task_id)
        assert {"task.accepted", "wrap_up.submitted"} <= {k["kind"] for k in kinds}
        # Both are told, by number: the log names nobody who was erased.
        told = (await root.send("GET", "/audit?kind=person_exported&kind=person_erased")).json()
        assert [(e["kind"], e["actor"]["name"]) for e in told["items"]] == [
            ("person_erased", "Root"),
            ("person_exported", "Root"),
        ]
        assert {e["facts"]["contact_id"] for e in told["items"]} == {person}
        left = (await root.send("GET", f"/people/{person}")).json()
        assert (left["name"], left["identities"], left["counts"]["messages"]) == (None, [], 0)
        again = await root.send("POST", f"/people/{person}/erase")
        assert again.json()["messages"] == 0
    assert MARK not in "".join(capfd.readouterr()), "nor on the log"
    await centre.settle()


def exported(data: bytes, channel: str) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        document = json.loads(archive.read("person.json"))
        texts = [m["text"] for m in document["messages"]]
        assert any(f"{MARK} one" in text for text in texts)
        assert not any("note" in text for text in texts), "agents' notes are their own"
        assert any(name.endswith(f"{MARK}-bill.txt") for name in names)
        if channel == "email":
            assert any(name.startswith("mails/") for name in names)
            assert any(name.endswith(f"/{MARK}.txt") for name in names)
        for part in document["files"]:
            assert MARK.encode() in archive.read(part["path"])


async def test_nobody_is_found_by_a_wrong_number(root: Administrator) -> None:
    for method, path in (("GET", ""), ("GET", "/export"), ("POST", "/erase")):
        answer = await root.send(method, f"/people/12345{path}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "person_not_found")


async def test_what_is_old_is_deleted_by_channel_and_age(centre: Centre, tmp_path: Path) -> None:
    retention = {"messages_days": 30, "messages_days_by_channel": {"email": 90}, "events_days": 200}
    await centre.put("settings", "settings", {"retention": retention})
    job = centre.node.retention
    pool = centre.node.database.pool

    async def count(what: str) -> int:
        found: int = await pool.fetchval(f"SELECT count(*) FROM {what}")
        return found

    async def rest(days: float) -> int:
        centre.clock.advance(days=days)
        return sum([n async for n in rounds()])

    async def rounds() -> AsyncIterator[int]:
        while deleted := await job.round():
            yield deleted

    async with spoken(centre, "webchat") as _:
        ana, chat, _ = await served(centre)
        async with spoken(centre, "email") as _:
            ana, mail, thread = await served(centre)
            await ended(centre, ana, mail)
            said = f"message WHERE task_id = {chat}"
            news = (
                f"event e WHERE entities IS NOT NULL AND kind LIKE 'message.%' AND task_id = {chat}"
            )
            # The chat is open: all of it stays. Then it ends, and goes with its files.
            assert await rest(31) == 0
            assert await count(said) > 0
            assert await count(news) > 0
            ana = await centre.sign_in("ana", available=False)
            await ended(centre, ana, chat)
            assert await rest(0) > 0
            # What was said at the end is new; it says nothing.
            assert await count(f"{said} AND direction <> 'announcement'") == 0
            assert await count(f"{news} AND at < (SELECT max(at) FROM event)") <= 1
            assert await count(f"message WHERE conversation_id = {thread}") > 0
            assert await count("mail") > 0
            files = tmp_path / "files"
            assert [path for path in files.rglob("*") if path.is_file()]
            await rest(62)
            assert await count("message") == 0
            assert await count("mail") == 0
            assert await count("attachment") == 0
            assert not [path for path in files.rglob("*") if path.is_file()]
            assert await count("event WHERE kind = 'task.accepted'") == 2, "reports go on"
            await rest(201)
            assert await count("event WHERE kind = 'task.accepted'") == 0
            await centre.sign_in("ana", available=False)


@pytest.mark.parametrize("written", ["+49 (30) 123-4567", "0123 4567", "4930.1234567", "4930"])
async def test_a_number_is_found_however_it_is_written(
    centre: Centre, root: Administrator, written: str
) -> None:
    await centre.node.database.pool.execute(
        "INSERT INTO contact (id, name, phone) VALUES (5, 'Dana', '+49301234567'),"
        " (6, 'Leo', '+15550100777')"
    )
    found = (await root.send("GET", f"/people?search={quote(written)}")).json()["items"]
    assert [person["name"] for person in found] == ["Dana"]
