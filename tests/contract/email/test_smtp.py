"""Mail in and out by SMTP, against a real server and a real client."""

from __future__ import annotations

import asyncio
import smtplib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from rapport.channels.email.listener import Received, listen
from rapport.channels.email.sending import SmtpServer, Submitted, submit
from rapport.domain.sending import AccountBroken, Rejected, RetryAfter, Sent, Unknown

RAW = b"From: help@example.org\r\nTo: ada@example.com\r\nSubject: Hi\r\n\r\n.dot\r\nHello\r\n"
ADA, BO = "ada@example.com", "bo@example.net"


class Provider:
    """A server whose answers are set."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.taken: list[bytes] = []

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str,
                          options: list[str]) -> str:  # fmt: skip
        envelope.mail_from = address
        return str(self.answers.get("mail", "250 OK"))

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str,
                          options: list[str]) -> str:  # fmt: skip
        answer = str(self.answers.get(address, self.answers.get("rcpt", "250 OK")))
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.taken.append(envelope.content)
        if self.answers.get("silent"):
            await asyncio.Event().wait()
        return str(self.answers.get("data", "250 2.0.0 Ok: queued as 4F2A"))


def authenticator(
    server: Any, session: Any, envelope: Any, mechanism: str, data: Any
) -> AuthResult:
    good = isinstance(data, LoginPassword) and data.password == b"right"
    return AuthResult(success=good, handled=False)


@asynccontextmanager
async def provider(given: Provider, **more: Any) -> AsyncIterator[int]:
    loop = asyncio.get_running_loop()
    factory: Callable[[], Any] = lambda: SMTP(given, loop=loop, hostname="mx.example.net", **more)  # noqa: E731
    server = await loop.create_server(factory, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def tried(answers: dict[str, Any], *people: str, **server: Any) -> tuple[Submitted, Provider]:
    given = Provider(**answers)
    async with provider(given) as port:
        where = SmtpServer(**{"host": "127.0.0.1", "port": port, "security": "plain",
                              "timeout_s": 5, **server})  # fmt: skip
        return await submit(RAW, "help@example.org", people or (ADA,), where), given


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({}, Sent("4F2A")),
        ({"data": "250 OK"}, Sent(None)),
        ({"mail": "451 4.3.0 later"}, RetryAfter(None, "smtp_451")),
        ({"mail": "550 5.7.1 no"}, Rejected("smtp_550", "5.7.1 no")),
        ({"mail": "530 5.7.0 login first"}, AccountBroken),
        ({"rcpt": "450 4.2.1 busy"}, RetryAfter(None, "smtp_450")),
        ({"rcpt": "550 5.1.1 nobody"}, Rejected("smtp_550", "5.1.1 nobody")),
        ({"data": "452 4.3.1 full"}, RetryAfter(None, "smtp_452")),
        ({"data": "421 4.7.0 slow down"}, RetryAfter(None, "smtp_421")),
        ({"data": "554 5.7.1 spam"}, Rejected("smtp_554", "5.7.1 spam")),
    ],
)
async def test_smtp_answers_become_outcomes(answers: dict[str, Any], expected: Any) -> None:
    found, _ = await tried(answers)
    if isinstance(expected, type):
        assert isinstance(found.outcome, expected)
    else:
        assert found.outcome == expected


async def test_what_arrives_is_what_was_sent() -> None:
    _, given = await tried({})
    assert given.taken == [RAW]


async def test_one_of_several_refused_is_told_and_the_rest_get_it() -> None:
    found, given = await tried({BO: "550 5.1.1 nobody"}, ADA, BO)
    assert found.outcome == Sent("4F2A")
    assert [(r.address, r.code, r.later) for r in found.refused] == [(BO, "smtp_550", False)]
    assert len(given.taken) == 1


async def test_all_refused_and_one_of_them_for_now_is_tried_again() -> None:
    found, given = await tried({BO: "450 4.2.1 busy", ADA: "550 5.1.1 nobody"}, ADA, BO)
    assert isinstance(found.outcome, RetryAfter)
    assert given.taken == []


async def test_silence_after_the_text_is_unknown() -> None:
    found, given = await tried({"silent": True}, timeout_s=0.5)
    assert found.outcome == Unknown("unanswered")
    assert len(given.taken) == 1


async def test_no_server_is_a_retry() -> None:
    where = SmtpServer(host="127.0.0.1", port=1, security="plain", timeout_s=5)
    assert (await submit(RAW, "a@example.org", [ADA], where)).outcome == RetryAfter(
        None, "unreachable"
    )


async def test_encryption_that_the_server_lacks_is_the_administrators_business() -> None:
    found, given = await tried({}, security="starttls")
    assert isinstance(found.outcome, AccountBroken)
    assert given.taken == []


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(("secret", "good"), [("right", True), ("wrong-secret", False)])
async def test_no_secret_is_in_an_outcome(secret: str, good: bool) -> None:
    given = Provider()
    async with provider(
        given, authenticator=authenticator, auth_require_tls=False, auth_required=True
    ) as port:
        where = SmtpServer(host="127.0.0.1", port=port, security="plain", user="u", secret=secret)
        found = await submit(RAW, "a@example.org", [ADA], where)
    assert isinstance(found.outcome, Sent if good else AccountBroken)
    assert secret not in str(found)
    assert secret not in str(where)


@asynccontextmanager
async def listening(take: Any, **more: Any) -> AsyncIterator[int]:
    server = await listen("127.0.0.1", 0, lambda a: a.endswith("@in.example.org"), take, **more)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def hand_over(port: int, people: list[str], raw: bytes = RAW, *, lmtp: bool = False) -> Any:
    kind = smtplib.LMTP if lmtp else smtplib.SMTP
    with kind("127.0.0.1", port) as client:
        return client.sendmail("ada@example.com", people, raw)


async def test_stored_before_it_is_answered() -> None:
    got: list[Received] = []

    async def take(mail: Received) -> None:
        got.append(mail)

    async with listening(take) as port:
        await asyncio.to_thread(hand_over, port, ["Help@in.example.org"])
    assert got == [Received("ada@example.com", ("Help@in.example.org",), RAW)]


async def test_what_can_not_be_stored_stays_with_the_sender() -> None:
    async def take(mail: Received) -> None:
        raise OSError("the database is away")

    async with listening(take) as port:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            await asyncio.to_thread(hand_over, port, ["help@in.example.org"])
    assert refused.value.smtp_code == 451


async def test_only_addresses_of_ours_are_taken() -> None:
    async def take(mail: Received) -> None:
        pytest.fail("this is no relay")

    async with listening(take) as port:
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            await asyncio.to_thread(hand_over, port, ["x@elsewhere.example"])
    assert refused.value.recipients["x@elsewhere.example"][0] == 550


async def test_too_large_is_refused() -> None:
    async def take(mail: Received) -> None:
        pytest.fail("too large")

    async with listening(take, largest=1000) as port:
        with pytest.raises((smtplib.SMTPSenderRefused, smtplib.SMTPDataError)) as refused:
            await asyncio.to_thread(hand_over, port, ["help@in.example.org"], RAW + b"x" * 2000)
    assert refused.value.smtp_code == 552


async def test_lmtp_answers_for_each_recipient() -> None:
    got: list[Received] = []

    async def take(mail: Received) -> None:
        got.append(mail)

    people = ["a@in.example.org", "b@in.example.org"]
    async with listening(take, lmtp=True) as port:
        assert await asyncio.to_thread(lmtp_codes, port, people) == [250, 250]
    assert [m.recipients for m in got] == [tuple(people)]


def lmtp_codes(port: int, people: list[str]) -> list[int]:
    with smtplib.LMTP("127.0.0.1", port) as client:
        client.ehlo()
        client.mail("ada@example.com")
        for one in people:
            client.rcpt(one)
        return [client.data(RAW)[0], *(client.getreply()[0] for _ in people[1:])]
