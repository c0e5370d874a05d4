"""The simulated mail server: read by a real IMAP client, handed mail by a real SMTP client."""

from __future__ import annotations

import asyncio
import imaplib
import threading
from collections.abc import AsyncIterator
from email.message import EmailMessage
from typing import Any

import aiosmtplib
import httpx2
import pytest
from imap_tools import MailBoxUnencrypted

from rapport_simulators.mail import MailSettings, MailSimulator

DANA, ROBIN, DESK = "dana@mail.example", "robin@mail.example", "help@shop.example"
PASSWORD, TOKEN = "demo-mailbox", "an-access-token"
PIXEL = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
    b"\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99"
    b"=\x1d\x00\x00\x00\x00IEND\xaeB`\x82"
)


@pytest.fixture
async def mail() -> AsyncIterator[MailSimulator]:
    async with MailSimulator(MailSettings(token=TOKEN)) as mail:
        yield mail


async def file(http: httpx2.AsyncClient, mail: MailSimulator, name: str, kind: str) -> str:
    answer = await http.post(
        f"{mail.url}/_control/files?filename={name}", content=PIXEL, headers={"content-type": kind}
    )
    return str(answer.json()["id"])


async def test_a_customers_mail_lies_in_the_business_mailbox_with_its_picture_and_file(
    mail: MailSimulator, http: httpx2.AsyncClient
) -> None:
    files = [
        {"id": await file(http, mail, "cup.png", "image/png"), "inline": True},
        {"id": await file(http, mail, "bill.png", "image/png")},
    ]
    body = {"subject": "A cup", "text": "It is broken.\nLook:", "cc": ROBIN, "files": files}
    url = f"{mail.url}/_control/customers/{DANA}/messages"
    assert (await http.post(url, json=body)).status_code == 201

    def read() -> Any:
        with MailBoxUnencrypted("127.0.0.1", mail.imap_port).login(DESK, PASSWORD) as box:
            return list(box.fetch(mark_seen=False))

    (got,) = await asyncio.to_thread(read)
    assert (got.from_, got.to, got.cc, got.subject) == (DANA, (DESK,), (ROBIN,), "A cup")
    assert "It is broken." in got.text
    assert 'src="cid:picture0@mail.example"' in got.html
    assert sorted(a.filename for a in got.attachments) == ["bill.png", "cup.png"]
    robins = await http.get(f"{mail.url}/_control/customers/{ROBIN}/thread")
    assert [m["subject"] for m in robins.json()["messages"]] == ["A cup"]


async def test_an_answer_is_shown_as_the_customer_sees_it_and_answered_in_its_thread(
    mail: MailSimulator, http: httpx2.AsyncClient
) -> None:
    answer = EmailMessage()
    answer["From"], answer["To"], answer["Subject"] = DESK, DANA, "Re: A cup"
    answer["Message-ID"] = "<answer@shop.example>"
    answer.set_content("plain")
    answer.add_alternative('<b>Hello</b><img src="cid:logo"><script>x()</script>', subtype="html")
    answer.get_payload()[1].add_related(PIXEL, "image", "png", cid="<logo>")  # type: ignore[union-attr]
    await aiosmtplib.send(
        answer, hostname="127.0.0.1", port=mail.smtp_port, username=DESK, password=PASSWORD,
        start_tls=False,
    )  # fmt: skip
    thread = f"{mail.url}/_control/customers/{DANA}"
    (shown,) = (await http.get(f"{thread}/thread")).json()["messages"]
    page = await http.get(f"{mail.url}/_control/media/{shown['page']}")
    assert "data:image/png;base64," in page.text
    assert page.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    await http.post(f"{thread}/messages", json={"text": "Thanks", "reply_to": shown["id"]})
    back = mail.office.boxes[DESK].inbox[-1].raw
    assert b"In-Reply-To: <answer@shop.example>" in back
    assert b"Subject: Re: A cup" in back


async def test_nobody_else_gets_mail_and_nobody_sends_without_a_login(mail: MailSimulator) -> None:
    client = aiosmtplib.SMTP(hostname="127.0.0.1", port=mail.smtp_port, start_tls=False)
    async with client:
        with pytest.raises(aiosmtplib.SMTPResponseException):
            await client.mail(DESK)
        with pytest.raises(aiosmtplib.SMTPAuthenticationError):
            await client.login(DESK, "wrong")
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=mail.smtp_port, start_tls=False) as other:
        await other.login(DESK, PASSWORD)
        await other.mail(DESK)
        with pytest.raises(aiosmtplib.SMTPRecipientRefused):
            await other.rcpt("stranger@elsewhere.example")


async def test_idle_tells_of_a_mail_and_a_token_logs_in(mail: MailSimulator) -> None:
    def wait() -> list[bytes]:
        with MailBoxUnencrypted("127.0.0.1", mail.imap_port, timeout=20) as box:
            box.xoauth2(DESK, TOKEN)
            ready.set()
            return box.idle.wait(timeout=20)

    ready = threading.Event()
    waiting = asyncio.create_task(asyncio.to_thread(wait))
    await asyncio.to_thread(ready.wait, 20)
    # What comes before it waits is none of its business: mails come until one is told.
    while not waiting.done():
        mail.office.boxes[DESK].put(b"Subject: x\r\n\r\ny", 1.0)
        await asyncio.wait([waiting], timeout=0.1)
    assert any(line.endswith(b" EXISTS") for line in await waiting)


async def test_a_wrong_token_or_password_is_refused(mail: MailSimulator) -> None:
    def log_in(oauth: bool) -> None:
        with MailBoxUnencrypted("127.0.0.1", mail.imap_port, timeout=20) as box:
            if oauth:
                box.xoauth2(DESK, "expired")
            else:
                box.login(DESK, "wrong")

    for oauth in (True, False):
        with pytest.raises(Exception, match=r"(?i)invalid|AUTHENTICATIONFAILED") as refused:
            await asyncio.to_thread(log_in, oauth)
        assert not isinstance(refused.value, imaplib.IMAP4.abort)


async def test_no_mail_is_missed_however_they_come_while_one_is_told(mail: MailSimulator) -> None:
    count = 200

    def listen() -> int:
        told = 0
        with MailBoxUnencrypted("127.0.0.1", mail.imap_port, timeout=20) as box:
            box.login(DESK, PASSWORD)
            with box.idle as idle:
                ready.set()
                while told < count:
                    lines = idle.poll(timeout=20)
                    assert lines, f"silent after {told}"
                    told = max(int(line.split()[1]) for line in lines)
        return told

    ready = threading.Event()
    listening = asyncio.create_task(asyncio.to_thread(listen))
    await asyncio.to_thread(ready.wait, 20)
    for _ in range(count):
        mail.office.boxes[DESK].put(b"Subject: x\r\n\r\ny", 1.0)
        await asyncio.sleep(0)
    assert await listening == count
