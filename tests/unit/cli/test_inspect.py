"""`rapport inspect` and `rapport render`: a line in, a line out, never a traceback."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.channels.discovery import connectors
from rapport.cli.inspect import inspected, rendered, run

KEYS = {"status", "accepted", "body", "messages", "receipts", "events", "ignored"}
DELIVERY = json.dumps(
    {
        "object": "whatsapp_business_account",
        "entry": [
            {
                "id": "2",
                "changes": [
                    {
                        "field": "messages",
                        "value": {
                            "metadata": {"phone_number_id": "1055"},
                            "contacts": [{"profile": {"name": "Dana"}, "wa_id": "15550123"}],
                            "messages": [
                                {
                                    "from": "15550123",
                                    "id": "wamid.1",
                                    "timestamp": "1767225600",
                                    "type": "text",
                                    "text": {"body": "Hi"},
                                }
                            ],
                        },
                    }
                ],
            }
        ],
    }
)


def lines(
    capsys: pytest.CaptureFixture[str], channel: str, given: Any, render: bool = False
) -> list[Any]:
    text = given if isinstance(given, bytes) else json.dumps(given).encode()
    run(channel, io.BytesIO(text), rendered if render else inspected)
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_signed_webhook_is_taken_apart(capsys: pytest.CaptureFixture[str]) -> None:
    signature = "sha256=" + hmac.new(b"s", DELIVERY.encode(), hashlib.sha256).hexdigest()
    request = {
        "method": "POST",
        "url": "https://desk.example/webhooks/whatsapp/1",
        "headers": {"X-Hub-Signature-256": signature},
        "body": DELIVERY,
        "config": {"address": "1055", "secret": "s"},
    }
    (found,) = lines(capsys, "whatsapp", request)
    assert found.keys() == KEYS
    assert (found["status"], found["accepted"]) == (200, True)
    (message,) = found["messages"]
    assert (message["external_id"], message["contact_id"], message["text"]) == (
        "wamid.1",
        "15550123",
        "Hi",
    )
    (refused,) = lines(capsys, "whatsapp", {**request, "config": {"secret": "other"}})
    assert (refused["status"], refused["accepted"], refused["messages"]) == (401, False, [])


def test_the_check_of_the_address(capsys: pytest.CaptureFixture[str]) -> None:
    url = "https://d.example/x?hub.mode=subscribe&hub.verify_token=t&hub.challenge=42"
    request = {"method": "GET", "url": url, "config": {"verify_token": "t"}}
    (found,) = lines(capsys, "messenger", request)
    assert (found["status"], found["body"]) == (200, "42")


def test_a_raw_mail(capsys: pytest.CaptureFixture[str]) -> None:
    (found,) = lines(capsys, "email", b"From: Dana <d@mail.example>\nSubject: Cup\n\nHello\n")
    assert (found["from"], found["from_name"], found["subject"]) == (
        "d@mail.example",
        "Dana",
        "Cup",
    )
    assert (found["text"].strip(), found["class"], found["bounce"]) == ("Hello", "human", None)


def test_messages_become_requests_without_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    message = {
        "config": {"address": "1055", "secret": "s3cret", "access_token": "t0ken"},
        "to": "15550123",
        "text": "Hello **you**",
        "format": "markdown",
    }
    (found,) = lines(capsys, "whatsapp", message, render=True)
    (request,) = found["requests"]
    assert request["path"] == "/v25.0/1055/messages"
    assert request["json"]["text"]["body"] == "Hello *you*"
    assert not {"s3cret", "t0ken"} & set(json.dumps(found).split('"'))
    (over,) = lines(capsys, "whatsapp", {**message, "text": "x" * 5000}, render=True)
    assert over["problems"][0]["code"]


def test_many_choices_become_a_list(capsys: pytest.CaptureFixture[str]) -> None:
    message = {
        "config": {"address": "1055"},
        "to": "15550123",
        "text": "Which one?",
        "buttons": [[f"id-{n}", f"Choice {n}"] for n in range(4)],
        "choose": "Choices",
    }
    (found,) = lines(capsys, "whatsapp", message, render=True)
    action = found["requests"][0]["json"]["interactive"]["action"]
    assert action["button"] == "Choices"
    assert [row["id"] for row in action["sections"][0]["rows"]] == ["id-0", "id-1", "id-2", "id-3"]


@pytest.mark.parametrize("channel", sorted(connectors()))
def test_whatever_comes_in_a_line_goes_out(channel: str) -> None:
    @given(st.binary(max_size=200))
    def any_bytes(data: bytes) -> None:
        run(channel, io.BytesIO(data), inspected)
        run(channel, io.BytesIO(data), rendered)

    any_bytes()


def test_an_unknown_channel_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("fax", io.BytesIO(b""), inspected) == 2
    assert "whatsapp" in capsys.readouterr().err
