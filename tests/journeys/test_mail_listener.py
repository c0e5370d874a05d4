"""Forwarded mail by SMTP: into the conversations, or back to its sender's server."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from pathlib import Path
from typing import Any

import pytest

from rapport.storage.embedded import EmbeddedPostgres
from rapport.storage.embedded.endpoint import free_port
from rapport.storage.migrations import upgrade
from tests.centre import Centre, TestClock, furnish, serving
from tests.contract.email.certificates import Certificate, certificate

DESK, SALES = "help@shop.example", "sales@shop.example"


def mail(name: str) -> bytes:
    return (
        f"From: Dana Example <dana@mail.example>\r\nTo: {DESK}\r\nSubject: Cup\r\n"
        f"Message-ID: <{name}@mail.example>\r\n\r\nAbout {name}\r\n"
    ).encode()


def hand_over(
    port: int,
    to: str,
    raw: bytes,
    *,
    tls: ssl.SSLContext | None = None,
    sender: str = "d@m.test",
) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
        if tls is not None:
            client.starttls(context=tls)
        client.sendmail(sender, [to], raw)


def answer_to(port: int, to: str, raw: bytes) -> int:
    """The server's code for the text."""
    try:
        hand_over(port, to, raw)
    except smtplib.SMTPDataError as refused:
        return refused.smtp_code
    return 250


async def connected(centre: Centre) -> None:
    for name, address, more in (
        ("mail", DESK, {"own_addresses": ["hello@shop.example"]}),
        ("sales box", SALES, {"forward_domain": "in.shop.example"}),
    ):
        spec = {"channel": "email", "address": address, "settings": more}
        account = await centre.put("accounts", name, spec)
        entry = {"account": account, "queue": centre.ids["sales"]}
        await centre.put("entry_points", f"{name} entry", entry)


async def texts(centre: Centre) -> list[tuple[str, str]]:
    rows = await centre.node.database.pool.fetch(
        "SELECT c.account_id, m.text FROM message m JOIN conversation c ON c.id = m.conversation_id"
        " WHERE m.direction = 'inbound' ORDER BY m.id"
    )
    names = {i: s.address for i, s in
             centre.node.configuration.current.account_specs.items()}  # fmt: skip
    return [(names[row["account_id"]], row["text"]) for row in rows]


async def test_forwarded_mail_is_stored_before_it_is_answered(
    database: str, tmp_path: Path
) -> None:
    port, pem = free_port(), certificate(tmp_path)
    more = {"mail_port": port, "mail_certificate": pem.path, "mail_key": pem.key}
    async with serving(database, tmp_path, TestClock(), more=more) as centre:
        await furnish(centre)
        await connected(centre)
        await asyncio.to_thread(hand_over, port, DESK, mail("one"))
        await asyncio.to_thread(hand_over, port, "hello+vip@shop.example", mail("two"))
        await asyncio.to_thread(hand_over, port, "any@in.shop.example", mail("three"))
        await asyncio.to_thread(hand_over, port, DESK, mail("four"), tls=pem.client)
        # A server that had no answer hands the mail over again.
        await asyncio.to_thread(hand_over, port, DESK, mail("one"))
        assert await texts(centre) == [
            (DESK, "About one"),
            (DESK, "About two"),
            (SALES, "About three"),
            (DESK, "About four"),
        ]
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            await asyncio.to_thread(hand_over, port, "x@elsewhere.example", mail("five"))
        await centre.settle()


async def test_an_empty_envelope_sender_opens_no_task(database: str, tmp_path: Path) -> None:
    port = free_port()
    async with serving(database, tmp_path, TestClock(), more={"mail_port": port}) as centre:
        await furnish(centre)
        await connected(centre)
        await asyncio.to_thread(hand_over, port, DESK, mail("away"), sender="")
        assert [text for _, text in await texts(centre)] == ["About away"]
        assert await centre.node.database.pool.fetchval("SELECT count(*) FROM task") == 0
        await centre.settle()


async def test_a_mail_stays_with_its_sender_while_the_database_is_away(tmp_path: Path) -> None:
    postgres = EmbeddedPostgres(tmp_path / "postgres")
    await postgres.start()
    port = free_port()
    try:
        await upgrade(postgres.dsn)
        settings: dict[str, Any] = {"mail_port": port}
        data = tmp_path / "data"
        async with serving(postgres.dsn, data, TestClock(), more=settings) as centre:
            await furnish(centre)
            await connected(centre)
            await postgres.stop()
            with pytest.raises(smtplib.SMTPDataError) as refused:
                await asyncio.to_thread(hand_over, port, DESK, mail("one"))
            assert refused.value.smtp_code == 451
            assert not list((data / "spool").rglob("*.request"))
            await postgres.start()
            async with asyncio.timeout(60):
                while await asyncio.to_thread(answer_to, port, DESK, mail("one")) == 451:
                    pass
            assert await texts(centre) == [(DESK, "About one")]
    finally:
        await postgres.stop()


def test_a_certificate_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    from rapport.api.mail_door import certificates

    pem: Certificate = certificate(tmp_path)
    assert certificates(None, None) is None
    assert certificates(pem.path, pem.key) is not None
    with pytest.raises(OSError, match="No such file"):
        certificates(tmp_path / "nothing.pem", None)
