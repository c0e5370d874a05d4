"""Twilio: SMS and MMS, callbacks, opting out."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from rapport_simulators.twilio import TwilioSimulator
from rapport_simulators.twilio.segments import segments
from tests.simulators.business import MIKA, Twilio, code
from tests.simulators.conftest import Started
from tests.simulators.receiver import Receiver, twilio_signature

PICTURE = {"content_base64": "iVBORw0KGgo=", "mime_type": "image/png", "filename": "cup.png"}


@pytest.fixture
async def business(twilio: TwilioSimulator, http: httpx2.AsyncClient, receiver: Receiver) -> Twilio:
    return Twilio(twilio, http, f"{receiver.url}/status?ours=7")


async def says(twilio: TwilioSimulator, text: str = "", **content: Any) -> None:
    kind = "mms" if content else "text"
    await twilio.says(twilio.known(MIKA), kind, {"text": text, **content})
    await twilio.settle()


async def test_a_message_is_accepted_and_its_callbacks_follow(
    business: Twilio, twilio: TwilioSimulator, receiver: Receiver
) -> None:
    answer = await business.send()
    await twilio.settle()
    body = answer.json()
    assert (answer.status_code, body["status"], body["num_segments"]) == (201, "queued", "1")
    assert body["sid"].startswith("SM")
    assert len(body["sid"]) == 34
    assert [form["MessageStatus"] for form in receiver.forms] == ["queued", "sent", "delivered"]
    assert {form["MessageSid"] for form in receiver.forms} == {body["sid"]}


async def test_every_callback_and_message_is_signed_over_address_and_parameters(
    business: Twilio, twilio: TwilioSimulator, receiver: Receiver
) -> None:
    await business.send()
    await says(twilio, "Grüße & = ?", new_parameter="x", **PICTURE)
    assert len(receiver.hooks) == 4
    for hook in receiver.hooks:
        address = f"{receiver.url}/status?ours=7" if hook.path == "/status" else twilio.webhook
        expected = twilio_signature(twilio.settings.auth_token, address, hook.form)
        assert hook.headers["x-twilio-signature"] == expected


REFUSED: list[tuple[str, dict[str, Any], int]] = [
    ("nobody", {"To": None}, 21604),
    ("no number", {"To": "4915555500301"}, 21211),
    ("from nowhere", {"From": None}, 21603),
    ("from a number of others", {"From": "+15550100999"}, 21606),
    ("an unknown service", {"From": None, "MessagingServiceSid": "MGx"}, 21701),
    ("the number itself", {"To": "+15550100300"}, 21266),
    ("nothing", {"Body": None}, 21602),
    ("too much", {"Body": "x" * 1601}, 21617),
    ("too many files", {"MediaUrl": ["https://x.example/1"] * 11}, 21623),
    ("a file from nowhere", {"MediaUrl": "ftp://x.example/1"}, 21620),
]


@pytest.mark.parametrize(
    ("changes", "expected"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
async def test_what_twilio_refuses_is_refused_with_its_code(
    business: Twilio, twilio: TwilioSimulator, changes: dict[str, Any], expected: int
) -> None:
    answer = await business.send(**changes)
    body = answer.json()
    assert (answer.status_code, body["code"], body["status"]) == (400, expected, 400)
    assert body["more_info"].endswith(str(expected))
    assert twilio.ledger.from_business == []


async def test_wrong_credentials_are_refused(business: Twilio) -> None:
    answer = await business.get(".json", auth=(business.settings.account_sid, "wrong"))
    assert (answer.status_code, code(answer)) == (401, 20003)


async def test_a_messaging_service_can_send(business: Twilio, twilio: TwilioSimulator) -> None:
    service = twilio.settings.messaging_service_sid
    body = (await business.send(From=None, MessagingServiceSid=service)).json()
    assert (body["status"], body["messaging_service_sid"]) == ("accepted", service)


async def test_stop_ends_and_start_allows_messages(
    business: Twilio, twilio: TwilioSimulator, receiver: Receiver
) -> None:
    await says(twilio, " stop ")
    assert receiver.forms[-1]["OptOutType"] == "STOP"
    refused = await business.send()
    assert (refused.status_code, code(refused)) == (400, 21610)
    await says(twilio, "START")
    assert receiver.forms[-1]["OptOutType"] == "START"
    assert (await business.send()).status_code == 201
    told = [entry.author for entry in twilio.ledger.thread(MIKA)]
    assert told == ["customer", "provider", "customer", "provider", "business"]


async def test_yes_is_only_an_answer_to_whoever_has_not_opted_out(
    twilio: TwilioSimulator,
) -> None:
    await says(twilio, "Yes")
    assert [entry.author for entry in twilio.ledger.thread(MIKA)] == ["customer"]


async def test_a_picture_arrives_with_an_address_that_needs_the_credentials(
    business: Twilio, twilio: TwilioSimulator, receiver: Receiver
) -> None:
    await says(twilio, "Look", **PICTURE)
    told = receiver.forms[-1]
    assert (told["NumMedia"], told["MediaContentType0"], told["Body"]) == ("1", "image/png", "Look")
    assert told["MessageSid"].startswith("MM")
    assert (await business.http.get(told["MediaUrl0"])).status_code == 401
    content = await business.http.get(told["MediaUrl0"], auth=business.auth)
    assert content.content == b"\x89PNG\r\n\x1a\n"
    listed = (await business.get(f"/Messages/{told['MessageSid']}/Media.json")).json()
    assert listed["media_list"][0]["content_type"] == "image/png"
    removed = await business.http.delete(told["MediaUrl0"], auth=business.auth)
    assert removed.status_code == 204
    assert (await business.http.get(told["MediaUrl0"], auth=business.auth)).status_code == 404


async def test_public_files_need_no_credentials(
    start_twilio: Started, http: httpx2.AsyncClient, receiver: Receiver
) -> None:
    twilio = await start_twilio(private_media=False)
    await says(twilio, **PICTURE)
    assert (await http.get(receiver.forms[-1]["MediaUrl0"])).status_code == 200


async def test_the_files_of_an_mms_are_fetched(
    business: Twilio, twilio: TwilioSimulator, receiver: Receiver
) -> None:
    receiver.files["/cup.png"] = ("image/png", b"png")
    body = (await business.send(MediaUrl=f"{receiver.url}/cup.png")).json()
    await twilio.settle()
    (entry,) = twilio.ledger.from_business
    assert body["sid"].startswith("MM")
    assert (entry.status, entry.files[0].media_type) == ("delivered", "image/png")


async def test_an_mms_whose_file_is_not_there_fails(
    business: Twilio, twilio: TwilioSimulator, receiver: Receiver
) -> None:
    await business.send(MediaUrl=f"{receiver.url}/none.png")
    await twilio.settle()
    assert receiver.forms[-1]["MessageStatus"] == "failed"
    assert receiver.forms[-1]["ErrorCode"] == "11200"


@pytest.mark.parametrize(("cause", "expected"), [("undeliverable", "30003"), ("block", "30004")])
async def test_what_cannot_be_delivered_is_told_with_the_reason(
    business: Twilio, twilio: TwilioSimulator, receiver: Receiver, cause: str, expected: str
) -> None:
    if cause == "block":
        twilio.known(MIKA).blocked = True
    else:
        twilio.cause(cause)
    sid = (await business.send()).json()["sid"]
    await twilio.settle()
    told = receiver.forms[-1]
    assert (told["MessageStatus"], told["ErrorCode"]) == ("undelivered", expected)
    fetched = (await business.get(f"/Messages/{sid}.json")).json()
    assert (fetched["status"], fetched["error_code"]) == ("undelivered", int(expected))


async def test_without_a_callback_address_nothing_is_told(
    business: Twilio, twilio: TwilioSimulator, receiver: Receiver
) -> None:
    await business.send(StatusCallback=None)
    await twilio.settle()
    assert receiver.hooks == []
    assert twilio.ledger.from_business[0].status == "delivered"


async def test_a_webhook_that_is_refused_is_not_tried_again(
    twilio: TwilioSimulator, receiver: Receiver
) -> None:
    receiver.answers = [500]
    await says(twilio, "Hello")
    (entry,) = twilio.ledger.from_customers
    assert (len(receiver.hooks), entry.attempts, entry.acknowledged) == (1, 1, False)


async def test_a_webhook_without_an_answer_is_tried_once_more(twilio: TwilioSimulator) -> None:
    twilio.connect({"sms": "http://127.0.0.1:9/away"})
    await says(twilio, "Hello")
    assert twilio.ledger.from_customers[0].attempts == 2


async def test_account_numbers_and_messages_can_be_looked_up(
    business: Twilio, twilio: TwilioSimulator
) -> None:
    assert (await business.get(".json")).json()["status"] == "active"
    numbers = (await business.get("/IncomingPhoneNumbers.json")).json()
    assert numbers["incoming_phone_numbers"][0]["phone_number"] == twilio.settings.number
    await business.send()
    await says(twilio, "Hi")
    listed = (await business.get("/Messages.json", params={"To": MIKA})).json()["messages"]
    assert [one["direction"] for one in listed] == ["outbound-api"]
    assert code(await business.get("/Messages/SMnone.json")) == 20404


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("x" * 160, 1),
        ("x" * 161, 2),
        ("x" * 306, 2),
        ("x" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ж" * 70, 1),
        ("ж" * 71, 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_segments_are_counted_as_the_standard_does(text: str, count: int) -> None:
    assert segments(text) == count
