"""The link over real TCP against the message centre of the simulators."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any

import httpx2
import pytest

from rapport.channels.sdk.connector import Parsed, Request
from rapport.channels.sdk.transport import ProviderAnswer
from rapport.channels.sms.connector import SmsConnector
from rapport.domain.message import CustomerEvent, DeliveryReceipt, DeliveryStatus, InboundMessage
from rapport.domain.sending import AccountBroken, Rejected, RetryAfter, SendOutcome, Sent, Unknown
from rapport_simulators.smsc.centre import Centre, Settings, start, stop
from rapport_simulators.smsc.control import Control
from rapport_simulators.smsc.wire import (
    ANSWER,
    BIND_TRX,
    DELIVER,
    ENQUIRE,
    SUBMIT,
    UNBIND,
    Frame,
    Sms,
    read_frame,
)
from tests.contract.sms.accounts import Moment, Scripted, connector, outbound, smpp
from tests.contract.sms.runner import cases, outcome_of

CUSTOMER = "+15550123"
NO_TRANSPORT = Scripted(ProviderAnswer(status=500, headers={}, body=b""))


class NoMemory:
    """SMPP has nothing to remember."""

    async def load(self) -> tuple[int, int] | None:
        return None

    async def since(self) -> datetime | None:
        return None

    async def save(self, epoch: int, position: int) -> None:
        raise AssertionError("nothing to remember")


class Desk:
    """Our side: the connector's link, what it took in and what it said."""

    def __init__(self, sms: SmsConnector, moment: Moment, **settings: Any) -> None:
        self.sms, self.account, self.moment = sms, smpp(**settings), moment
        self.requests: list[Request] = []
        self.parsed: list[Parsed] = []
        self.said: list[str] = []
        self.failing = 0
        self.changed = asyncio.Condition()

    async def inbox(self, request: Request) -> None:
        self.sms.verify(request, self.account)
        parsed = self.sms.parse(request, self.account)
        self.requests.append(request)
        if self.failing:
            self.failing -= 1
            raise ConnectionError("the database is away")
        self.parsed += parsed
        await self._tell()

    def say(self, code: str, words: str) -> None:
        assert words
        self.said.append(code)
        self._telling = asyncio.ensure_future(self._tell())

    async def _tell(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(30), self.changed:
            await self.changed.wait_for(holds)

    def messages(self) -> list[InboundMessage]:
        return [each for each in self.parsed if isinstance(each, InboundMessage)]

    def receipts(self) -> list[DeliveryReceipt]:
        return [each for each in self.parsed if isinstance(each, DeliveryReceipt)]

    async def send(self, text: str, **fields: Any) -> list[SendOutcome]:
        rendered = self.sms.render(outbound(text, **fields), self.account)
        assert not rendered.problems
        return [await self.sms.send(p, self.account, NO_TRANSPORT) for p in rendered.parts]


class Place:
    """A message centre with its control interface."""

    def __init__(self, centre: Centre, port: int, control: str) -> None:
        self.centre, self.port, self._control = centre, port, control

    async def ledger(self) -> dict[str, Any]:
        async with httpx2.AsyncClient(timeout=30) as client:
            found: dict[str, Any] = (await client.get(f"{self._control}/ledger")).json()
            return found

    async def post(self, path: str, **wish: Any) -> None:
        async with httpx2.AsyncClient(timeout=30) as client:
            answer = await client.post(f"{self._control}{path}", content=json.dumps(wish))
            assert answer.status_code == 201, answer.text

    async def customer_says(self, text: str, **wish: Any) -> None:
        await self.post(f"/customers/{CUSTOMER}/send", text=text, **wish)

    async def fault(self, kind: str, **wish: Any) -> None:
        await self.post("/faults", kind=kind, **wish)


@contextlib.asynccontextmanager
async def message_centre(**settings: Any) -> AsyncIterator[Place]:
    centre = Centre(Settings(**({"retry_s": 0.02, "receipt_delay_s": 0.001} | settings)))
    server, worker = await start(centre, "127.0.0.1", 0)
    control = await asyncio.start_server(Control(centre).serve, "127.0.0.1", 0)
    try:
        address = f"http://127.0.0.1:{control.sockets[0].getsockname()[1]}"
        yield Place(centre, server.sockets[0].getsockname()[1], address)
    finally:
        control.close()
        await control.wait_closed()
        await stop(centre, server, worker)


@contextlib.asynccontextmanager
async def linked(port: int, **settings: Any) -> AsyncIterator[Desk]:
    quick = {"port": port, "reconnect_s": 0.02, "response_s": 2.0}
    moment = Moment()
    desk = Desk(connector(moment), moment, **(quick | settings))
    running = asyncio.create_task(desk.sms.run(desk.account, desk.inbox, desk.say, NoMemory()))
    try:
        yield desk
    finally:
        running.cancel()
        await asyncio.wait([running])


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    async with message_centre() as found:
        yield found


@pytest.fixture
async def desk(place: Place) -> AsyncIterator[Desk]:
    async with linked(place.port) as found:
        await found.until(lambda: "connected" in found.said)
        yield found


LONG = "Dear customer, your order [42] costs 10 €. " * 8
EMOJI = "Grüße 😀 " * 20


@pytest.mark.parametrize("text", ["Hello", LONG, EMOJI], ids=["short", "gsm", "ucs2"])
async def test_a_text_arrives_whole_and_every_segment_is_receipted(
    place: Place, desk: Desk, text: str
) -> None:
    outcomes = await desk.send(text)
    await desk.until(lambda: len(desk.receipts()) == len(outcomes))
    (row,) = (await place.ledger())["submits"]
    assert (row["from"], row["to"], row["text"]) == ("+15550100", "+15550123", text)
    assert row["complete"]
    assert row["segments"] == len(outcomes) == len(row["receipts"])
    assert [o.external_id for o in outcomes if isinstance(o, Sent)] == row["ids"]
    assert {r.external_id for r in desk.receipts()} == set(row["ids"])
    assert {r.status for r in desk.receipts()} == {DeliveryStatus.DELIVERED}


@pytest.mark.parametrize("style", ["udh", "udh16", "sar"])
@pytest.mark.parametrize("text", [LONG, EMOJI], ids=["gsm", "ucs2"])
async def test_a_customers_long_message_comes_in_parts_that_join(
    place: Place, desk: Desk, style: str, text: str
) -> None:
    await place.customer_says(text, style=style)
    await desk.until(lambda: bool(desk.messages()) and _all_here(desk.messages()))
    parts = sorted(desk.messages(), key=lambda part: part.segment.number if part.segment else 0)
    assert "".join(part.text or "" for part in parts) == text
    assert len({part.segment.reference for part in parts if part.segment}) == 1
    assert len({part.external_id for part in parts}) == len(parts)
    assert {part.contact_key for part in parts} == {CUSTOMER}


def _all_here(parts: list[InboundMessage]) -> bool:
    return parts[0].segment is not None and len(parts) == parts[0].segment.total


async def test_a_customers_long_message_may_come_as_one_payload(place: Place, desk: Desk) -> None:
    await place.customer_says(LONG, style="payload")
    await desk.until(lambda: bool(desk.messages()))
    assert [(m.text, m.segment) for m in desk.messages()] == [(LONG, None)]


async def test_the_answer_follows_the_commit_and_a_failed_one_is_repeated(
    place: Place, desk: Desk
) -> None:
    desk.failing = 2
    await place.customer_says("ok")
    await desk.until(lambda: bool(desk.messages()))
    assert [m.text for m in desk.messages()] == ["ok"]
    assert len(desk.requests) == 3
    assert len({request.query for request in desk.requests}) == 1, "a redelivery, by its stamp"
    await asyncio.wait_for(_accepted(place), 10)


async def _accepted(place: Place) -> None:
    while not (await place.ledger())["deliveries"][-1]["accepted"]:
        pass


async def test_what_can_not_be_understood_holds_nothing_up(place: Place, desk: Desk) -> None:
    broken = Sms(sender="15550123", receiver="15550100", data=b"x").body()[:-3]
    (session,) = place.centre.sessions
    assert (await session.ask(DELIVER, broken, 5)).status == 0x65
    await place.customer_says("hello")
    await desk.until(lambda: bool(desk.messages()))


async def test_the_same_words_again_are_another_message(place: Place, desk: Desk) -> None:
    await place.customer_says("ok")
    await desk.until(lambda: len(desk.messages()) == 1)
    desk.moment.pass_s(11)
    await place.customer_says("ok")
    await desk.until(lambda: len(desk.messages()) == 2)
    assert len({m.external_id for m in desk.messages()}) == 2


@pytest.mark.parametrize("text", ["ok", LONG], ids=["short", "parts"])
async def test_a_message_handed_over_twice_is_one(place: Place, desk: Desk, text: str) -> None:
    await place.fault("duplicate_deliver")
    await place.customer_says(text)
    await desk.until(lambda: bool(desk.messages()) and len(desk.messages()) == 2 * _number(desk))
    assert len({m.external_id for m in desk.messages()}) == _number(desk)


def _number(desk: Desk) -> int:
    segment = desk.messages()[0].segment
    return segment.total if segment else 1


async def test_stop_comes_as_an_event(place: Place, desk: Desk) -> None:
    await place.customer_says(" stop ")
    await desk.until(lambda: bool(desk.parsed))
    (event,) = desk.parsed
    assert isinstance(event, CustomerEvent)
    assert event.kind == "opted_out"


@pytest.mark.parametrize(
    ("fault", "options", "expected"),
    [
        ("throttle", {}, RetryAfter(None, "throttled")),
        ("queue_full", {}, RetryAfter(None, "queue_full")),
        ("reject", {"status": 0x0B}, Rejected("smpp_0x0b", "The number is not valid.")),
        (
            "generic_nack",
            {},
            Rejected("smpp_0x03", "The message centre does not accept this message."),
        ),
    ],
)
async def test_negative_answers_become_outcomes_and_the_link_lives_on(
    place: Place, desk: Desk, fault: str, options: dict[str, Any], expected: SendOutcome
) -> None:
    await place.fault(fault, **options)
    assert await desk.send("one") == [expected]
    assert isinstance((await desk.send("two"))[0], Sent)
    assert [row["text"] for row in (await place.ledger())["submits"]] == ["two"]


async def test_every_command_status_becomes_an_outcome(place: Place, desk: Desk) -> None:
    for case in cases("smpp_answers"):
        await place.fault("reject", status=case["command_status"])
        (outcome,) = await desk.send("one")
        assert outcome_of(outcome) == case["expected"], case["name"]


async def test_a_late_answer_is_still_an_answer(place: Place, desk: Desk) -> None:
    await place.fault("delay", seconds=0.05)
    assert isinstance((await desk.send("one"))[0], Sent)


async def test_a_submit_without_answer_is_unknown(place: Place) -> None:
    async with linked(place.port, response_s=0.2) as desk:
        await desk.until(lambda: "connected" in desk.said)
        await place.fault("no_answer")
        assert await desk.send("one") == [Unknown("unanswered")]
        assert isinstance((await desk.send("two"))[0], Sent)


async def test_a_broken_connection_leaves_the_submit_unknown_and_comes_back(
    place: Place,
) -> None:
    async with linked(place.port, response_s=600) as desk:
        await desk.until(lambda: "connected" in desk.said)
        await place.fault("drop_connection")
        async with asyncio.timeout(30):
            assert await desk.send("one") == [Unknown("unanswered")]
        await desk.until(lambda: desk.said == ["connected", "disconnected", "connected"])
        assert isinstance((await desk.send("two"))[0], Sent)
        await place.customer_says("still there?")
        await desk.until(lambda: bool(desk.messages()))


async def test_after_a_break_the_same_words_are_a_redelivery(place: Place, desk: Desk) -> None:
    await place.customer_says("ok")
    await desk.until(lambda: len(desk.messages()) == 1)
    desk.moment.pass_s(20)
    await place.fault("drop_connection", on="now")
    await desk.until(lambda: desk.said == ["connected", "disconnected", "connected"])
    await place.customer_says("ok")
    await desk.until(lambda: len(desk.messages()) == 2)
    assert len({m.external_id for m in desk.messages()}) == 1


async def test_no_more_submits_are_open_than_the_window_allows() -> None:
    order: list[int] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError):
            for count in itertools.count():
                frame = await read_frame(reader)
                order.append(frame.command)
                if frame.command == SUBMIT:
                    held.append(frame)
                elif frame.command == BIND_TRX:
                    writer.write(Frame(BIND_TRX | ANSWER, 0, frame.sequence, b"X\0").octets())
                if len(held) == 2 and frame.command == SUBMIT:
                    writer.write(Frame(ENQUIRE, 0, count).octets())
                elif frame.command == ENQUIRE | ANSWER:
                    for each in held:
                        body = b"%d\0" % each.sequence
                        writer.write(Frame(SUBMIT | ANSWER, 0, each.sequence, body).octets())
                    held.clear()
                elif frame.command == UNBIND:
                    writer.write(Frame(UNBIND | ANSWER, 0, frame.sequence).octets())
        writer.close()

    held: list[Frame] = []
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with linked(server.sockets[0].getsockname()[1], window=2) as desk:
        await desk.until(lambda: "connected" in desk.said)
        sent = await asyncio.gather(*(desk.send(text) for text in ("a", "b", "c", "d")))
        assert all(isinstance(outcome, Sent) for outcomes in sent for outcome in outcomes)
    server.close()
    await server.wait_closed()
    pair = [SUBMIT, SUBMIT, ENQUIRE | ANSWER]
    assert order == [BIND_TRX, *pair, *pair, UNBIND]


