"""`rapport inspect` and `rapport render`: what connectors make of input and of messages.

Both read JSON lines, store nothing, send nothing, and answer every line with one line.
"""

from __future__ import annotations

import base64
import binascii
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, BinaryIO
from urllib.parse import urlsplit

import msgspec
import typer
from pydantic import ValidationError

from rapport.application.views import moment
from rapport.channels.discovery import connectors
from rapport.channels.email.parsing import inspect_mail
from rapport.channels.sdk.abilities import Answers, Subscribes
from rapport.channels.sdk.connector import (
    AccountConfig,
    Connector,
    Ignored,
    Parsed,
    Rejected,
    Request,
)
from rapport.channels.sdk.transport import ProviderRequest
from rapport.domain.markdown import from_markdown
from rapport.domain.message import (
    AgentEcho,
    CustomerEvent,
    DeliveryReceipt,
    InboundMessage,
    ProviderTemplate,
)
from rapport.domain.rich_text import RichText, Style
from rapport.domain.sending import OutboundFile, OutboundMessage

Line = dict[str, Any]


class BadLine(Exception):  # noqa: N818 - names the situation
    """The line isn't what the command reads; said in its answer."""


def run(channel: str, source: BinaryIO, answer: Callable[[Connector, Line], Line]) -> int:
    """Answer every line; 2 when there is no such channel, 1 if any line could not be read."""
    connector = connectors().get(channel)
    if connector is None:
        known = ", ".join(sorted(connectors()))
        typer.echo(f"There is no channel {channel!r}. There are: {known}.", err=True)
        return 2
    given = source.read()
    if channel == "email" and answer is inspected:
        if not given.lstrip().startswith(b"{"):
            return _print(inspect_mail(given))
        answer = _mail
    bad = 0
    for text in given.splitlines():
        if not text.strip():
            continue
        try:
            found = answer(connector, _line(text))
        except (msgspec.DecodeError, BadLine, ValidationError) as error:
            found, bad = {"error": {"code": "bad_line", "message": str(error)}}, 1
        _print(found)
    return bad


def _print(found: Line) -> int:
    sys.stdout.write(msgspec.json.encode(found).decode() + "\n")
    sys.stdout.flush()
    return 0


def _mail(connector: Connector, line: Line) -> Line:
    return inspect_mail(_request(line, account_of(connector, line.get("config"))).body)


def _line(text: bytes) -> Line:
    line = msgspec.json.decode(text)
    if not isinstance(line, dict):
        raise BadLine("a line is a JSON object")
    return line


def inspected(connector: Connector, line: Line) -> Line:
    """A provider's request: whether it is believed, and what is in it."""
    account = account_of(connector, line.get("config"))
    request = _request(line, account)
    found: Line = {
        "status": 200,
        "accepted": True,
        "body": '{"status":"ok"}',
        "messages": [],
        "receipts": [],
        "events": [],
        "ignored": [],
    }
    try:
        if request.method == "GET":
            found["body"] = _challenge(connector, request, account)
            return found
        connector.verify(request, account)
        parsed = connector.parse(request, account)
    except Rejected as rejected:
        body = msgspec.json.encode({"error": {"code": rejected.code}}).decode()
        return {**found, "status": rejected.status, "accepted": False, "body": body}
    if isinstance(connector, Answers):
        found["body"] = connector.answer()[1].decode()
    for item in parsed:
        kind, view = _view(item)
        found[kind].append(view)
    return found


def _challenge(connector: Connector, request: Request, account: AccountConfig) -> str:
    if not isinstance(connector, Subscribes):
        raise Rejected(405, "method_not_allowed")
    return connector.challenge(request, account)


def rendered(connector: Connector, line: Line) -> Line:
    """A message: the requests that would be sent, or the problems with it."""
    account = account_of(connector, line.get("config"))
    result = connector.render(_message(line), account)
    prefix = urlsplit(str(account.settings.get("api_url", ""))).path.rstrip("/")
    return {
        "requests": [_shown(request, prefix) for part in result.parts for request in part.requests],
        "problems": [{"code": p.code, "message": p.message} for p in result.problems],
    }


def account_of(connector: Connector, config: object) -> AccountConfig:
    """An account from a line's `config`: `address`, `secret` for what signs, the rest by name."""
    given = dict(config) if isinstance(config, Mapping) else {}
    manifest = connector.manifest
    names = {secret.name for secret in manifest.secrets}
    secrets = {name: str(given.pop(name)) for name in list(given) if name in names}
    if "secret" in given:
        secrets.setdefault(manifest.signed_with, str(given.pop("secret")))
    address = str(given.pop("address", ""))
    known = {k: v for k, v in given.items() if k in manifest.settings.model_fields}
    try:
        settings = manifest.settings.model_validate(known).model_dump()
    except ValidationError:
        # What sends may be left out here: what is asked is only how input is read.
        settings = manifest.settings.model_construct(**known).model_dump()
    return AccountConfig(id=1, address=address, secrets=secrets, settings=settings)


