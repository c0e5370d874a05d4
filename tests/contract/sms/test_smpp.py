"""SMPP 3.4: recorded PDUs after the specification, and what holds besides."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from rapport.channels.sdk.connector import AccountConfig, MediaGone, Rejected
from rapport.channels.sdk.transport import ProviderAnswer
from rapport.channels.sms.settings import SmsSettings
from rapport.channels.sms.smpp_codes import COMMAND_STATUSES, STATES
from rapport.channels.sms.smpp_inbound import tells_itself_apart
from rapport.channels.sms.smpp_pdu import (
    DELIVER_SM,
    ESM_UDH,
    SUBMIT_SM,
    Address,
    Malformed,
    Pdu,
    ShortMessage,
)
from rapport.channels.sms.smpp_repeats import SURE_AFTER_S, Repeats
from rapport.channels.sms.smpp_text import gsm_octets, gsm_text, pack, unpack
from rapport.domain.message import InboundMedia, InboundMessage
from rapport.domain.segments import GSM_ALPHABET, GSM_EXTENSION
from tests.contract.sms.accounts import (
    Scripted,
    connector,
    outbound,
    pdu_request,
    smpp,
    texts_of,
    twilio,
)
from tests.contract.sms.runner import Case, cases, each, message_of, understood, written

RECEIPT_STATES = "DELIVRD EXPIRED DELETED UNDELIV ACCEPTD UNKNOWN REJECTD ENROUTE"
THROTTLES = {0x58, 0x14}
SILENT = Scripted(ProviderAnswer(status=500, headers={}, body=b""))


@each("smpp_in")
def test_what_came_in_is_understood(case: Case) -> None:
    account = smpp(**case.get("settings", {}))
    for body in (bytes.fromhex(case["pdu"]), case["pdu"].encode()):
        found = understood(pdu_request(body), account)
        assert _without_ids(found) == case["expected"]


def _without_ids(found: Any) -> Any:
    """Ids of messages and events are digests; that they are right has tests of its own."""
    if isinstance(found, list):
        for item in found:
            for kind in ("message", "event"):
                assert item.get(kind, {"external_id": "x"}).pop("external_id")
    return found


@each("smpp_out")
def test_what_goes_out_is_exact(case: Case) -> None:
    given = smpp(**case.get("settings", {}))
    account = AccountConfig(
        id=8,
        address=case.get("address", given.address),
        secrets=given.secrets,
        settings=given.settings,
    )
    assert written(connector().render(message_of(case), account)) == case["expected"]


def test_every_status_has_a_case() -> None:
    sources = " ".join(bytes.fromhex(c["pdu"]).decode("latin-1") for c in cases("smpp_in"))
    assert set(RECEIPT_STATES.split()) == set(STATES)
    assert all(f"stat:{state}" in sources for state in STATES)


def test_every_error_code_has_a_case() -> None:
    answered = {case["command_status"] for case in cases("smpp_answers")}
    assert answered >= COMMAND_STATUSES >= THROTTLES


def test_data_codings_have_cases() -> None:
    seen = {
        ShortMessage.decode(Pdu.decode(octets).body).data_coding
        for octets in (bytes.fromhex(c["pdu"]) for c in cases("smpp_in"))
        if octets[4:8] == DELIVER_SM.to_bytes(4, "big") and c_is_whole(octets)
    }
    assert seen >= {0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 14, 0x10, 0x18, 0xC8, 0xE0, 0xF1, 0xF5}


def c_is_whole(octets: bytes) -> bool:
    try:
        ShortMessage.decode(Pdu.decode(octets).body)
    except Malformed:
        return False
    return True


def deliver(text: bytes = b"ok", sequence: int = 1, **fields: Any) -> bytes:
    message = ShortMessage(
        source=Address(1, 1, "15550123"),
        destination=Address(1, 1, "15550100"),
        octets=text,
        **fields,
    )
    return Pdu(DELIVER_SM, 0, sequence, message.encode()).encode()


def id_of(octets: bytes, query: str = "") -> str:
    (found,) = connector().parse(pdu_request(octets, query), smpp())
    assert isinstance(found, InboundMessage)
    return found.external_id


def test_a_redelivery_has_the_same_id() -> None:
    assert id_of(deliver(sequence=1)) == id_of(deliver(sequence=77))
    assert id_of(deliver(), "seen=5") == id_of(deliver(), "seen=5")


def test_what_the_pdu_tells_apart_has_another_id() -> None:
    part = {"esm_class": ESM_UDH}
    different = [
        id_of(deliver()),
        id_of(deliver(b"OK!")),
        id_of(deliver(), "seen=5"),
        id_of(deliver(), "seen=5-1"),
        id_of(deliver(tlvs=((0x0204, b"\x00\x01"),))),
        id_of(deliver(tlvs=((0x0204, b"\x00\x02"),))),
        id_of(deliver(schedule="261122140500000+")),
        id_of(deliver(b"\x05\x00\x03\x01\x02\x01ok", **part)),
        id_of(deliver(b"\x05\x00\x03\x01\x02\x02ok", **part)),
        id_of(deliver(b"\x05\x00\x03\x02\x02\x01ok", **part)),
    ]
    assert len(set(different)) == len(different)


def repeats() -> Repeats:
    return Repeats(window_s=300, repeat_after_s=10)


def test_a_repeat_after_a_sure_answer_is_new_and_else_a_redelivery() -> None:
    known = repeats()
    first = known.stamp("ok", 1200)
    assert known.stamp("ok", 1201) == first, "not answered yet"
    known.answered("ok", 1202)
    assert known.stamp("ok", 1212) == first, "the answer may have been too late"
    known.answered("ok", 1212)
    second = known.stamp("ok", 1213)
    assert second != first
    known.answered("ok", 1213)
    known.broken(1213 + SURE_AFTER_S - 1)
    assert known.stamp("ok", 1350) == second, "the answer may have been lost"
    known.answered("ok", 1350)
    known.broken(1350 + SURE_AFTER_S)
    assert known.stamp("ok", 1420) not in {first, second}


def test_a_message_that_tells_itself_apart_is_the_same_within_the_window() -> None:
    known = repeats()
    first = known.stamp("part", 1200, identified=True)
    known.answered("part", 1200)
    assert known.stamp("part", 1499, identified=True) == first
    assert known.stamp("part", 1800, identified=True) != first


@pytest.mark.parametrize(
    ("fields", "apart"),
    [
        ({}, False),
        ({"tlvs": ((0x1400, b"262"),)}, False),
        ({"tlvs": ((0x0204, b"\x00\x01"),)}, True),
        ({"tlvs": ((0x020C, b"\x00\x01"),)}, True),
        ({"schedule": "261122140500000+"}, True),
        ({"text": b"\x05\x00\x03\x01\x02\x01ok", "esm_class": ESM_UDH}, True),
        ({"text": b"\x05\x00\x03\x01\x01\x01ok", "esm_class": ESM_UDH}, False),
    ],
)
def test_what_a_pdu_tells_itself_apart_by(fields: dict[str, Any], apart: bool) -> None:
    assert tells_itself_apart(Pdu.decode(deliver(**fields))) is apart


def test_a_new_process_gives_the_same_stamp_within_the_slot_only() -> None:
    assert repeats().stamp("ok", 1201) == repeats().stamp("ok", 1499)
    assert repeats().stamp("ok", 1201) != repeats().stamp("ok", 1501)


@given(steps=st.lists(st.tuples(st.booleans(), st.floats(11, 400)), max_size=30))
def test_genuine_repeats_never_share_a_stamp_while_we_live(
    steps: list[tuple[bool, float]],
) -> None:
    known, now = repeats(), 1_000_000.0
    seen: set[str] = set()
    for delivered_again, pause in steps:
        now += pause
        stamp = known.stamp("ok", now)
        assert stamp not in seen
        if delivered_again:
            assert known.stamp("ok", now + 1) == stamp
            now += 1
        known.answered("ok", now)
        seen.add(stamp)


def test_a_redelivery_follows_within_the_window_however_slowly_it_is_taken() -> None:
    known = repeats()
    first = known.stamp("ok", 1000)
    for now in range(1000, 3000, 250):
        assert known.stamp("ok", now) == first


@given(st.text(alphabet=[*(set(GSM_ALPHABET) - {"\x1b"}), *GSM_EXTENSION]), st.integers(0, 6))
def test_seven_bits_packed_and_unpacked_are_the_same(text: str, fill: int) -> None:
    septets = gsm_octets(text)
    assert gsm_text(septets) == text
    again = unpack(pack(septets, fill), fill)
    ambiguous = septets[-1:] in {b"\r", b"\x00"}
    assert again == septets or (ambiguous and again == septets[:-1])


@given(st.text(min_size=1, max_size=900), st.sampled_from(["gsm", "gsm_packed", "latin1"]))
def test_what_is_rendered_is_read_again(text: str, alphabet: str) -> None:
    text = text.replace("\x00", "").replace("\r", "").rstrip("@") or "x"
    account = smpp(default_alphabet=alphabet)
    read = ""
    for part in connector().render(outbound(text), account).parts:
        sent = Pdu.decode(bytes.fromhex(part.requests[0].hex or ""))
        assert (sent.command, sent.sequence) == (SUBMIT_SM, 0)
        body = ShortMessage.decode(sent.body)
        assert len(body.octets) <= 140 or (alphabet == "gsm" and len(body.octets) <= 160)
        back = ShortMessage(
            source=body.destination,
            destination=body.source,
            esm_class=body.esm_class,
            data_coding=body.data_coding,
            octets=body.octets,
        )
        request = pdu_request(Pdu(DELIVER_SM, 0, 1, back.encode()).encode())
        found = connector().parse(request, account)
        read += "".join(each or "" for each in texts_of(found))
    if text.strip().upper() not in _CONSENT and alphabet != "gsm_packed":
        assert read == text


_CONSENT = frozenset(
    {"STOP", "STOPALL", "UNSUBSCRIBE", "END", "QUIT", "CANCEL", "REVOKE", "OPTOUT"}
    | {"START", "UNSTOP"}
)


@given(st.data())
def test_parsing_raises_nothing_but_rejected(data: st.DataObject) -> None:
    octets = bytearray.fromhex(data.draw(st.sampled_from(cases("smpp_in")))["pdu"])
    for _ in range(data.draw(st.integers(0, 4))):
        place = data.draw(st.integers(0, max(len(octets) - 1, 0)))
        octets[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=6))
    if data.draw(st.booleans()):
        octets[0:4] = len(octets).to_bytes(4, "big")
    alphabet = data.draw(st.sampled_from(["gsm", "gsm_packed", "latin1"]))
    with suppress(Rejected):
        found = connector().parse(pdu_request(bytes(octets)), smpp(default_alphabet=alphabet))
        assert all("\x00" not in (text or "") for text in texts_of(found))
        repr(found).encode()


@given(st.binary(max_size=60))
def test_any_octets_are_a_pdu_or_malformed(octets: bytes) -> None:
    with suppress(Rejected):
        connector().parse(pdu_request(octets), smpp())


def test_http_can_not_imitate_the_link() -> None:
    connector().verify(pdu_request(deliver()), smpp())
    for method in ("POST", "GET"):
        request = pdu_request(deliver())
        imitation = type(request)(
            method=method, path=request.path, query="", headers={}, body=request.body
        )
        with pytest.raises(Rejected, match="signature_invalid"):
            connector().verify(imitation, smpp())


def test_a_link_is_for_smpp_accounts_alone() -> None:
    assert connector().connects(smpp())
    assert not connector().connects(twilio())


def test_a_pdu_is_read_without_knowing_where_the_message_centre_is() -> None:
    account = AccountConfig(id=8, address="+15550100", secrets={}, settings={})
    request = pdu_request(deliver())
    connector().verify(request, account)
    assert texts_of(connector().parse(request, account)) == ["ok"]


async def test_there_are_no_files() -> None:
    media = InboundMedia(kind="image", url="https://files.example.org/a")
    assert await connector().locate(media, smpp(), SILENT) == MediaGone("no_files")


def test_settings_that_do_not_fit_are_said_without_their_values() -> None:
    with pytest.raises(ValidationError, match="host"):
        SmsSettings(provider="smpp")
    rendered = connector().render(outbound(), smpp(port="no port of mine"))
    (problem,) = rendered.problems
    assert problem.code == "not_configured"
    assert "no port of mine" not in problem.message
    with pytest.raises(Rejected, match="not_configured"):
        connector().parse(pdu_request(deliver()), smpp(port=0))