async def test_nothing_is_sent_while_there_is_no_link(place: Place) -> None:
    desk = Desk(connector(), Moment(), port=place.port)
    assert await desk.send("one") == [RetryAfter(None, "not_connected")]
    assert (await place.ledger())["submits"] == []


@pytest.mark.parametrize(
    ("settings", "why"),
    [({"password": "another"}, "wrong password"), ({"system_id": "another"}, "wrong system id")],
)
async def test_a_refused_bind_breaks_the_account(settings: dict[str, str], why: str) -> None:
    async with message_centre(**settings) as place, linked(place.port) as desk:
        await desk.until(lambda: "bind_refused" in desk.said)
        (outcome,) = await desk.send("one")
        assert isinstance(outcome, AccountBroken), why
        assert outcome.code == "bind_refused"
        assert "secret" not in outcome.message
        assert not (await desk.sms.probe(desk.account, NO_TRANSPORT)).ok


async def test_a_silent_link_is_given_up_and_bound_again(place: Place) -> None:
    async with linked(place.port, enquire_link_s=0.05, response_s=0.1) as desk:
        await desk.until(lambda: "connected" in desk.said)
        await place.fault("no_answer", on="enquire_link")
        await desk.until(lambda: desk.said[:3] == ["connected", "silent", "connected"])


