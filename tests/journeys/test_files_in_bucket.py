"""A centre whose files are in a bucket, and what happens while the bucket is away."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest_asyncio
from PIL import Image

from rapport.application.ports import KeptFile
from rapport.cli.doctor import diagnose
from rapport.domain.errors import FilesAway
from rapport.settings import Settings
from tests.bucket import SECRET, TestBucket
from tests.centre import Centre, TestClock, furnish, serving
from tests.journeys.providers import DANA as WHATSAPP_DANA
from tests.journeys.providers import whatsapp
from tests.journeys.test_email import DANA, DESK, accepted, mailbox
from tests.journeys.test_files import agent_sends, code, visitor_sends
from tests.journeys.test_task_life import active

LARGE = b"".join(b"%d\n" % number for number in range(1_000_000))


@pytest_asyncio.fixture
async def centre(database: str, tmp_path: Path, bucket: TestBucket) -> AsyncIterator[Centre]:
    async with serving(database, tmp_path, TestClock(), more=bucket.settings) as made:
        await furnish(made)
        yield made


async def test_both_sides_upload_and_download(centre: Centre, bucket: TestBucket) -> None:
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    task_id = await active(centre, ana, page)
    theirs = (await visitor_sends(page, LARGE, "a.txt")).json()["attachment"]
    ours = (await agent_sends(ana, task_id, b"words")).json()["attachment"]
    plain = {"Accept-Encoding": "identity"}
    answer = await ana.http.get(f"/api/v1/attachments/{theirs['id']}", headers=plain)
    assert (answer.status_code, answer.content) == (200, LARGE)
    assert int(answer.headers["content-length"]) == len(LARGE)
    own = await page.http.get(theirs["url"], params={"token": page.token})
    assert own.content == LARGE
    words = await ana.http.get(f"/api/v1/attachments/{ours['id']}")
    assert words.headers["content-disposition"] == 'attachment; filename="a.txt"'
    assert words.headers["x-content-type-options"] == "nosniff"
    assert len(bucket.names()) == 2
    assert SECRET not in repr(centre.node)


async def test_a_part_is_answered_as_a_part(centre: Centre) -> None:
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    await active(centre, ana, page)
    file = (await visitor_sends(page, LARGE, "a.txt")).json()["attachment"]
    path, size = f"/api/v1/attachments/{file['id']}", len(LARGE)
    whole = await ana.http.get(path)
    for asked, start, end in (
        ("bytes=0-0", 0, 1),
        ("bytes=5-", 5, size),
        ("bytes=-7", size - 7, size),
        (f"bytes=10-{size * 2}", 10, size),
    ):
        part = await ana.http.get(path, headers={"Range": asked})
        assert (part.status_code, part.content) == (206, LARGE[start:end]), asked
        assert part.headers["content-range"] == f"bytes {start}-{end - 1}/{size}"
    same = {"Range": "bytes=0-0", "If-Range": whole.headers["etag"]}
    assert (await ana.http.get(path, headers=same)).status_code == 206
    for headers in (
        {"Range": "bytes=0-0", "If-Range": '"another"'},
        {"Range": "bytes=0-0,5-6"},
        {"Range": "bytes=5-4"},
        {"Range": "pages=1-2"},
        {"Range": "bytes=-"},
    ):
        assert (await ana.http.get(path, headers=headers)).content == LARGE, headers
    beyond = await ana.http.get(path, headers={"Range": f"bytes={size}-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{size}")


async def test_thumbnails_are_in_the_bucket(centre: Centre, bucket: TestBucket) -> None:
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    await active(centre, ana, page)
    buffer = io.BytesIO()
    Image.new("RGB", (1000, 500), "teal").save(buffer, "PNG")
    file = (await visitor_sends(page, buffer.getvalue(), "cup.png")).json()["attachment"]
    assert await centre.node.thumbnailer.make_due() == 1
    assert [name for name in bucket.names() if name.endswith(".webp")]
    shown = await ana.http.get(f"/api/v1/attachments/{file['id']}/thumbnail")
    assert Image.open(io.BytesIO(shown.content)).size == (480, 240)
    bucket.relay.leave()
    away = await ana.http.get(f"/api/v1/attachments/{file['id']}/thumbnail")
    assert (away.status_code, code(away)) == (503, "files_away")


async def test_while_it_is_away_nothing_is_taken_and_nothing_shown(
    centre: Centre, bucket: TestBucket
) -> None:
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    task_id = await active(centre, ana, page)
    file = (await visitor_sends(page, b"words")).json()["attachment"]
    bucket.relay.leave()
    for answer in (
        await visitor_sends(page, b"more"),
        await agent_sends(ana, task_id, b"more"),
        await ana.http.get(f"/api/v1/attachments/{file['id']}"),
        await page.http.get(file["url"], params={"token": page.token}),
    ):
        assert (answer.status_code, code(answer)) == (503, "files_away")
        assert int(answer.headers["retry-after"]) > 0
        assert "bucket" not in answer.text
    # Who only writes notices nothing, and the node stays ready.
    await page.send(type="message", id="w", text="Are you there?")
    assert (await page.until("ack", id="w"))["id"] == "w"
    assert (await ana.http.get("/readyz")).status_code == 200
    bucket.relay.return_()
    assert (await visitor_sends(page, b"more")).is_success
    assert (await ana.http.get(f"/api/v1/attachments/{file['id']}")).content == b"words"
    assert await centre.node.database.pool.fetchval("SELECT count(*) FROM attachment") == 2
    assert len(bucket.names()) == 2


async def test_a_providers_file_waits_for_the_bucket(centre: Centre, bucket: TestBucket) -> None:
    pool = centre.node.database.pool
    async with whatsapp(centre, joined_text=None) as connected:
        dana = connected.provider.customer(WHATSAPP_DANA)
        await dana.sends(
            "document",
            content_base64=base64.b64encode(b"words").decode(),
            mime_type="text/plain",
            filename="a.txt",
        )
        await connected.provider.settle()
        ana, task_id = await connected.accepted()
        bucket.relay.leave()
        assert await centre.node.fetcher.fetch_due() == 1
        assert await pool.fetchval("SELECT attempts FROM media_job") == 0
        bucket.relay.return_()
        await pool.execute("UPDATE media_job SET due = clock_timestamp()")
        assert await centre.node.fetcher.fetch_due() == 1
        (file,) = (await connected.thread(ana, task_id))[0]["attachments"]
        assert file["state"] == "ready"
        assert (await ana.http.get(f"/api/v1/attachments/{file['id']}")).content == b"words"
        await centre.settle()


async def test_an_answer_with_a_file_waits_for_the_bucket(
    centre: Centre, bucket: TestBucket
) -> None:
    pool = centre.node.database.pool
    async with whatsapp(centre, joined_text=None) as connected:
        dana = connected.provider.customer(WHATSAPP_DANA)
        await dana.says("Hello")
        await connected.provider.settle()
        ana, task_id = await connected.accepted()
        file = (await agent_sends(ana, task_id, b"words")).json()["attachment"]
        await ana.post(f"/tasks/{task_id}/messages", {"text": "", "attachment_ids": [file["id"]]})
        bucket.relay.leave()
        assert await connected.deliver() == 1
        assert await pool.fetchval("SELECT attempts FROM outbox_job") == 0
        assert await pool.fetchval("SELECT due > clock_timestamp() FROM outbox_lane")
        sent = (await connected.thread(ana, task_id))[-1]
        assert (sent["status"], sent["error"]["code"]) == ("queued", "file_waiting")
        bucket.relay.return_()
        await pool.execute("UPDATE outbox_lane SET due = clock_timestamp()")
        assert await connected.deliver() == 1
        assert (await connected.message(ana, task_id, sent["id"]))["status"] != "queued"
        assert len(dana.received) == 1
        await centre.settle()


async def test_a_mail_stays_with_its_sender_until_its_source_is_kept(
    centre: Centre, bucket: TestBucket
) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = DANA, DESK, "A list"
    mail["Message-ID"] = "<list@mail.example>"
    mail.set_content("The list.")
    mail.add_attachment(b"one", maintype="text", subtype="plain", filename="a.txt")
    async with mailbox(centre) as box:
        bucket.relay.leave()
        try:
            await box.raw(mail.as_bytes())
        except FilesAway:
            pass
        else:
            raise AssertionError("it was acknowledged")
        assert await centre.node.database.pool.fetchval("SELECT count(*) FROM message") == 0
        bucket.relay.return_()
        await box.raw(mail.as_bytes())
        assert await centre.node.fetcher.fetch_due() == 1
        ana, task_id = await accepted(centre)
        page = await ana.get(f"/conversations/{ana.task(task_id)['conversation_id']}/messages")
        (file,) = page["items"][0]["attachments"]
        assert (await ana.http.get(f"/api/v1/attachments/{file['id']}")).content == b"one"
        await centre.settle()


async def test_what_is_erased_leaves_the_bucket_also_when_it_was_away(
    centre: Centre, bucket: TestBucket
) -> None:
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    task_id = await active(centre, ana, page)
    assert (await visitor_sends(page, b"a secret")).is_success
    assert (await agent_sends(ana, task_id, b"another")).is_success
    await ana.post(f"/tasks/{task_id}/end", {"consent": True})
    await ana.post(f"/tasks/{task_id}/wrap-up", {"reason_ids": [centre.ids["Sold"]]})
    contact = ana.task(task_id)["contact_id"]
    bucket.relay.leave()
    people = centre.node.context.people
    erased = await people.erase(contact, None, centre.clock.now())
    assert (erased.files, erased.files_later) == (0, 2)
    assert len(bucket.names()) == 2
    # The round of the retention job does it, as soon as it can.
    assert await centre.node.retention.round() == 0
    bucket.relay.return_()
    assert await centre.node.retention.round() == 2
    assert bucket.names() == []
    assert await centre.node.retention.round() == 0


async def test_what_is_too_old_leaves_the_bucket(centre: Centre, bucket: TestBucket) -> None:
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    task_id = await active(centre, ana, page)
    assert (await visitor_sends(page, b"a secret")).is_success
    await ana.post(f"/tasks/{task_id}/end", {"consent": True})
    await ana.post(f"/tasks/{task_id}/wrap-up", {"reason_ids": [centre.ids["Sold"]]})
    spec = centre.node.configuration.current.settings.model_dump(mode="json")
    retention = {**spec["retention"], "messages_days": 30}
    await centre.put("settings", "settings", {**spec, "retention": retention})
    centre.clock.moment += timedelta(days=31)
    bucket.relay.leave()
    while await centre.node.retention.round():
        pass
    assert len(bucket.names()) == 1
    bucket.relay.return_()
    assert await centre.node.retention.round() == 1
    assert bucket.names() == []


async def test_an_export_has_the_files_of_the_bucket(centre: Centre, tmp_path: Path) -> None:
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    task_id = await active(centre, ana, page)
    file = (await visitor_sends(page, LARGE, "a.txt")).json()["attachment"]
    target = tmp_path / "person.zip"
    contact_id = ana.task(task_id)["contact_id"]
    await centre.node.context.people.export(contact_id, target, None, centre.clock.now())
    with ZipFile(target) as archive:
        assert archive.read(f"files/{file['id']}/a.txt") == LARGE
        (told,) = json.loads(archive.read("person.json"))["files"]
        assert told["path"] == f"files/{file['id']}/a.txt"


async def test_the_doctor_tries_the_bucket(
    centre: Centre, bucket: TestBucket, database: str, tmp_path: Path
) -> None:
    settings = Settings(data=tmp_path, database_url=database, **bucket.settings)

    async def examined(**changed: Any) -> dict[str, Any]:
        changed_settings = settings.model_copy(update=changed)
        return {check.name: check for check in await diagnose(changed_settings, probing=False)}

    ana, page = await centre.sign_in("ana"), await centre.visitor()
    await active(centre, ana, page)
    assert (await visitor_sends(page, b"words")).is_success
    found = await examined()
    assert (found["files_bucket"].status, found["files"].status) == ("ok", "ok")
    assert len(bucket.names()) == 1
    found = await examined(files="s3://no-such-bucket")
    assert found["files_bucket"].status == "failed"
    assert "NoSuchBucket" in found["files_bucket"].message
    assert found["files_bucket"].runbook == "docs/operations/runbooks/files-away.md"
    found = await examined(files=f"s3://{bucket.name}/elsewhere")
    assert (found["files_bucket"].status, found["files"].status) == ("ok", "failed")
    bucket.relay.leave()
    found = await examined()
    assert (found["files_bucket"].status, found["files"].status) == ("failed", "failed")
    assert SECRET not in repr(found)


async def test_a_templates_file_leaves_with_it_unless_a_conversation_has_it(
    centre: Centre, bucket: TestBucket
) -> None:
    context = centre.node.context
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    task_id = await active(centre, ana, page)
    template = await centre.put("templates", "Terms", {"body": "Our terms."})
    for number in (1, 2):
        kept = KeptFile(await context.files.put(b"Terms"), 5, "text/plain", "terms.txt")
        await context.template_files.add(number, template, kept, centre.clock.now())
    assert await context.template_files.remove(template, 1)
    assert not await context.template_files.remove(template, 1)
    await ana.post(f"/tasks/{task_id}/templates/{template}/files")
    assert await context.template_files.remove(template, 2)
    assert len(bucket.names()) == 2
    assert await centre.node.retention.round() == 1
    (left,) = bucket.names()
    key = await centre.node.database.pool.fetchval("SELECT storage_key FROM attachment")
    assert left.endswith(key)
    assert await centre.node.database.pool.fetchval("SELECT count(*) FROM file_removal") == 0