def _request(line: Line, account: AccountConfig) -> Request:
    body = line.get("body", "")
    try:
        if "body_base64" in line:
            raw = base64.b64decode(str(line["body_base64"]), validate=True)
        elif account.settings.get("provider") == "smpp":
            raw = bytes.fromhex(str(body))
        else:
            raw = body.encode() if isinstance(body, str) else msgspec.json.encode(body)
    except (binascii.Error, ValueError) as error:
        raise BadLine(f"the body can't be read: {error}") from None
    url = str(line.get("url", ""))
    parts = urlsplit(url)
    headers = line.get("headers") or {}
    if not isinstance(headers, Mapping):
        raise BadLine("headers are an object")
    smpp = account.settings.get("provider") == "smpp"
    return Request(
        method="SMPP" if smpp else str(line.get("method", "POST")).upper(),
        path=parts.path,
        query=parts.query,
        headers={str(k).lower(): str(v) for k, v in headers.items()},
        body=raw,
        url=url,
    )


def _view(item: Parsed) -> tuple[str, Line]:
    if isinstance(item, InboundMessage):
        return "messages", _message_view(item)
    if isinstance(item, DeliveryReceipt):
        return "receipts", {
            "external_id": item.external_id,
            "status": item.status.value,
            "at": moment(item.at),
            "error": None
            if item.error_code is None
            else {"code": item.error_code, "message": item.error_message},
            "message_id": item.message_id,
            "contact_id": item.contact_key,
        }
    if isinstance(item, CustomerEvent):
        return "events", {
            "kind": item.kind,
            "contact_id": item.contact_key,
            "external_id": item.external_id,
            "target": item.target,
            "value": item.value,
            "at": moment(item.at),
        }
    if isinstance(item, AgentEcho):
        return "events", {
            "kind": "echo",
            "contact_id": item.contact_key,
            "external_id": item.external_id,
            "value": item.text,
            "at": moment(item.at),
        }
    assert isinstance(item, Ignored)  # noqa: S101 - the last of a closed set
    return "ignored", {"reason": item.reason}


def _message_view(message: InboundMessage) -> Line:
    return {
        "external_id": message.external_id,
        "contact_id": message.contact_key,
        "aliases": list(message.aliases),
        "name": message.name,
        "kind": message.kind,
        "text": message.text,
        "sent_at": moment(message.sent_at),
        "attachments": [
            {
                "kind": media.kind,
                "media_type": media.media_type,
                "filename": media.filename,
                "url": media.url,
                "media_id": media.media_id,
                "size": media.size,
            }
            for media in message.media
        ],
        "reply_to": message.reply_to,
        "reaction": None,
        "location": message.location,
        "quick_reply": message.quick_reply,
        "details": message.details,
        "segment": None if message.segment is None else msgspec.to_builtins(message.segment),
    }


def _message(line: Line) -> OutboundMessage:
    rich = _rich(str(line.get("text") or ""), line.get("format"))
    template = line.get("template")
    now = _time(line.get("now"))
    return OutboundMessage(
        id=1,
        contact_key=str(line.get("to") or ""),
        text=rich.text,
        styles=rich.styles,
        files=tuple(_file(number, f) for number, f in enumerate(line.get("attachments") or (), 1)),
        template=None if not template else _converted(template, ProviderTemplate),
        reply_to=line.get("reply_to"),
        last_inbound_at=_time(line.get("last_inbound_at")),
        now=now,
        buttons=tuple((str(b[0]), str(b[1])) for b in line.get("buttons") or ()),
        choose=None if line.get("choose") is None else str(line["choose"]),
    )


def _rich(text: str, form: object) -> RichText:
    if form in {None, "", "plain", "text"}:
        return RichText(text)
    if form in {"markdown", "rich"}:
        return from_markdown(text)
    if isinstance(form, list):
        return RichText(text, tuple(_converted(style, Style) for style in form))
    raise BadLine("format is plain, markdown or a list of styles")


def _file(number: int, given: object) -> OutboundFile:
    if not isinstance(given, Mapping):
        raise BadLine("an attachment is an object")
    return OutboundFile(
        id=number,
        filename=str(given.get("filename") or f"file-{number}"),
        media_type=str(given.get("media_type") or "application/octet-stream"),
        size=int(given.get("size") or 0),
        key=str(given.get("url") or f"file{number}"),
    )


def _converted(given: object, kind: type[Any]) -> Any:
    try:
        return msgspec.convert(given, kind)
    except msgspec.ValidationError as error:
        raise BadLine(str(error)) from None


def _time(given: object) -> datetime | None:
    if given is None:
        return None
    try:
        return datetime.fromisoformat(str(given))
    except ValueError as error:
        raise BadLine(str(error)) from None


def _shown(request: ProviderRequest, prefix: str) -> Line:
    shown: Line = {
        "method": request.method,
        "path": request.url or f"{prefix}/{request.path.lstrip('/')}",
        "headers": dict(request.headers),
    }
    if request.query:
        shown["query"] = dict(request.query)
    if request.json is not None:
        shown["json"] = request.json
    elif request.form is not None:
        pairs = request.form.items() if isinstance(request.form, Mapping) else request.form
        form = dict(pairs)
        shown["form"] = form if len(form) == len(request.form) else list(request.form)
    elif request.hex is not None:
        shown["hex"] = request.hex
    elif request.upload is not None:
        file = request.upload.file
        shown["upload"] = {
            "field": request.upload.field,
            "filename": file.filename,
            "media_type": file.media_type,
            "size": file.size,
            "fields": dict(request.upload.fields),
        }
    return shown
