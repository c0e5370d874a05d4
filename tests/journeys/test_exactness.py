"""What must not happen: doubles, forged tokens, other sites, bad input; and files both ways."""

from __future__ import annotations

import asyncio
import json

import httpx2
import pytest
import websockets

from tests.centre import ORIGIN, Centre
from tests.journeys.test_task_life import active


async def test_sending_twice_is_sending_once(centre: Centre) -> None:
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    task_id = await active(centre, ana, page)
    headers = {"X-CSRF-Token": ana.csrf, "Idempotency-Key": "the-same-key-twice"}
    path = f"/api/v1/tasks/{task_id}/messages"
    sends = [ana.http.post(path, json={"text": "Once"}, headers=headers) for _ in range(5)]
    answers = await asyncio.gather(*sends)
    assert {a.status_code for a in answers} == {200}
    assert len({a.json()["message"]["id"] for a in answers}) == 1
    other = await ana.http.post(path, json={"text": "Another"}, headers=headers)
    assert other.json()["error"]["code"] == "idempotency_key_reused"

    end = f"/api/v1/tasks/{task_id}/end"
    headers["Idempotency-Key"] = "the-end-key-twice"
    ends = await asyncio.gather(*(ana.http.post(end, json={}, headers=headers) for _ in range(4)))
    assert {a.status_code for a in ends} == {200}
    assert len({a.text for a in ends}) == 1
    # Old answers are forgotten in time, with the sweep; so is Ana's session.
    centre.desktops.clear()
    centre.clock.advance(days=3)
    await centre.sweep()
    assert await centre.node.database.pool.fetchval("SELECT count(*) FROM command_result") == 0


async def test_a_visitor_repeats_a_message_after_a_loss(centre: Centre) -> None:
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    await active(centre, ana, page)
    first = await page.say("Is anybody there?", "the-page-s-own-id")
    again = await centre.visitor(page.token)
    assert await again.say("Is anybody there?", "the-page-s-own-id") == first
    assert [m["text"] for m in again.frames[0]["messages"] if m["author"] == "customer"] == [
        "Hello",
        "Is anybody there?",
    ]


async def test_a_forged_token_reaches_nobodys_conversation(centre: Centre) -> None:
    page = await centre.visitor()
    await page.start("My secret")
    body, _, signature = page.token.partition(".")
    forged = f"{body}.{'B' if signature[0] != 'B' else 'C'}{signature[1:]}"
    session = await page.http.post("/widget/v1/test-site/session", json={"token": forged})
    assert session.json()["token"] != page.token
    assert session.json()["conversation"] is None
    socket = await websockets.connect(
        f"{centre.url.replace('http', 'ws')}/widget/v1/test-site/socket", origin=ORIGIN
    )
    await socket.send(json.dumps({"type": "hello", "token": forged}))
    assert json.loads(await socket.recv())["type"] == "bye"
    await socket.close()


async def test_another_site_may_not_use_the_widget(centre: Centre) -> None:
    async with httpx2.AsyncClient(base_url=centre.url, timeout=30) as http:
        answer = await http.post(
            "/widget/v1/test-site/session", json={}, headers={"Origin": "https://evil.example"}
        )
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "origin_refused")
        unknown = await http.post("/widget/v1/nowhere/session", json={})
        assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "unknown_site")
    with pytest.raises(websockets.InvalidStatus):
        await websockets.connect(
            f"{centre.url.replace('http', 'ws')}/widget/v1/test-site/socket",
            origin="https://evil.example",
        )


async def test_what_a_visitor_may_not_send(centre: Centre) -> None:
    page = await centre.visitor()
    await page.send(type="start", id="s1", fields={"email": "not an address"}, text="Hi")
    refused = await page.until("refused")
    assert refused["code"] == "invalid_field"
    assert {f["path"] for f in refused["details"]["fields"]} == {"name", "email"}
    await page.start("Hi")
    for frame, code in (
        ({"type": "message", "id": "m1", "text": "x" * 1001}, "over_limit"),
        ({"type": "message", "id": "m2", "text": "  "}, "empty_message"),
        ({"type": "message", "id": "m3", "text": "f", "attachment_ids": [1]}, "unknown_attachment"),
        ({"type": "nonsense"}, "malformed"),
    ):
        await page.send(**frame)
        assert (await page.until("refused"))["code"] == code
    await page.socket.send("{")
    assert (await page.until("refused"))["code"] == "malformed"
    upload = "/widget/v1/test-site/files?filename=x.exe"
    auth = {"Authorization": f"Bearer {page.token}"}
    exe = await page.http.post(upload, content=b"MZ\x90\x00" + b"\x00" * 600, headers=auth)
    assert (exe.status_code, exe.json()["error"]["code"]) == (409, "file_type_refused")
    empty = await page.http.post(upload, content=b"", headers=auth)
    assert empty.json()["error"]["code"] == "file_empty"
    big = await page.http.post(upload, content=b"a" * 10_000_001, headers=auth)
    assert (big.status_code, big.json()["error"]["code"]) == (413, "file_too_large")
    left = list((centre.node.context.files._directory).rglob("*"))
    assert [path for path in left if path.is_file()] == [], "nothing stays behind"


async def test_files_both_ways(centre: Centre) -> None:
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    task_id = await active(centre, ana, page)
    conversation = ana.task(task_id)["conversation_id"]
    png = bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da63"
        "fcffff3f030005fe02fea72d1c1c0000000049454e44ae426082"
    )
    auth = {"Authorization": f"Bearer {page.token}"}
    up = await page.http.post(
        "/widget/v1/test-site/files?filename=..%2Fdot.png", content=png, headers=auth
    )
    file = up.json()["attachment"]
    assert (file["filename"], file["media_type"]) == ("dot.png", "image/png")
    await page.send(type="message", id="with-file", text="", attachment_ids=[file["id"]])
    assert (await page.until("ack", id="with-file"))["seq"]
    got = await ana.http.get(f"/api/v1/attachments/{file['id']}")
    assert got.content == png
    assert got.headers["x-content-type-options"] == "nosniff"

    headers = {"X-CSRF-Token": ana.csrf}
    path = f"/api/v1/conversations/{conversation}/attachments?filename=note.txt"
    mine = await ana.http.post(path, content=b"plain words", headers=headers)
    attachment_id = mine.json()["attachment"]["id"]
    await ana.post(
        f"/tasks/{task_id}/messages", {"text": "See this", "attachment_ids": [attachment_id]}
    )
    download = f"/widget/v1/test-site/files/{attachment_id}"
    answer = await page.http.get(download, params={"token": page.token})
    assert answer.content == b"plain words"
    assert answer.headers["content-disposition"].startswith("attachment")
    stranger = await centre.visitor()
    refused = await page.http.get(download, params={"token": stranger.token})
    assert refused.status_code == 404
    ben = await centre.sign_in("ben")
    assert (await ben.http.get(f"/api/v1/attachments/{attachment_id}")).status_code == 404
