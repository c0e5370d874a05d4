"""Files in both directions are held to the account's policy, or the installation's."""

from __future__ import annotations

import io
from email.message import EmailMessage
from typing import Any

import httpx2
import pytest
from PIL import Image

from rapport.jobs.thumbnails import MOST_TRIES, Thumbnailer
from rapport.storage.thumbnail_jobs import ThumbnailJobs
from tests.centre import SITE, Centre, Desktop, VisitorPage
from tests.journeys.test_email import DANA, DESK, accepted, mailbox
from tests.journeys.test_task_life import active

TEXT = b"plain words"
ONLY_TEXT = {"max_bytes": 20, "max_total_bytes": 30, "max_count": 2, "types": ["text/plain"]}


async def limited(centre: Centre, **files: Any) -> None:
    site = centre.ids["site"]
    spec = centre.node.configuration.current.account_specs[site].model_dump(mode="json")
    await centre.put("accounts", "site", {**spec, "files": files})


async def visitor_sends(page: VisitorPage, content: bytes, name: str = "a.txt") -> httpx2.Response:
    return await page.http.post(
        f"/widget/v1/{SITE}/files?filename={name}",
        content=content,
        headers={"Authorization": f"Bearer {page.token}"},
    )


async def agent_sends(ana: Desktop, task_id: int, content: bytes) -> httpx2.Response:
    conversation = ana.task(task_id)["conversation_id"]
    return await ana.http.post(
        f"/api/v1/conversations/{conversation}/attachments?filename=a.txt",
        content=content,
        headers={"X-CSRF-Token": ana.csrf},
    )


def code(answer: httpx2.Response) -> str:
    return str(answer.json()["error"]["code"])


async def test_each_direction_has_its_own_limits(centre: Centre) -> None:
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    task_id = await active(centre, ana, page)
    await limited(centre, from_customers=ONLY_TEXT, from_agents={"enabled": False})
    assert code(await agent_sends(ana, task_id, TEXT)) == "files_off"
    assert (await visitor_sends(page, TEXT)).is_success
    assert code(await visitor_sends(page, b"a" * 21)) == "file_too_large"
    lies = b"\x89PNG\r\n\x1a\n\x00"
    assert code(await visitor_sends(page, lies)) == "file_type_refused"
    await limited(centre, from_customers={"enabled": False}, from_agents=ONLY_TEXT)
    assert code(await visitor_sends(page, TEXT)) == "files_off"
    assert (await agent_sends(ana, task_id, TEXT)).is_success
    await limited(centre)
    assert (await visitor_sends(page, b"a" * 21)).is_success


@pytest.mark.parametrize(
    ("sizes", "refused"), [((10, 10, 10), "too_many_files"), ((20, 11), "files_too_large")]
)
async def test_a_messages_files_are_held_to_the_limits_together(
    centre: Centre, sizes: tuple[int, ...], refused: str
) -> None:
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    task_id = await active(centre, ana, page)
    await limited(centre, from_customers=ONLY_TEXT, from_agents=ONLY_TEXT)
    theirs = [(await visitor_sends(page, b"a" * n)).json()["attachment"]["id"] for n in sizes]
    await page.send(type="message", id="files", text="", attachment_ids=theirs)
    answer = await page.until("refused", id="files")
    assert answer["code"] == refused
    assert answer["message"]
    ours = [(await agent_sends(ana, task_id, b"a" * n)).json()["attachment"]["id"] for n in sizes]
    body = {"text": "Look", "attachment_ids": ours}
    assert await ana.refused(f"/tasks/{task_id}/messages", body) == (409, refused)
    await ana.post(f"/tasks/{task_id}/messages", {"text": "One", "attachment_ids": ours[:1]})


async def test_what_was_uploaded_before_the_limits_became_narrower_is_refused(
    centre: Centre,
) -> None:
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    task_id = await active(centre, ana, page)
    uploaded = (await agent_sends(ana, task_id, TEXT)).json()["attachment"]["id"]
    await limited(centre, from_agents={"types": ["image/png"]})
    body = {"text": "", "attachment_ids": [uploaded]}
    assert await ana.refused(f"/tasks/{task_id}/messages", body) == (409, "file_type_refused")


