"""Signature, pauses and verdicts of webhook deliveries."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta

import pytest

from rapport.domain.webhooks import (
    BACK_OFF_S,
    FAILING_FOR,
    LONGEST_HOLD_S,
    LONGEST_WAIT_S,
    Answer,
    hold_s,
    next_wait_s,
    payload,
    signature,
)


def test_a_signature_for_every_secret_that_is_valid() -> None:
    body = b'{"a": 1}'
    marks = [hmac.digest(s, b"17." + body, hashlib.sha256).hex() for s in (b"new", b"old")]
    assert signature(["new", "old"], 17, body) == f"t=17,v1={marks[0]},v1={marks[1]}"


@pytest.mark.parametrize(
    ("attempts", "asked", "wait"),
    [
        (1, None, 10),
        (2, None, 30),
        (10, None, 86_400),
        (11, None, None),
        (1, 60, 60),
        (3, 5, 120),
        (1, 1e9, LONGEST_WAIT_S),
        (11, 60, None),
    ],
)
def test_the_pause_grows_to_a_day_or_is_as_asked(
    attempts: int, asked: float | None, wait: float | None
) -> None:
    assert next_wait_s(attempts, asked) == wait


@pytest.mark.parametrize(
    ("failures", "asked", "hold"),
    [(1, None, None), (2, None, None), (3, None, 10), (4, None, 30), (50, None, LONGEST_HOLD_S)],
)
def test_an_endpoint_is_left_alone_after_failures_in_a_row(
    failures: int, asked: float | None, hold: float | None
) -> None:
    assert hold_s(failures, asked) == hold


def test_it_is_left_alone_for_as_long_as_it_asks() -> None:
    assert hold_s(1, 7200) == 7200


def test_an_endpoint_is_paused_before_any_delivery_is_given_up() -> None:
    assert timedelta(seconds=sum(BACK_OFF_S)) > FAILING_FOR


@pytest.mark.parametrize(
    ("answer", "good", "gone", "reason"),
    [
        (Answer(status=200), True, False, None),
        (Answer(status=204), True, False, None),
        (Answer(status=410), False, True, "status_410"),
        (Answer(status=302, code="redirected"), False, False, "redirected"),
        (Answer(status=500), False, False, "status_500"),
        (Answer(code="timed_out"), False, False, "timed_out"),
    ],
)
def test_what_an_answer_means(answer: Answer, good: bool, gone: bool, reason: str | None) -> None:
    assert (answer.good, answer.gone, answer.reason) == (good, gone, reason)


def test_the_payload_leaves_out_what_there_is_not() -> None:
    told = payload(7, "task.ended", "2026-01-01T00:00:00Z", {"task_id": 3, "agent_id": None}, None)
    assert told == {
        "version": 1,
        "id": "7",
        "type": "task.ended",
        "at": "2026-01-01T00:00:00Z",
        "data": {"task_id": 3, "facts": {}},
    }