async def test_a_link_can_be_two_sessions(place: Place) -> None:
    async with linked(place.port, bind="tx_rx") as desk:
        await desk.until(lambda: "connected" in desk.said)
        assert len(place.centre.sessions) == 2
        assert isinstance((await desk.send("one"))[0], Sent)
        await place.customer_says("two")
        await desk.until(lambda: bool(desk.messages()))
        await desk.until(lambda: bool(desk.receipts()))


@pytest.mark.parametrize(
    ("submit_ids", "receipt_ids", "mode"),
    [
        ("decimal", "decimal", "same"),
        ("decimal", "hex", "hex_receipt"),
        ("hex", "decimal", "decimal_receipt"),
        ("hex", "hex", "same"),
    ],
)
@pytest.mark.parametrize("options", [True, False])
async def test_a_receipt_finds_its_message_however_ids_are_spelt(
    submit_ids: str, receipt_ids: str, mode: str, options: bool
) -> None:
    centre = message_centre(submit_ids=submit_ids, receipt_ids=receipt_ids, receipt_options=options)
    async with centre as place, linked(place.port, receipt_ids=mode) as desk:
        await desk.until(lambda: "connected" in desk.said)
        (outcome,) = await desk.send("one")
        await desk.until(lambda: bool(desk.receipts()))
        assert isinstance(outcome, Sent)
        assert [r.external_id for r in desk.receipts()] == [outcome.external_id]