async def test_the_widget_is_told_the_limits(centre: Centre) -> None:
    await limited(centre, from_customers=ONLY_TEXT)
    page = await centre.visitor()
    answer = await page.http.post(f"/widget/v1/{SITE}/session", json={})
    assert answer.json()["site"]["files"] == {"enabled": True, **ONLY_TEXT}


async def test_a_mails_files_are_held_to_the_limits_together(centre: Centre) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = DANA, DESK, "Lists"
    mail.set_content("The lists.")
    for number, size in enumerate((20, 9, 20, 1)):
        name = f"{number}.txt"
        mail.add_attachment(b"a" * size, maintype="text", subtype="plain", filename=name)
    async with mailbox(centre) as box:
        account = centre.ids["mail"]
        spec = centre.node.configuration.current.account_specs[account].model_dump(mode="json")
        limits = {**ONLY_TEXT, "max_count": 3}
        await centre.put("accounts", "mail", {**spec, "files": {"from_customers": limits}})
        await box.raw(mail.as_bytes())
        while await centre.node.fetcher.fetch_due():
            pass
        ana, task_id = await accepted(centre)
        page = await ana.get(f"/conversations/{ana.task(task_id)['conversation_id']}/messages")
        found = page["items"][0]["attachments"]
        kept = sum(file["size"] for file in found if file["state"] == "ready")
        assert 20 <= kept <= 30
        refused = sorted(file["refusal"]["code"] for file in found if file["state"] == "refused")
        assert refused == ["files_too_large", "too_many_files"]
        on_disk = [p for p in centre.node.context.files._directory.rglob("*") if p.is_file()]
        assert len(on_disk) == 3, "the mail's source and what was kept of its files"
        await centre.settle()


async def test_a_pictures_thumbnail_is_for_those_who_see_the_conversation(centre: Centre) -> None:
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    ben = await centre.sign_in("ben", available=False)
    await active(centre, ana, page)
    buffer = io.BytesIO()
    Image.new("RGB", (1000, 500), "teal").save(buffer, "PNG")
    file = (await visitor_sends(page, buffer.getvalue(), "cup.png")).json()["attachment"]
    path = f"/api/v1/attachments/{file['id']}/thumbnail"
    shown = await ana.http.get(path)
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/webp")
    assert "immutable" in shown.headers["cache-control"]
    assert Image.open(io.BytesIO(shown.content)).size == (480, 240)
    assert (await ana.http.get(f"/api/v1/attachments/{file['id']}")).content == buffer.getvalue()
    assert (await ben.http.get(path)).status_code == 404
    words = (await visitor_sends(page, TEXT)).json()["attachment"]
    none = await ana.http.get(f"/api/v1/attachments/{words['id']}/thumbnail")
    assert (none.status_code, code(none)) == (404, "no_thumbnail")


async def test_a_thumbnail_is_made_when_the_picture_has_come(centre: Centre) -> None:
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    await active(centre, ana, page)
    buffer = io.BytesIO()
    Image.new("RGB", (1000, 500), "teal").save(buffer, "PNG")
    assert (await visitor_sends(page, buffer.getvalue(), "cup.png")).is_success
    assert (await visitor_sends(page, TEXT)).is_success
    node, tried = centre.node, []
    due = "UPDATE attachment SET thumbnail_due = clock_timestamp() - interval '1 second'"

    async def too_slow(key: str) -> str:
        tried.append(key)
        return "later"

    slow = Thumbnailer(ThumbnailJobs(node.database), too_slow)
    # Only the picture is tried, and again later, until it is given up.
    for tries in range(MOST_TRIES):
        assert await slow.make_due() == (2 if tries == 0 else 1)
        assert await slow.make_due() == 0
        await node.database.pool.execute(f"{due} WHERE thumbnail_due IS NOT NULL")
    assert await node.thumbnailer.make_due() == 0
    (key,) = set(tried)
    assert len(tried) == MOST_TRIES
    await node.database.pool.execute(f"{due}, thumbnail_tries = 0")
    assert await node.thumbnailer.make_due() == 2
    assert await node.context.files.beside(key, "webp") is not None
    assert await node.thumbnailer.make_due() == 0
