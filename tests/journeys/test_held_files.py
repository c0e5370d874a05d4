"""Uploads that come while the virus scanner is away are held: nobody opens them unchecked."""

from __future__ import annotations

import asyncio
import io
import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import pytest_asyncio
from PIL import Image

from rapport.domain.message import Attachment, InboundMessage
from rapport.storage.held_files import HeldFiles
from tests.centre import Centre, Desktop, Json, TestClock, VisitorPage, furnish, serving
from tests.clamd import EICAR, FakeClamd, scanner
from tests.journeys.providers import DANA as WHATSAPP_DANA
from tests.journeys.providers import Connected, until, whatsapp
from tests.journeys.test_email import mailbox
from tests.journeys.test_files import agent_sends, code, visitor_sends
from tests.journeys.test_first_words import allowing, started
from tests.journeys.test_task_life import active


@pytest_asyncio.fixture
async def clamd() -> AsyncIterator[FakeClamd]:
    async with scanner(fault="closes_at_once") as made:
        yield made


@pytest_asyncio.fixture
async def centre(database: str, tmp_path: Path, clamd: FakeClamd) -> AsyncIterator[Centre]:
    more = {"clamd": clamd.address}
    async with serving(database, tmp_path, TestClock(), more=more) as made:
        await furnish(made)
        yield made


async def looked(centre: Centre) -> int:
    """A round of the job, whenever the next one would be."""
    await centre.node.database.pool.execute(
        "UPDATE attachment SET held_due = clock_timestamp() WHERE held_due IS NOT NULL"
    )
    return await centre.node.held_files.look()


async def said(page: VisitorPage, ids: list[int]) -> None:
    frame_id = secrets.token_hex(16)
    await page.send(type="message", id=frame_id, text="", attachment_ids=ids)
    await page.until("ack", id=frame_id)


async def last(ana: Desktop, task_id: int) -> Json:
    page = await ana.get(f"/conversations/{ana.task(task_id)['conversation_id']}/messages")
    message: Json = page["items"][-1]
    return message


async def shown(page: VisitorPage, state: str, text: str = "") -> Json:
    """A message on the customer's page with a file in that state, now or as soon as it comes."""

    def wanted(frame: Json) -> bool:
        if frame["type"] != "message" or frame["message"]["text"] != text:
            return False
        return [file["state"] for file in frame["message"]["attachments"]] == [state]

    found = next(filter(wanted, page.frames), None)
    while found is None:
        frame = await page.until("message")
        found = frame if wanted(frame) else None
    return dict(found["message"])


async def opened(ana: Desktop, page: VisitorPage, file: Json) -> list[tuple[int, str]]:
    """What both sides get who open a file or look at its thumbnail."""
    number = file["id"]
    answers = [
        await ana.http.get(f"/api/v1/attachments/{number}"),
        await ana.http.get(f"/api/v1/attachments/{number}/thumbnail"),
        await page.http.get(f"/widget/v1/test-site/files/{number}", params={"token": page.token}),
    ]
    return [(a.status_code, "" if a.is_success else code(a)) for a in answers]


async def test_nobody_opens_it_before_the_scanner_has(centre: Centre, clamd: FakeClamd) -> None:
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    task_id = await active(centre, ana, page)
    buffer = io.BytesIO()
    Image.new("RGB", (1000, 500), "teal").save(buffer, "PNG")
    theirs = (await visitor_sends(page, buffer.getvalue(), "cup.png")).json()["attachment"]
    ours = (await agent_sends(ana, task_id, b"words")).json()["attachment"]
    assert (theirs["state"], ours["state"]) == ("held", "held")
    assert await opened(ana, page, theirs) == [(409, "file_held")] * 3
    assert await opened(ana, page, ours) == [(409, "file_held")] * 3
    assert await centre.node.thumbnailer.make_due() == 0
    assert await looked(centre) == 0
    clamd.fault = None
    assert await looked(centre) == 2
    assert sorted(clamd.seen) == sorted([buffer.getvalue(), b"words"])
    assert await opened(ana, page, theirs) == [(200, "")] * 3
    assert (await ana.http.get(ours["url"])).content == b"words"
    assert await centre.node.held_files.look() == 0


