"""Workflows: filled in without giving values any power, and answers read (C2)."""

from __future__ import annotations

import json
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.application.configuration.writing import WorkflowInput
from rapport.application.run_workflow import checked_inputs
from rapport.domain.errors import Invalid
from rapport.domain.workflows import (
    answer_values,
    filled_body,
    filled_header,
    filled_url,
    found_at,
    signature,
    substituted,
    with_secrets,
)

VALUES = {"input.order": 'KC/1 & "x"', "input.n": "7.5", "customer.name": None}
wild = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def test_filled_in() -> None:
    url = filled_url("https://shop.example/o/@@input.order@@?for=@@customer.name|you@@", VALUES)
    assert url == "https://shop.example/o/KC%2F1%20%26%20%22x%22?for=you"
    body = '{"order": "No. @@input.order@@", "n": "@@input.n@@", "to": ["@@customer.name@@", 1]}'
    assert json.loads(filled_body(body, VALUES, frozenset({"input.n"}))) == {
        "order": 'No. KC/1 & "x"',
        "n": 7.5,
        "to": ["", 1],
    }
    assert substituted("<@@input.n@@> \\@@input.n@@", VALUES) == "<7.5> \\7.5"


def test_secrets_stand_in_headers_only_when_it_is_sent() -> None:
    values = {"input.order": "x\r\nX-Admin: 1 @@secret.token@@"}
    header = filled_header("Bearer @@secret.token@@ @@input.order@@", values)
    assert header == "Bearer @@secret.token@@ xX-Admin: 1 secret.token"
    sent = with_secrets({"Authorization": header}, {"token": "t0ken"})
    assert sent == {"Authorization": "Bearer t0ken xX-Admin: 1 secret.token"}


@given(wild)
def test_a_value_is_never_more_than_a_value(value: str) -> None:
    values = {"input.order": value}
    url = urlsplit(filled_url("https://shop.example/o/@@input.order@@/end?q=1", values))
    assert (url.netloc, url.query, url.fragment) == ("shop.example", "q=1", "")
    assert unquote(url.path) == f"/o/{value}/end"
    body = json.loads(filled_body('{"order": "@@input.order@@"}', values, frozenset()))
    assert body == {"order": value}
    header = filled_header("@@input.order@@", values)
    assert header.isprintable()
    assert "@@" not in header


def test_answers_by_path_and_pointer() -> None:
    parsed, values = answer_values('{"order": {"status": "sent", "n": [1, {"a/b": true}]}}')
    assert values == {
        "answer.order.status": "sent",
        "answer.order.n.0": "1",
        "answer.order.n.1.a/b": "true",
    }
    assert found_at(parsed, "order.status") == "sent"
    assert found_at(parsed, "/order/n/1/a~1b") == "true"
    assert found_at(parsed, "order.n") == '[1, {"a/b": true}]'
    for missing in ("order.gone", "order.n.9", "order.status.x", "/", ""):
        assert found_at(parsed, missing) is None
    assert answer_values("plain <b>") == (None, {"answer.text": "plain <b>"})


def test_the_signature_covers_time_key_and_body() -> None:
    assert signature("s", 1, "k", b"{}") == signature("s", 1, "k", b"{}")
    others = {
        signature(*a) for a in [("s", 1, "k", b"x"), ("s", 2, "k", b"{}"), ("t", 1, "k", b"")]
    }
    assert signature("s", 1, "k", b"{}") not in others


INPUTS = [
    WorkflowInput(name="order", label="Order", required=True),
    WorkflowInput(name="n", label="Number", kind="number"),
    WorkflowInput(name="why", label="Why", kind="select", options=["broken", "late"]),
    WorkflowInput(name="day", label="Day", kind="date"),
]


def test_inputs_are_checked() -> None:
    given_ = {"order": " KC-1 ", "n": "", "why": "late", "day": "2026-11-28"}
    assert checked_inputs(INPUTS, given_) == {"order": "KC-1", "why": "late", "day": "2026-11-28"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("order", " "),
        ("order", "x" * 1001),
        ("n", "١"),
        ("n", "1e999"),
        ("n", "05"),
        ("n", "nan"),
        ("why", "no"),
        ("day", "28.11.2026"),
        ("other", "x"),
    ],
)
def test_and_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked_inputs(INPUTS, {"order": "1", name: value})
    fields = refused.value.details["fields"]
    assert isinstance(fields, list)
    assert [f["path"] for f in fields] == [f"inputs.{name}"]
