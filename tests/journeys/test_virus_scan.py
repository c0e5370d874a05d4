"""Nobody opens a file that the virus scanner has not passed."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from rapport.cli.doctor import diagnose
from rapport.settings import Settings
from tests.centre import Centre, Json, TestClock, furnish, serving
from tests.clamd import EICAR, scanner
from tests.journeys.providers import DANA as WHATSAPP_DANA
from tests.journeys.providers import whatsapp
from tests.journeys.test_email import DANA, DESK, accepted, mailbox
from tests.journeys.test_files import agent_sends, code, visitor_sends
from tests.journeys.test_task_life import active


async def arrived(centre: Centre, ana: Any, task_id: int) -> Json:
    page = await ana.get(f"/conversations/{ana.task(task_id)['conversation_id']}/messages")
    file: Json = page["items"][0]["attachments"][0]
    return file


async def test_uploads_of_both_sides_are_scanned(database: str, tmp_path: Path) -> None:
    async with (
        scanner() as clamd,
        serving(database, tmp_path, TestClock(), more={"clamd": clamd.address}) as centre,
    ):
        await furnish(centre)
        ana, page = await centre.sign_in("ana"), await centre.visitor()
        task_id = await active(centre, ana, page)
        for answer in (await visitor_sends(page, EICAR), await agent_sends(ana, task_id, EICAR)):
            assert (answer.status_code, code(answer)) == (409, "file_infected")
        assert (await visitor_sends(page, b"a")).is_success
        assert (await agent_sends(ana, task_id, b"a")).is_success


async def test_a_mails_file_waits_for_the_scanner(database: str, tmp_path: Path) -> None:
    mail = (
        f"From: {DANA}\nTo: {DESK}\nSubject: File\nMIME-Version: 1.0\n"
        "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nHello\n--b\n"
        "Content-Type: text/plain\nContent-Disposition: attachment; filename=a.txt\n\n"
        f"{EICAR.decode()}\n--b--\n"
    )
    async with (
        scanner(fault="closes_at_once") as clamd,
        serving(database, tmp_path, TestClock(), more={"clamd": clamd.address}) as centre,
    ):
        await furnish(centre)
        async with mailbox(centre) as box:
            await box.raw(mail.encode())
            assert await centre.node.fetcher.fetch_due() == 1
            ana, task_id = await accepted(centre)
            assert (await arrived(centre, ana, task_id))["state"] == "fetching"
            pool = centre.node.database.pool
            assert await pool.fetchval("SELECT attempts FROM media_job") == 0
            clamd.fault = None
            await pool.execute("UPDATE media_job SET due = clock_timestamp()")
            assert await centre.node.fetcher.fetch_due() == 1
            file = await arrived(centre, ana, task_id)
            assert (file["state"], file["refusal"]["code"]) == ("refused", "file_infected")
            assert not (await ana.http.get(f"/api/v1/attachments/{file['id']}")).is_success
            # Its sender is as likely as not somebody else: nobody is written to.
            assert await centre.node.postman.deliver() == 0
            await centre.settle()


async def test_who_sent_a_virus_from_a_phone_is_told(database: str, tmp_path: Path) -> None:
    async with (
        scanner() as clamd,
        serving(database, tmp_path, TestClock(), more={"clamd": clamd.address}) as centre,
    ):
        await furnish(centre)
        async with whatsapp(centre, joined_text=None) as connected:
            dana = connected.provider.customer(WHATSAPP_DANA)
            await dana.sends(
                "document",
                content_base64=base64.b64encode(EICAR).decode(),
                mime_type="text/plain",
                filename="a.txt",
            )
            await connected.provider.settle()
            ana, task_id = await connected.accepted()
            assert await centre.node.fetcher.fetch_due() == 1
            assert (await arrived(centre, ana, task_id))["refusal"]["code"] == "file_infected"
            await connected.deliver()
            words = "We have removed a file that you sent: it contains a virus."
            assert [entry.text for entry in dana.received] == [words]
            await centre.settle()


async def test_the_doctor_asks_the_scanner(tmp_path: Path) -> None:
    async with scanner() as clamd:
        settings = Settings(
            data=tmp_path, clamd=clamd.address, database_url="postgresql://127.0.0.1:1/none"
        )
        found = {check.name: check for check in await diagnose(settings, probing=False)}
        assert found["virus_scanner"].status == "ok"
        clamd.fault = "closes_at_once"
        found = {check.name: check for check in await diagnose(settings, probing=False)}
        assert found["virus_scanner"].status == "failed"
        assert "RAPPORT_CLAMD" in found["virus_scanner"].message
