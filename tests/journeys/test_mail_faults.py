"""What goes wrong with a mailbox ends in a state that a person can see and act on."""

from __future__ import annotations

import asyncio
import random
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from rapport.storage.embedded.endpoint import free_port
from tests.centre import Centre, Json, TestClock, serving
from tests.journeys.providers import until
from tests.journeys.test_email import DANA, DESK, accepted, mailbox
from tests.mailbox.importing import PASSWORD, WORKERS, append, connect, mail_server, read_up_to

MEGABYTE = 1024 * 1024


async def health(centre: Centre, account: int, code: str) -> Json:
    """What the supervisor sees of the account, once it says this."""
    sam = await centre.sign_in("sam")

    async def seen() -> Json | None:
        items = (await sam.get("/channel-health"))["items"]
        found = next(item for item in items if item["account_id"] == account)
        return found if found.get("error_code", found.get("code")) == code else None

    found: Json = await until(seen, 30)
    return found


@pytest.mark.parametrize(
    ("fault", "code", "words"),
    [
        ("unreachable", "lost", "ConnectionRefusedError"),
        ("wrong_password", "refused", "AUTHENTICATIONFAILED"),
        ("too_many_connections", "lost", "Too many connections"),
    ],
)
async def test_a_mailbox_that_cannot_be_read_says_why(
    database: str, tmp_path: Path, fault: str, code: str, words: str
) -> None:
    async def full(reader: Any, writer: Any) -> None:
        del reader
        writer.write(b"* BYE [LIMIT] Too many connections for this user\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(full, "127.0.0.1", 0)
    ports = {
        "unreachable": free_port(),
        "too_many_connections": server.sockets[0].getsockname()[1],
    }
    async with (
        server,
        mail_server() as port,
        serving(database, tmp_path, TestClock(), WORKERS) as centre,
    ):
        account = await connect(
            centre,
            ports.get(fault, port),
            password="wrong-secret" if fault == "wrong_password" else PASSWORD,
        )
        found = await health(centre, account, code)
        assert found["state"] == "broken"
        assert words in str(found)
        assert "wrong-secret" not in str(found)


async def test_a_mailbox_is_read_as_soon_as_it_answers_again(database: str, tmp_path: Path) -> None:
    from tests.mailbox.generator import Generator

    box = Generator(3).mailbox(20, 0)
    async with mail_server() as port, serving(database, tmp_path, TestClock(), WORKERS) as centre:
        account = await connect(centre, free_port())
        await health(centre, account, "lost")
        await asyncio.to_thread(append, port, box.first)
        spec = centre.node.configuration.current.account_specs[account].model_dump()
        spec["settings"]["imap_port"] = port
        await centre.put("accounts", "mail", spec, {"password": PASSWORD})
        async with asyncio.timeout(30):
            await read_up_to(centre, account, len(box.first))
        assert (await health(centre, account, "connected"))["state"] == "ok"


async def test_a_mail_of_fifty_megabytes_is_taken(centre: Centre) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = DANA, DESK, "Plans"
    mail.set_content("The plans are large.")
    content = random.Random(1).randbytes(36 * MEGABYTE)
    mail.add_attachment(content, maintype="image", subtype="png", filename="plan.png")
    mail.add_attachment(b"short", maintype="text", subtype="plain", filename="list.txt")
    raw = mail.as_bytes()
    assert len(raw) > 48 * MEGABYTE
    async with mailbox(centre) as box:
        await box.raw(raw)
        while await centre.node.fetcher.fetch_due():
            pass
        ana, task_id = await accepted(centre)
        page = await ana.get(f"/conversations/{ana.task(task_id)['conversation_id']}/messages")
        message = page["items"][0]
        assert message["text"] == "The plans are large."
        large, short = message["attachments"]
        assert short["state"] == "ready"
        assert (large["state"], large["refusal"]["code"]) == ("refused", "file_too_large")
        source = await ana.http.get(f"/api/v1/messages/{message['id']}/source")
        assert source.content == raw, "whoever needs the file has the source"
        await centre.settle()


@pytest.mark.parametrize("address", ["a@b.example\r\nBcc: x@c.example", "a@b.example, c@d.example"])
async def test_an_address_that_is_more_than_one_is_refused(centre: Centre, address: str) -> None:
    async with mailbox(centre) as box:
        await box.comes("The cup is broken.")
        ana, task_id = await accepted(centre)
        fields = await ana.get(f"/tasks/{task_id}/reply-fields?mode=reply")
        body = {"mode": "reply", "latest_seq": fields["latest_seq"], "text": "Hi"}
        for where in ("cc", "to"):
            mode = "forward" if where == "to" else "reply"
            given = {**body, "mode": mode, where: [{"address": address}]}
            answered = await ana.send("POST", f"/tasks/{task_id}/mail", given)
            assert answered.status_code == 422
            (field,) = answered.json()["error"]["details"]["fields"]
            assert field["path"] == f"{where}.0"
        name = {"address": "kim@mail.example", "name": "Kim\r\nBcc: x@c.example"}
        await ana.post(f"/tasks/{task_id}/mail", {**body, "cc": [name]})
        out = await box.deliver()
        assert out["Bcc"] is None
        assert sorted(box.postbox.recipients[-1]) == [DANA, "kim@mail.example"]
        await centre.settle()