async def test_both_sides_see_that_it_is_checked_and_then_have_it(
    centre: Centre, clamd: FakeClamd
) -> None:
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    task_id = await active(centre, ana, page)
    theirs = (await visitor_sends(page, b"words")).json()["attachment"]["id"]
    await said(page, [theirs])
    assert (await last(ana, task_id))["attachments"][0]["state"] == "held"
    ours = (await agent_sends(ana, task_id, b"answer")).json()["attachment"]["id"]
    await ana.post(f"/tasks/{task_id}/messages", {"text": "Here", "attachment_ids": [ours]})
    await shown(page, "held")
    await shown(page, "held", "Here")
    clamd.fault = None
    assert await looked(centre) == 2
    await shown(page, "ready")
    await shown(page, "ready", "Here")
    await ana.catch_up(await centre.position())
    assert ana.kinds().count("message.changed") == 2
    assert (await last(ana, task_id))["attachments"][0]["state"] == "ready"
    await centre.settle()


async def test_of_an_infected_one_only_the_reason_stays(
    centre: Centre, clamd: FakeClamd, tmp_path: Path
) -> None:
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    task_id = await active(centre, ana, page)
    sent, unsent = [(await visitor_sends(page, EICAR)).json()["attachment"]["id"] for _ in "ab"]
    own = (await agent_sends(ana, task_id, EICAR)).json()["attachment"]["id"]
    await said(page, [sent])
    clamd.fault = None
    assert await looked(centre) == 3
    file = (await shown(page, "refused"))["attachments"][0]
    assert file["refusal"]["code"] == "file_infected"
    assert "virus" in file["refusal"]["message"]
    assert (await last(ana, task_id))["attachments"][0]["refusal"]["code"] == "file_infected"
    for number in (sent, unsent, own):
        assert {status for status, _ in await opened(ana, page, {"id": number})} == {404}
    # Who has not sent theirs yet is told when they do.
    await page.send(type="message", id="u", text="Look", attachment_ids=[unsent])
    assert (await page.until("refused", id="u"))["code"] == "file_infected"
    body = {"text": "Look", "attachment_ids": [own]}
    assert await ana.refused(f"/tasks/{task_id}/messages", body) == (409, "file_infected")
    assert [p for p in (tmp_path / "files").rglob("*") if p.is_file()] == []
    assert await centre.node.database.pool.fetchval("SELECT count(*) FROM file_removal") == 0
    await centre.settle()


async def test_more_than_the_scanner_looks_through_is_not_passed_later_either(
    centre: Centre, clamd: FakeClamd
) -> None:
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    await active(centre, ana, page)
    number = (await visitor_sends(page, b"a" * 2_000)).json()["attachment"]["id"]
    await said(page, [number])
    clamd.fault, clamd.most = None, 1_000
    assert await looked(centre) == 1
    file = (await shown(page, "refused"))["attachments"][0]
    assert file["refusal"]["code"] == "file_unchecked"


@pytest.mark.parametrize("fault", ["closes_at_once", "error", "nonsense"])
async def test_while_it_is_not_known_it_stays_held(
    centre: Centre, clamd: FakeClamd, fault: Any
) -> None:
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    await active(centre, ana, page)
    file = (await visitor_sends(page, EICAR)).json()["attachment"]
    clamd.fault = fault
    await looked(centre)
    assert await opened(ana, page, file) == [(409, "file_held")] * 3
    clamd.fault = None
    await looked(centre)
    assert {status for status, _ in await opened(ana, page, file)} == {404}