async def test_a_failed_receipt_says_why(place: Place, desk: Desk) -> None:
    await place.fault("receipt", stat="UNDELIV", err="069")
    await desk.send("one")
    await desk.until(lambda: bool(desk.receipts()))
    (receipt,) = desk.receipts()
    assert receipt.status is DeliveryStatus.FAILED
    assert receipt.error_code == "UNDELIV"
    assert receipt.error_message == "The message can't be delivered (network error 069)."


async def test_receipts_in_any_order_each_find_their_message(place: Place, desk: Desk) -> None:
    await place.fault("reorder_receipts", count=3)
    outcomes = [(await desk.send(text))[0] for text in ("one", "two", "three")]
    await desk.until(lambda: len(desk.receipts()) == 3)
    sent = [outcome.external_id for outcome in outcomes if isinstance(outcome, Sent)]
    assert [receipt.external_id for receipt in desk.receipts()] == sent[::-1]


async def test_the_probe_asks_the_live_link(desk: Desk) -> None:
    assert (await desk.sms.probe(desk.account, NO_TRANSPORT)).facts == {"bound": "yes"}


async def test_the_probe_binds_where_there_is_no_link(place: Place) -> None:
    sms, account = connector(), smpp(port=place.port)
    found = await sms.probe(account, NO_TRANSPORT)
    assert found.ok
    assert found.facts == {"system_id": "SIMULATOR"}
    assert (await place.ledger())["submits"] == []


async def test_a_message_centre_out_of_reach_is_said(place: Place) -> None:
    async with message_centre() as gone:
        port = gone.port
    found = await connector().probe(smpp(port=port), NO_TRANSPORT)
    assert (found.ok, found.code) == (False, "unreachable")
