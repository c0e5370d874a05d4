"""Recorded situations from files: read, run, and said in the files' own words."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from rapport.channels.sdk.connector import (
    AccountConfig,
    Ignored,
    Parsed,
    Rejected,
    Rendered,
    Request,
)
from rapport.channels.sdk.transport import ProviderAnswer
from rapport.channels.sms.inbound import UNTIMED
from rapport.domain.message import CustomerEvent, DeliveryReceipt, InboundMessage
from rapport.domain.sending import OutboundFile, OutboundMessage, ProviderTemplate, SendOutcome
from tests.contract.sms.accounts import WEBHOOK, connector, outbound

Case = dict[str, Any]
FOLDER = Path(__file__).with_name("cases")
_NAMES = {InboundMessage: "message", DeliveryReceipt: "receipt", CustomerEvent: "event"}


def cases(file: str) -> list[Case]:
    """All situations of a file; each says where it is from."""
    found: list[Case] = json.loads((FOLDER / f"{file}.json").read_text(encoding="utf-8"))
    assert all(case["name"] and case["source"] for case in found)
    return found


def each(file: str) -> pytest.MarkDecorator:
    """Run a test once per situation of a file, by its name."""
    return pytest.mark.parametrize("case", cases(file), ids=lambda case: case["name"])


def form_request(case: Case) -> Request:
    """A webhook as the file describes it."""
    form, query = case["form"], case.get("query", "")
    method = case.get("method", "POST")
    headers = {"content-type": "application/x-www-form-urlencoded"}
    body = b"" if isinstance(form, str) else urlencode(form).encode()
    if case.get("json"):
        headers = {"content-type": "application/json; charset=utf-8"}
        body = (form if isinstance(form, str) else json.dumps(form)).encode()
    if method == "GET":
        query, body = body.decode(), b""
    url = f"{WEBHOOK}?{query}" if query else WEBHOOK
    return Request(
        method=method, path="/webhooks/sms/7", query=query, headers=headers, body=body, url=url
    )


def understood(request: Request, account: AccountConfig) -> Any:
    """What the connector makes of a request, as JSON; the same twice, since parsing is pure."""
    sms = connector()
    try:
        parsed = sms.parse(request, account)
    except Rejected as rejected:
        return {"rejected": [rejected.status, rejected.code]}
    assert sms.parse(request, account) == parsed
    return [said(each) for each in parsed]


def said(parsed: Parsed) -> dict[str, Any]:
    """One result without what is at its default."""
    if isinstance(parsed, Ignored):
        return {"ignored": parsed.reason}
    return {_NAMES[type(parsed)]: _plain(parsed)}  # type: ignore[index]


def _plain(value: Any) -> dict[str, Any]:
    found = {}
    for field in dataclasses.fields(value):
        given = getattr(value, field.name)
        if given == field.default or given == UNTIMED:
            continue
        if isinstance(given, tuple):
            given = [_plain(item) if dataclasses.is_dataclass(item) else item for item in given]
        elif dataclasses.is_dataclass(given):
            given = _plain(given)
        found[field.name] = given.isoformat() if field.name in {"at", "sent_at"} else given
    return found


def message_of(case: Case) -> OutboundMessage:
    """The message to send."""
    fields = dict(case["message"])
    if "files" in fields:
        fields["files"] = tuple(OutboundFile(**file) for file in fields["files"])
    if "template" in fields:
        fields["template"] = ProviderTemplate(**fields["template"])
    return outbound(**fields)


def written(rendered: Rendered) -> dict[str, Any]:
    """Requests without empty fields, or the problems' codes."""
    if rendered.problems:
        assert not rendered.parts
        assert all(problem.message for problem in rendered.problems)
        return {"problems": [problem.code for problem in rendered.problems]}
    return {
        "parts": [
            [_request(dataclasses.asdict(request)) for request in part.requests]
            for part in rendered.parts
        ]
    }


def _request(fields: dict[str, Any]) -> dict[str, Any]:
    found = {name: value for name, value in fields.items() if value}
    if "form" in found:
        found["form"] = [list(pair) for pair in found["form"]]
    return found


def answer_of(case: Case) -> ProviderAnswer:
    """The provider's answer."""
    document = case["json"]
    body = b"<html>" if document is None else json.dumps(document).encode()
    return ProviderAnswer(status=case["status"], headers=case["headers"], body=body, json=document)


def outcome_of(result: SendOutcome) -> dict[str, Any]:
    """An outcome without its words, which must be there."""
    fields = dataclasses.asdict(result)
    assert fields.pop("message", "words")
    if not fields.get("refused"):  # of several recipients; an SMS has one
        fields.pop("refused", None)
    return {"outcome": type(result).__name__} | fields
