"""Files up, down, gone."""

from __future__ import annotations

import hashlib

import httpx2
import pytest

from rapport_simulators.graph import GraphSimulator
from tests.simulators.business import ALEX, DANA, Graph, code
from tests.simulators.receiver import Receiver

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


@pytest.fixture
async def business(graph: GraphSimulator, http: httpx2.AsyncClient) -> Graph:
    await graph.customer(DANA).says("Hello")
    await graph.customer(ALEX, "messenger").says("Hello")
    return Graph(graph, http)


async def test_a_file_goes_up_is_sent_and_arrives_on_the_phone(
    business: Graph, graph: GraphSimulator, http: httpx2.AsyncClient
) -> None:
    file_id = (await business.upload(PICTURE, "image/png")).json()["id"]
    await business.sent(kind="image", image={"id": file_id, "caption": "Your cup"})
    (file,) = graph.customer(DANA).received[0].files
    assert (file.kind, file.media_type, file.size) == ("image", "image/png", len(PICTURE))
    shown = await http.get(f"{graph.url}/_control/media/{file.id}")
    assert shown.content == PICTURE


async def test_a_customers_file_is_described_and_downloaded_with_the_token(
    business: Graph, graph: GraphSimulator, receiver: Receiver
) -> None:
    file_id = graph.keep(PICTURE, "image/png", "cup.png")
    await graph.customer(DANA).sends("image", media_id=file_id)
    await graph.settle()
    told = receiver.values("messages")[-1]["image"]
    described = (await business.get(told["id"])).json()
    digest = hashlib.sha256(PICTURE).hexdigest()
    assert told["sha256"] == described["sha256"] == digest
    assert (described["mime_type"], described["file_size"]) == ("image/png", len(PICTURE))
    content = await business.http.get(described["url"], headers=business.headers)
    assert content.content == PICTURE
    assert content.headers["content-type"] == "image/png"
    assert (await business.http.get(described["url"])).status_code == 401


async def test_a_download_address_is_good_for_five_minutes_and_a_file_for_a_week(
    business: Graph, graph: GraphSimulator
) -> None:
    file_id = graph.keep(PICTURE, "image/png")
    url = (await business.get(file_id)).json()["url"]
    graph.clock.advance(301)
    assert (await business.http.get(url, headers=business.headers)).status_code == 404
    assert (await business.get(file_id)).status_code == 200
    graph.clock.advance(7 * 86_400)
    assert code(await business.get(file_id)) == 100


async def test_a_deleted_file_is_gone(business: Graph, graph: GraphSimulator) -> None:
    file_id = (await business.upload(PICTURE, "image/png")).json()["id"]
    url = f"{graph.url}/v25.0/{file_id}"
    answer = await business.http.delete(url, headers=business.headers)
    assert answer.json() == {"success": True}
    assert (await business.get(file_id)).status_code == 400
    assert code(await business.send(kind="image", image={"id": file_id})) == 131053


@pytest.mark.parametrize(
    ("content", "media_type"),
    [(b"x" * 5_000_001, "image/png"), (b"x", "image/gif"), (b"x", "application/zip")],
    ids=["too large", "no picture of WhatsApp's", "an archive"],
)
async def test_what_whatsapp_does_not_take_is_refused(
    business: Graph, content: bytes, media_type: str
) -> None:
    answer = await business.upload(content, media_type)
    assert (answer.status_code, code(answer)) == (400, 100)


async def test_a_file_given_by_address_is_fetched(
    business: Graph, graph: GraphSimulator, receiver: Receiver
) -> None:
    receiver.files["/cup.png"] = ("image/png", PICTURE)
    await business.sent(kind="image", image={"link": f"{receiver.url}/cup.png"})
    await graph.settle()
    (entry,) = graph.customer(DANA).received
    assert entry.status == "delivered"
    assert entry.files[0].size == len(PICTURE)


async def test_a_file_that_cannot_be_fetched_fails_after_it_was_accepted(
    business: Graph, graph: GraphSimulator, receiver: Receiver
) -> None:
    await business.sent(kind="image", image={"link": f"{receiver.url}/none.png"})
    await graph.settle()
    (status,) = receiver.values("statuses")
    assert (status["status"], status["errors"][0]["code"]) == ("failed", 131053)


async def test_an_attachment_is_uploaded_once_and_sent_twice(
    business: Graph, graph: GraphSimulator
) -> None:
    answer = await business.http.post(
        f"{graph.url}/v25.0/me/message_attachments",
        headers=business.headers,
        data={
            "message": '{"attachment": {"type": "image", "payload": {"is_reusable": true}}}',
        },
        files={"filedata": ("cup.png", PICTURE, "image/png")},
    )
    attachment = {
        "type": "image",
        "payload": {"attachment_id": answer.json()["attachment_id"]},
    }
    for _ in range(2):
        assert (await business.message(message={"attachment": attachment})).status_code == 200
    received = graph.customer(ALEX, "messenger").received
    assert [entry.files[0].size for entry in received] == [len(PICTURE)] * 2


async def test_a_message_can_bring_its_file_along(business: Graph, graph: GraphSimulator) -> None:
    answer = await business.http.post(
        f"{graph.url}/v25.0/{graph.settings.page_id}/messages",
        headers=business.headers,
        data={
            "recipient": f'{{"id": "{ALEX}"}}',
            "messaging_type": "RESPONSE",
            "message": '{"attachment": {"type": "file", "payload": {"is_reusable": true}}}',
        },
        files={"filedata": ("label.pdf", b"%PDF-1.4", "application/pdf")},
    )
    assert answer.json()["attachment_id"]
    (file,) = graph.customer(ALEX, "messenger").received[0].files
    assert (file.filename, file.media_type) == ("label.pdf", "application/pdf")


async def test_an_attachment_of_a_person_can_be_fetched_by_its_address(
    graph: GraphSimulator, http: httpx2.AsyncClient, receiver: Receiver
) -> None:
    file_id = graph.keep(PICTURE, "image/png", "cup.png")
    await graph.customer(ALEX, "messenger").sends("image", media_id=file_id)
    await graph.settle()
    (event,) = receiver.events("message")
    (attachment,) = event["message"]["attachments"]
    assert attachment["type"] == "image"
    assert (await http.get(attachment["payload"]["url"])).content == PICTURE


async def test_media_gone_lets_a_file_be_missing_where_it_was_asked_for(
    business: Graph, graph: GraphSimulator
) -> None:
    file_id = graph.keep(PICTURE, "image/png")
    graph.cause("media_gone", where="media")
    assert code(await business.get(file_id)) == 100
    url = (await business.get(file_id)).json()["url"]
    graph.cause("media_gone", where="download")
    assert (await business.http.get(url, headers=business.headers)).status_code == 404
    assert (await business.http.get(url, headers=business.headers)).status_code == 200
