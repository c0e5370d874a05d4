"""The HTTP interface by which a test or a demonstration drives the message centre.

`GET /ledger`; `POST /customers/{number}/send` `{"text", "to"?, "style"?}`;
`POST /faults` `{"kind", "count"?, …}`. Loopback only, one request per connection.
"""

import asyncio
import json
import re
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from rapport_simulators.smsc.centre import Centre

LARGEST = 1_000_000
_SEND = re.compile(r"/customers/([^/]+)/send")
_STYLES = frozenset({"udh", "udh16", "sar", "payload"})
Answer = tuple[HTTPStatus, dict[str, Any]]


class Control:
    """Answers requests about one message centre."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            method, path, _ = head.split("\r\n", 1)[0].split(" ", 2)
            length = re.search(r"^content-length:\s*(\d+)", head, re.IGNORECASE | re.MULTILINE)
            body = await reader.readexactly(min(int(length[1]), LARGEST)) if length else b""
            status, document = self._answer(method, path.partition("?")[0], body)
            octets = json.dumps(document).encode()
            writer.write(
                f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: application/json\r\n"
                f"content-length: {len(octets)}\r\nconnection: close\r\n\r\n".encode()
                + octets
            )
            await writer.drain()
        except (OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()

    def _answer(self, method: str, path: str, body: bytes) -> Answer:
        if (method, path) == ("GET", "/ledger"):
            return HTTPStatus.OK, self._centre.ledger.rows()
        try:
            wish = json.loads(body or b"{}")
            if method == "POST" and isinstance(wish, dict):
                return self._wish(path, wish)
        except (ValueError, KeyError, TypeError) as error:
            return HTTPStatus.BAD_REQUEST, {"error": str(error)}
        return HTTPStatus.NOT_FOUND, {"error": "no such thing"}

    def _wish(self, path: str, wish: dict[str, Any]) -> Answer:
        if path == "/faults":
            kind, count = str(wish.pop("kind")), int(wish.pop("count", 1))
            if kind == "drop_connection" and wish.get("on") == "now":
                self._centre.drop_now()
            else:
                self._centre.faults.add(kind, count, wish)
            return HTTPStatus.CREATED, {"kind": kind, "count": count}
        if found := _SEND.fullmatch(path):
            style = wish.get("style", "udh")
            if style not in _STYLES:
                raise ValueError(f"unknown style {style!r}")
            receiver = str(wish.get("to", self._centre.settings.number))
            sender = unquote(found[1])
            sent = self._centre.send(sender, str(wish["text"]), receiver, style)
            return HTTPStatus.CREATED, sent.row()
        return HTTPStatus.NOT_FOUND, {"error": "no such thing"}
