"""A mailbox read by IMAP from real servers."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rapport.channels.email.connector import SILENT, EmailConnector
from rapport.channels.email.imap import (
    Credentials,
    Fetched,
    ImapReader,
    ImapServer,
    Later,
    Mark,
)
from rapport.channels.sdk.connector import AccountConfig, Request
from tests.contract.email.imap_servers import PASSWORD, USER, Imap, Wire, dovecot, pymap

LONG = 60


@pytest.fixture(params=["pymap", "dovecot"])
def imap(request: pytest.FixtureRequest) -> Iterator[Imap]:
    if request.param == "dovecot" and shutil.which("dovecot") is None:
        pytest.skip("Dovecot is not installed; pymap runs the same tests")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with (pymap if request.param == "pymap" else dovecot)(Path(folder)) as server:
            yield server


@dataclass
class Desk:
    """Keeps the mark, takes the mails, hears the health."""

    mark: Mark | None = None
    got: list[Fetched] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    refuse: dict[bytes, list[Exception]] = field(default_factory=dict)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def load(self) -> Mark | None:
        return self.mark

    async def save(self, mark: Mark) -> None:
        async with self.changed:
            self.mark = mark
            self.changed.notify_all()

    async def deliver(self, mail: Fetched) -> None:
        for needle, errors in self.refuse.items():
            if needle in mail.raw and errors:
                raise errors.pop(0)
        self.got.append(mail)

    def say(self, code: str, words: str) -> None:
        del words
        self.said.append(code)

    def subjects(self) -> list[str]:
        lines = (line for m in self.got for line in m.raw.decode().splitlines())
        return [line[9:] for line in lines if line.startswith("Subject: test ")]

    async def until(self, *subjects: str) -> None:
        """Wait until the mails with these subjects have been taken, and their mark kept."""
        async with asyncio.timeout(LONG), self.changed:
            await self.changed.wait_for(lambda: set(subjects) <= set(self.subjects()))


def mail(name: str) -> bytes:
    return f"From: a@example.com\r\nSubject: test {name}\r\n\r\nHello\r\n".encode()


@asynccontextmanager
async def reading(
    desk: Desk, port: int, password: str = PASSWORD, **more: float
) -> AsyncIterator[None]:
    async def credentials() -> Credentials:
        return Credentials(password)

    server = ImapServer(
        host="127.0.0.1", port=port, security="plain", user=USER,
        shortest_wait_s=0.05, longest_wait_s=0.2, **{"idle_s": 20, "timeout_s": 10, **more},
    )  # fmt: skip
    reader = ImapReader(server, credentials, desk, desk.deliver, desk.say)
    task = asyncio.create_task(reader.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_imap_catches_up_completely_and_in_order(imap: Imap) -> None:
    for number in range(20):
        imap.append(mail(f"{number}"))
    unseen = imap.unseen()
    desk = Desk()
    async with reading(desk, imap.port):
        await desk.until("test 19")
    assert desk.subjects() == [f"test {number}" for number in range(20)]
    assert [m.uid for m in desk.got] == sorted({m.uid for m in desk.got})
    assert desk.mark is not None
    assert desk.mark.uid == desk.got[-1].uid
    assert desk.got[-1].internal_date is not None
    assert imap.unseen() == unseen


async def test_a_mail_that_comes_is_pushed(imap: Imap) -> None:
    desk = Desk()
    imap.append(mail("first"))
    async with reading(desk, imap.port, idle_s=600):
        await desk.until("test first")
        await asyncio.to_thread(imap.append, mail("pushed"))
        await desk.until("test pushed")


async def test_a_mail_that_comes_while_another_is_taken_waits_for_nothing(imap: Imap) -> None:
    """The server tells of it before anybody listens, and tells it once."""

    class Busy(Desk):
        async def deliver(self, fetched: Fetched) -> None:
            await super().deliver(fetched)
            number = len(self.got)
            if number < 6:
                await asyncio.to_thread(imap.append, mail(f"{number}"))

    desk = Busy()
    imap.append(mail("0"))
    async with reading(desk, imap.port, idle_s=600):
        await desk.until(*(f"test {number}" for number in range(6)))
    assert desk.subjects() == [f"test {number}" for number in range(6)]


@pytest.mark.parametrize(
    ("configured", "begun", "mark", "silent"),
    [
        pytest.param(-3600, 3600, None, False, id="configured before, looked at after"),
        pytest.param(3600, 3600, None, True, id="there before it was configured"),
        pytest.param(120, 3600, None, False, id="a server whose clock is behind"),
        pytest.param(3600, 7200, (1, 4_000_000), True, id="the first look was interrupted"),
        pytest.param(None, -3600, None, False, id="unknown when: after the first look"),
        pytest.param(None, 3600, None, True, id="unknown when: before the first look"),
        pytest.param(None, 3600, (1, 4_000_000), False, id="unknown when: not the first look"),
    ],
)
async def test_only_what_lay_there_before_comes_in_silently(
    imap: Imap,
    configured: int | None,
    begun: int,
    mark: tuple[int, int] | None,
    *,
    silent: bool,
) -> None:
    """A server that could not be reached at first has taken mails meanwhile (M10, M11)."""
    imap.append(mail("one"))
    came: asyncio.Queue[Request] = asyncio.Queue()

    # The mail server dates mails by the clock of the machine.
    real = datetime.now(UTC)  # noqa: TID251

    class Nothing:
        async def load(self) -> tuple[int, int] | None:
            return mark

        async def since(self) -> datetime | None:
            return None if configured is None else real + timedelta(seconds=configured)

        async def save(self, mark: int, uid: int) -> None:
            del mark, uid

    account = AccountConfig(
        id=7,
        address="help@shop.example",
        settings={
            "imap_host": "127.0.0.1", "imap_port": imap.port, "imap_security": "plain", "user": USER,
        },
        secrets={"password": PASSWORD},
    )  # fmt: skip
    connector = EmailConnector(now=lambda: real + timedelta(seconds=begun))
    task = asyncio.create_task(
        connector.run(account, came.put, lambda _code, _words: None, Nothing())
    )
    try:
        async with asyncio.timeout(LONG):
            request = await came.get()
            while b"Subject: test one" not in request.body:
                request = await came.get()
        assert (SILENT in request.headers) is silent
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_it_goes_on_after_its_mark(imap: Imap) -> None:
    desk = Desk()
    imap.append(mail("before"))
    async with reading(desk, imap.port):
        await desk.until("test before")
    desk.got.clear()
    imap.append(mail("after"))
    async with reading(desk, imap.port):
        await desk.until("test after")
    assert desk.subjects() == ["test after"]


async def test_under_another_uidvalidity_all_is_looked_at_again(imap: Imap) -> None:
    imap.append(mail("one"))
    desk = Desk(mark=Mark(1, 4_000_000))
    async with reading(desk, imap.port):
        await desk.until("test one")
    assert "uidvalidity" in desk.said
    assert desk.mark is not None
    assert desk.mark.uidvalidity == desk.got[-1].uidvalidity != 1


async def test_later_waits_and_a_bad_mail_stops_nothing(imap: Imap) -> None:
    for name in ("away", "bad", "good"):
        imap.append(mail(name))
    desk = Desk(refuse={
        b"test away": [Later("the database is away")] * 8,
        b"test bad": [RuntimeError("bad")] * 1000,
    })  # fmt: skip
    async with reading(desk, imap.port):
        await desk.until("test away", "test good")
    assert desk.subjects() == ["test away", "test good"]
    assert "skipped" in desk.said


async def test_a_line_that_fell_silent_is_noticed(imap: Imap) -> None:
    desk = Desk()
    imap.append(mail("first"))
    async with Wire(imap.port) as wire, reading(desk, wire.port, idle_s=1, timeout_s=1):
        await desk.until("test first")
        wire.fall_silent()
        await asyncio.to_thread(imap.append, mail("meanwhile"))
        await desk.until("test meanwhile")
        assert wire.connections > 1
    assert "lost" in desk.said
    assert desk.subjects() == ["test first", "test meanwhile"]


async def test_a_wrong_password_is_told_and_not_shown(imap: Imap) -> None:
    desk = Desk()
    said: list[str] = []
    heard = asyncio.Event()

    def say(code: str, words: str) -> None:
        said.append(f"{code} {words}")
        if code == "refused":
            heard.set()

    desk.say = say  # type: ignore[method-assign]
    async with reading(desk, imap.port, password="wrong-secret"):
        await asyncio.wait_for(heard.wait(), LONG)
    assert "wrong-secret" not in " ".join(said)
