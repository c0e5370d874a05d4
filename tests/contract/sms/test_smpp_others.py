"""The link and the message centre of the simulators against another implementation of SMPP.

`smpp34` is an independent one (Rust, MIT): two programs of ours might agree on the same mistake.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import smpp34

from rapport.domain.message import DeliveryStatus
from rapport.domain.sending import RetryAfter, Sent
from rapport.storage.embedded.endpoint import free_port
from tests.contract.sms.test_smpp_link import CUSTOMER, LONG, Desk, Place, linked, message_centre


class Foreign:
    """The other implementation's server, bound to by our link."""

    def __init__(self, server: smpp34.Server, esme: smpp34.Esme, desk: Desk) -> None:
        self.server, self.esme, self.desk = server, esme, desk

    async def submitted(self) -> smpp34.SubmitSmEvent:
        event = await asyncio.wait_for(self.server.next(), 10)
        assert isinstance(event, smpp34.SubmitSmEvent)
        return event


@pytest.fixture
async def foreign() -> AsyncIterator[Foreign]:
    port = free_port()
    server = smpp34.Server(host="127.0.0.1", port=port, system_id="OTHER")
    await server.start()
    try:
        async with linked(port) as desk:
            esme = await asyncio.wait_for(server.next(), 10)
            assert isinstance(esme, smpp34.Esme)
            await desk.until(lambda: "connected" in desk.said)
            yield Foreign(server, esme, desk)
    finally:
        await server.stop()


async def test_a_long_text_is_submitted_to_another_message_centre(foreign: Foreign) -> None:
    assert (foreign.esme.system_id, foreign.esme.can_receive) == ("rapport", True)
    sending = asyncio.create_task(foreign.desk.send("a" * 161))
    for place, (size, message_id) in enumerate([(153, "10a"), (8, "10b")], 1):
        event = await foreign.submitted()
        assert event.short_message == bytes([5, 0, 3, 4711 & 255, 2, place]) + b"a" * size
        assert (event.esm_class, event.data_coding, event.registered_delivery) == (0x40, 0, 1)
        assert (event.source_addr, event.source_addr_ton) == ("15550100", 1)
        assert (event.destination_addr, event.dest_addr_npi) == ("15550123", 1)
        event.accept(message_id)
    assert await sending == [Sent("10a"), Sent("10b")]


async def test_another_message_centres_throttling_is_understood(foreign: Foreign) -> None:
    sending = asyncio.create_task(foreign.desk.send("one"))
    (await foreign.submitted()).reject(smpp34.ESME_RTHROTTLED)
    assert await sending == [RetryAfter(None, "throttled")]


async def test_another_message_centres_messages_and_receipts_are_understood(
    foreign: Foreign,
) -> None:
    parts = [smpp34.Tlv(smpp34.TLV_SAR_MSG_REF_NUM, b"\x00\x07")]
    parts += [smpp34.Tlv(smpp34.TLV_SAR_TOTAL_SEGMENTS, b"\x02")]
    for number in (1, 2):
        answer = await foreign.esme.deliver_sm(
            "15550100",
            b"part %d" % number,
            source_addr="15550123",
            source_addr_ton=1,
            tlvs=[*parts, smpp34.Tlv(smpp34.TLV_SAR_SEGMENT_SEQNUM, bytes([number]))],
        )
        assert answer.is_success
    receipt = b"id:10A sub:001 dlvrd:001 done date:2611221405 stat:DELIVRD err:000 text:"
    answer = await foreign.esme.deliver_sm("15550100", receipt, source_addr="15550123", esm_class=4)
    assert answer.is_success
    desk = foreign.desk
    assert [(m.text, m.segment and m.segment.number) for m in desk.messages()] == [
        ("part 1", 1),
        ("part 2", 2),
    ]
    assert [(r.external_id, r.status) for r in desk.receipts()] == [
        ("10a", DeliveryStatus.DELIVERED)
    ]


async def test_the_answer_to_another_message_centre_waits_for_the_commit(
    foreign: Foreign,
) -> None:
    foreign.desk.failing = 1
    answers = [
        await foreign.esme.deliver_sm("15550100", b"ok", source_addr="15550123") for _ in range(2)
    ]
    assert [answer.is_success for answer in answers] == [False, True]
    assert [m.text for m in foreign.desk.messages()] == ["ok"]


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    async with message_centre() as found:
        yield found


async def test_another_client_uses_the_message_centre(place: Place) -> None:
    client = smpp34.Client("127.0.0.1", place.port, "rapport", "secret", bind_type="TRX")
    bound = await client.connect()
    submitted = await bound.submit_sm(
        "15550123", b"Hello", source_addr="15550100", registered_delivery=1
    )
    assert submitted.is_success
    event = await asyncio.wait_for(bound.next(), 10)
    assert isinstance(event, smpp34.DeliverSmEvent)
    assert event.esm_class == 4
    assert f"id:{submitted.message_id} ".encode() in event.short_message
    await place.customer_says(LONG)
    first = await asyncio.wait_for(bound.next(), 10)
    assert isinstance(first, smpp34.DeliverSmEvent)
    assert first.esm_class == 0x40
    assert first.source_addr == CUSTOMER.lstrip("+")
    (row,) = (await place.ledger())["submits"]
    assert (row["text"], row["segments"]) == ("Hello", 1)
    await bound.unbind()
    await client.stop()