async def test_a_node_that_ends_in_the_middle_leaves_it_to_the_next(
    centre: Centre, clamd: FakeClamd
) -> None:
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    await active(centre, ana, page)
    file = (await visitor_sends(page, b"words")).json()["attachment"]
    path = f"/api/v1/attachments/{file['id']}"
    clamd.fault = None
    board = HeldFiles(centre.node.database, centre.node.context.removals)
    assert [number for number, _ in await board.claim(10, 300)] == [file["id"]]
    # The one that has claimed it never comes back; until its lease is over nobody else looks.
    assert await centre.node.held_files.look() == 0
    assert await opened(ana, page, file) == [(409, "file_held")] * 3
    assert await looked(centre) == 1
    assert (await ana.http.get(path)).content == b"words"
    # Its answer, should it come late, changes nothing any more.
    await board.refuse(file["id"], "0" * 32, "file_infected", "Late", centre.clock.now())
    assert (await ana.http.get(path)).content == b"words"


@pytest_asyncio.fixture
async def waiting(centre: Centre) -> AsyncIterator[tuple[Connected, Desktop, int]]:
    """A customer on WhatsApp who waits for an answer of Ana's."""
    async with whatsapp(centre, joined_text=None) as connected:
        dana = connected.provider.customer(WHATSAPP_DANA)
        await dana.says("Hello")
        await connected.provider.settle()
        ana, task_id = await connected.accepted()
        yield connected, ana, task_id


async def answered(ana: Desktop, task_id: int, content: bytes) -> Json:
    file = (await agent_sends(ana, task_id, content)).json()["attachment"]
    body = {"text": "", "attachment_ids": [file["id"]]}
    return dict((await ana.post(f"/tasks/{task_id}/messages", body))["message"])


async def test_an_answer_waits_uncounted_and_goes_when_its_file_is_released(
    centre: Centre, clamd: FakeClamd, waiting: tuple[Connected, Desktop, int]
) -> None:
    connected, ana, task_id = waiting
    pool, dana = centre.node.database.pool, connected.provider.customer(WHATSAPP_DANA)
    sent = await answered(ana, task_id, b"words")
    await ana.post(f"/tasks/{task_id}/messages", {"text": "Second"})
    assert await connected.deliver() == 1
    now = await connected.message(ana, task_id, sent["id"])
    assert (now["status"], now["error"]["code"]) == ("queued", "file_held")
    assert await pool.fetchval("SELECT max(attempts) FROM outbox_job") == 0
    assert dana.received == []
    # Nothing leaves before its minute is over, or the file is released.
    assert await connected.deliver() == 0
    clamd.fault = None
    assert await looked(centre) == 1
    assert await connected.deliver(2) == 2
    assert [entry.text for entry in dana.received][1:] == ["Second"]
    assert len(dana.received) == 2
    assert (await connected.message(ana, task_id, sent["id"]))["error"] is None
    await centre.settle()


async def test_an_answer_with_an_infected_file_fails_with_words(
    centre: Centre, clamd: FakeClamd, waiting: tuple[Connected, Desktop, int]
) -> None:
    connected, ana, task_id = waiting
    sent = await answered(ana, task_id, EICAR)
    assert await connected.deliver() == 1
    clamd.fault = None
    assert await looked(centre) == 1
    assert await connected.deliver() == 1
    now = await connected.message(ana, task_id, sent["id"])
    assert (now["status"], now["error"]["code"]) == ("failed", "file_infected")
    assert "virus" in now["error"]["message"]
    # Sending it again does not send it without the file either.
    await ana.post(f"/tasks/{task_id}/messages/{sent['id']}/retry")
    assert await connected.deliver() == 1
    assert (await connected.message(ana, task_id, sent["id"]))["status"] == "failed"
    assert connected.provider.customer(WHATSAPP_DANA).received == []
    await centre.settle()


