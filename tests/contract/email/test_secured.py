"""TLS, STARTTLS and XOAUTH2, both ways, against real servers."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress
from pathlib import Path
from typing import Literal

import pytest

from rapport.channels.email.imap import Credentials, Fetched, ImapReader, ImapServer, Mark
from rapport.channels.email.sending import SmtpServer, submit, try_out
from rapport.domain.sending import AccountBroken, Sent
from rapport_simulators.mail import MailSettings, MailSimulator
from tests.contract.email.certificates import Certificate, certificate

DESK, DANA = "help@shop.example", "dana@mail.example"
PASSWORD, TOKEN = "demo-mailbox", "ya29.a-token"
RAW = b"From: help@shop.example\r\nTo: dana@mail.example\r\nSubject: Hi\r\n\r\nHello\r\n"
HOW: list[Literal["tls", "starttls"]] = ["tls", "starttls"]


@pytest.fixture
def pem(tmp_path: Path) -> Certificate:
    return certificate(tmp_path)


class Desk:
    """Takes the mails and hears the health."""

    def __init__(self) -> None:
        self.mark: Mark | None = None
        self.got: list[Fetched] = []
        self.said: list[str] = []
        self.news = asyncio.Condition()

    async def load(self) -> Mark | None:
        return self.mark

    async def save(self, mark: Mark) -> None:
        self.mark = mark

    async def deliver(self, mail: Fetched) -> None:
        async with self.news:
            self.got.append(mail)
            self.news.notify_all()

    def say(self, code: str, words: str) -> None:
        self.said.append(f"{code} {words}")
        task = asyncio.ensure_future(self._tell())
        self._task = task

    async def _tell(self) -> None:
        async with self.news:
            self.news.notify_all()


async def read(
    mail: MailSimulator, how: Literal["tls", "starttls"], known: Credentials,
    tls: ssl.SSLContext, until: str,
) -> Desk:  # fmt: skip
    """Read the mailbox until a mail is there or the reader has said something."""

    async def credentials() -> Credentials:
        return known

    desk = Desk()
    server = ImapServer(
        host="127.0.0.1", port=mail.imap_port, security=how, user=DESK, timeout_s=10,
        shortest_wait_s=0.05, longest_wait_s=0.1,
    )  # fmt: skip
    reader = ImapReader(server, credentials, desk, desk.deliver, desk.say, tls)
    task = asyncio.create_task(reader.run())
    try:
        async with asyncio.timeout(30), desk.news:
            await desk.news.wait_for(
                lambda: desk.got if until == "mail" else any(s.startswith(until) for s in desk.said)
            )
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    return desk


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("known", [Credentials(PASSWORD), Credentials(TOKEN, oauth=True)])
async def test_a_mailbox_is_read_encrypted_by_password_and_by_token(
    pem: Certificate, how: Literal["tls", "starttls"], known: Credentials
) -> None:
    settings = MailSettings(tls=pem.server, implicit_tls=how == "tls", token=TOKEN)
    async with MailSimulator(settings) as mail:
        mail.office.boxes[DESK].put(RAW, 1.0)
        desk = await read(mail, how, known, pem.client, "mail")
    assert desk.got[0].raw == RAW


@pytest.mark.parametrize("how", HOW)
async def test_an_expired_token_is_told_and_not_shown(
    pem: Certificate, how: Literal["tls", "starttls"]
) -> None:
    settings = MailSettings(tls=pem.server, implicit_tls=how == "tls", token=TOKEN)
    async with MailSimulator(settings) as mail:
        desk = await read(
            mail, how, Credentials("expired-token", oauth=True), pem.client, "refused"
        )
    assert "expired-token" not in " ".join(desk.said)


@pytest.mark.parametrize("how", HOW)
async def test_a_certificate_of_nobody_ends_before_the_login(
    pem: Certificate, how: Literal["tls", "starttls"]
) -> None:
    stranger = ssl.create_default_context()
    settings = MailSettings(tls=pem.server, implicit_tls=how == "tls")
    async with MailSimulator(settings) as mail:
        desk = await read(mail, how, Credentials(PASSWORD), stranger, "lost")
        assert any("CERTIFICATE" in said.upper() for said in desk.said)
        where = SmtpServer(host="127.0.0.1", port=mail.smtp_port, security=how, user=DESK,
                           secret=PASSWORD, timeout_s=10)  # fmt: skip
        assert isinstance(await try_out(where, tls=stranger), AccountBroken)


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize(("secret", "oauth"), [(PASSWORD, False), (TOKEN, True)])
async def test_a_mail_leaves_encrypted_by_password_and_by_token(
    pem: Certificate, how: Literal["tls", "starttls"], secret: str, oauth: bool
) -> None:
    settings = MailSettings(tls=pem.server, implicit_tls=how == "tls", token=TOKEN)
    async with MailSimulator(settings) as mail:
        where = SmtpServer(host="127.0.0.1", port=mail.smtp_port, security=how, user=DESK,
                           secret=secret, oauth=oauth, timeout_s=10)  # fmt: skip
        found = await submit(RAW, DESK, [DANA], where, tls=pem.client)
        assert isinstance(found.outcome, Sent)
        assert mail.office.boxes[DANA].inbox[0].raw == RAW
        wrong = SmtpServer(host="127.0.0.1", port=mail.smtp_port, security=how, user=DESK,
                           secret="expired-token", oauth=oauth, timeout_s=10)  # fmt: skip
        refused = await submit(RAW, DESK, [DANA], wrong, tls=pem.client)
    assert isinstance(refused.outcome, AccountBroken)
    assert "expired-token" not in str(refused)