async def test_released_between_writing_and_storing_a_message(
    centre: Centre, clamd: FakeClamd
) -> None:
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    task_id = await active(centre, ana, page)
    numbers = [
        (await visitor_sends(page, content)).json()["attachment"]["id"]
        for content in (b"words", EICAR)
    ]
    clamd.fault = None
    assert await looked(centre) == 2
    # As the page's socket has read the rows before that.
    files = [Attachment(id=n, filename="a.txt", media_type="text/plain", size=5) for n in numbers]
    key = await centre.node.database.pool.fetchval("SELECT contact_key FROM conversation")
    message = InboundMessage(
        external_id="late",
        contact_key=key,
        text="Look",
        attachments=tuple(replace(file, held=True) for file in files),
        client_id="late",
    )
    await centre.node.context.inbox.submit(centre.ids["site"], [message])
    found = (await last(ana, task_id))["attachments"]
    assert [file["state"] for file in found] == ["ready", "refused"]


async def test_a_release_waits_for_the_message_that_is_being_stored(
    centre: Centre, clamd: FakeClamd
) -> None:
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    task_id = await active(centre, ana, page)
    number = (await visitor_sends(page, b"words")).json()["attachment"]["id"]
    database = centre.node.database
    stored = f'[{{"id": {number}, "filename": "a.txt", "media_type": "text/plain", "size": 5,'
    stored += ' "held": true}]'
    storing = await database.connection()
    try:
        async with storing.transaction():
            await storing.execute("SELECT FROM attachment WHERE id = $1 FOR SHARE", number)
            board = HeldFiles(database, centre.node.context.removals)
            releasing = asyncio.create_task(board.release(number, centre.clock.now()))

            async def waits() -> bool:
                asked = "SELECT count(*) FROM pg_locks WHERE NOT granted"
                return bool(await database.pool.fetchval(asked))

            await until(waits)
            await storing.execute(
                "UPDATE message SET attachments = $1::jsonb WHERE direction = 'inbound'", stored
            )
        await releasing
    finally:
        await storing.close()
    assert (await last_of_customer(ana, task_id))["attachments"][0]["state"] == "ready"


async def last_of_customer(ana: Desktop, task_id: int) -> Json:
    page = await ana.get(f"/conversations/{ana.task(task_id)['conversation_id']}/messages")
    return [dict(m) for m in page["items"] if m["direction"] == "inbound"][-1]


async def test_a_first_message_waits_for_its_file(centre: Centre, clamd: FakeClamd) -> None:
    await allowing(centre)
    async with mailbox(centre) as box:
        ana = await centre.sign_in("ana")
        answer = await ana.http.post(
            f"/api/v1/outbound/attachments?account_id={box.account}&filename=terms.txt",
            content=b"No returns.\n",
            headers={"X-CSRF-Token": ana.csrf},
        )
        file = answer.json()["attachment"]
        assert file["state"] == "held"
        await started(
            centre,
            ana,
            account_id=box.account,
            address="dana@mail.example",
            subject="Your order",
            text="It is here.",
            attachment_ids=[file["id"]],
        )
        assert await centre.node.postman.deliver() == 1
        assert box.postbox.mails == []
        clamd.fault = None
        assert await looked(centre) == 1
        mail = await box.deliver()
        (found,) = list(mail.iter_attachments())
        assert found.get_content() == "No returns.\n"
        await centre.settle()


async def test_an_export_names_it_and_does_not_give_it_out(
    centre: Centre, clamd: FakeClamd, tmp_path: Path
) -> None:
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    task_id = await active(centre, ana, page)
    assert (await visitor_sends(page, b"words")).is_success
    target = tmp_path / "person.zip"
    contact_id = ana.task(task_id)["contact_id"]
    await centre.node.context.people.export(contact_id, target, None, centre.clock.now())
    with ZipFile(target) as archive:
        assert archive.namelist() == ["person.json"]
        assert b'"path": null' in archive.read("person.json")
