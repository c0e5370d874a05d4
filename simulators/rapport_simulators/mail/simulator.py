"""The mail server with its control API: what the phone's page does for the customers."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from rapport_simulators.mail.imap import imap_server
from rapport_simulators.mail.letters import (
    Draft,
    File,
    addresses,
    page_of,
    parsed,
    parts,
    shown,
    written,
)
from rapport_simulators.mail.office import Letter, Mailbox, PostOffice
from rapport_simulators.mail.smtp import smtp_server
from rapport_simulators.provider.clock import Clock
from rapport_simulators.provider.control import LONGEST_WAIT_S, Json, body_of
from rapport_simulators.provider.ids import Ids
from rapport_simulators.provider.server import LoopbackServer
from rapport_simulators.provider.simulator import Impossible

LARGEST_FILE = 25_000_000
SAFE = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSettings:
    """Where the servers listen (0: any free port) and who the business is.

    Attributes:
        token: An access token that logs in by XOAUTH2; empty: passwords only.
        tls: Certificate for STARTTLS, or with `implicit_tls` for TLS from the first byte.
    """

    port: int = 0
    imap_port: int = 0
    smtp_port: int = 0
    business: str = "help@shop.example"
    business_name: str = "Kettle & Clay"
    password: str = "demo-mailbox"  # noqa: S105 - of a simulator on this machine
    token: str = ""
    tls: ssl.SSLContext | None = None
    implicit_tls: bool = False


class MailSimulator:
    """IMAP, SMTP and control API: `async with MailSimulator(settings) as mail: …`."""

    def __init__(self, settings: MailSettings | None = None) -> None:
        self.settings = settings = settings or MailSettings()
        self.clock = Clock()
        self._ids = Ids()
        self.office = PostOffice(
            settings.business,
            settings.business_name,
            settings.password,
            int(self.clock.now()),
            settings.token,
        )
        self._files: dict[str, File] = {}
        self._control = LoopbackServer(self._app(), settings.port)
        self._servers: list[asyncio.Server] = []

    @property
    def url(self) -> str:
        """Where the control API is."""
        return self._control.url

    @property
    def imap_port(self) -> int:
        """Where mail is read."""
        return int(self._servers[0].sockets[0].getsockname()[1])

    @property
    def smtp_port(self) -> int:
        """Where mail is handed in."""
        return int(self._servers[1].sockets[0].getsockname()[1])

    async def __aenter__(self) -> Self:
        given, now = self.settings, self.clock.now
        how: dict[str, Any] = {"tls": given.tls, "implicit": given.implicit_tls}
        self._servers = [
            await imap_server(self.office, given.imap_port, now, **how),
            await smtp_server(self.office, given.smtp_port, now, **how),
        ]
        await self._control.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for server in self._servers:
            server.close()
        self.office.hang_up()
        for server in self._servers:
            await server.wait_closed()
        await self._control.stop()

    def _app(self) -> Starlette:
        customer = "/_control/customers/{customer}"
        table: list[tuple[str, str, Callable[[Request], Awaitable[Response]]]] = [
            ("GET", "/_control/customers", self._customers),
            ("GET", f"{customer}/thread", self._thread),
            ("POST", f"{customer}/messages", self._write),
            ("PATCH", customer, self._change),
            ("POST", "/_control/files", self._upload),
            ("GET", "/_control/media/{file}", self._download),
        ]
        return Starlette(
            routes=[Route(path, _told(work), methods=[method]) for method, path, work in table]
        )

    async def _customers(self, request: Request) -> Response:
        del request
        everybody = [
            _person(box)
            for box in self.office.boxes.values()
            if box.address != self.office.business
        ]
        return Json({"customers": everybody})

    async def _thread(self, request: Request) -> Response:
        """Everything in a customer's mailbox after a revision; with `?wait_s=` as it changes."""
        box = self._box(request)
        after = int(request.query_params.get("after") or 0)
        wait_s = min(float(request.query_params.get("wait_s") or 0), LONGEST_WAIT_S)
        if wait_s:
            await box.changed(after, wait_s)
        # Every mail is one change of its mailbox.
        news = box.letters[after:]
        return Json(
            {
                "revision": box.revision,
                "customer": _person(box),
                "typing": False,
                "messages": [
                    shown(f"{box.address}.{le.uid}", le.raw, le.at, own=le.sent) for le in news
                ],
            }
        )

    async def _write(self, request: Request) -> Response:
        """The customer sends a mail: `subject`, `text`, `cc`, `files` (id, inline), `reply_to`."""
        box = self._box(request)
        body = await body_of(request)
        letter = await self.writes(box, body)
        return Json({"id": f"{box.address}.{letter.uid}"}, 201)

    async def writes(self, box: Mailbox, body: Mapping[str, Any]) -> Letter:
        """Send a mail of a customer to the business and to those in Cc.

        Raises:
            Impossible: what it names is not there, or nothing could be in a mail.
        """
        now = self.clock.now()
        answered = self._letter(str(body["reply_to"]))[1] if body.get("reply_to") else None
        files = []
        for given in body.get("files") or ():
            kept = self._files.get(str(given.get("id")))
            if kept is None:
                raise Impossible("there is no such file")
            inline = bool(given.get("inline")) and kept.media_type.startswith("image/")
            files.append(File(kept.filename, kept.media_type, kept.content, inline))
        subject = str(body.get("subject") or "")
        if not subject and answered is not None:
            before = str(parsed(answered.raw)["Subject"] or "")
            subject = before if before.lower().startswith("re:") else f"Re: {before}"
        cc = addresses(str(body.get("cc") or ""))
        draft = Draft(
            sender=(box.name, box.address),
            to=[self.office.business],
            cc=cc,
            subject=subject,
            text=str(body.get("text") or ""),
            files=files,
            answers=answered.raw if answered is not None else None,
        )
        try:
            raw = written(
                draft, f"<{self._ids.token(20)}@mail.example>", datetime.fromtimestamp(now, UTC)
            )
        except (ValueError, IndexError) as error:
            raise Impossible(f"this can't be a mail: {error}") from error
        for who in dict.fromkeys([self.office.business, *cc]):
            if (receiver := self.office.box(who)) is not None and receiver is not box:
                receiver.put(raw, now)
        return box.put(raw, now, sent=True)

    async def _change(self, request: Request) -> Response:
        return Json(_person(self._box(request)))

    async def _upload(self, request: Request) -> Response:
        content = await request.body()
        if len(content) > LARGEST_FILE:
            raise Impossible("the file is too large for a mail")
        media_type = request.headers.get("content-type", "application/octet-stream")
        key = self._ids.digits(16)
        name = request.query_params.get("filename") or "file"
        self._files[key] = File(name, media_type.partition(";")[0], content)
        return Json({"id": key}, 201)

    async def _download(self, request: Request) -> Response:
        """A mail's page, or one of its files by number."""
        key, _, what = request.path_params["file"].rpartition(".")
        _, letter = self._letter(key)
        headers = {"x-content-type-options": "nosniff", "content-security-policy": SAFE}
        if what == "page":
            return Response(page_of(letter.raw), media_type="text/html", headers=headers)
        found = parts(parsed(letter.raw))
        if not what.isdecimal() or int(what) >= len(found):
            raise Impossible("there is no such file")
        part = found[int(what)]
        content = part.get_payload(decode=True)
        return Response(
            content if isinstance(content, bytes) else b"",
            media_type=part.get_content_type(),
            headers=headers,
        )

    def _box(self, request: Request) -> Mailbox:
        box = self.office.box(request.path_params["customer"])
        if box is None:
            raise Impossible("there is nobody of this address")
        return box

    def _letter(self, key: str) -> tuple[Mailbox, Letter]:
        who, _, uid = key.rpartition(".")
        box = self.office.box(who)
        found = [le for le in box.letters if str(le.uid) == uid] if box is not None else []
        if box is None or not found:
            raise Impossible("there is no such mail")
        return box, found[0]


def _person(box: Mailbox) -> dict[str, Any]:
    return {"id": box.address, "name": box.name, "channel": "email", "reachable": True}


def _told(
    work: Callable[[Request], Awaitable[Response]],
) -> Callable[[Request], Awaitable[Response]]:
    """Answer what cannot be with 422 and the reason."""

    async def answer(request: Request) -> Response:
        try:
            return await work(request)
        except (Impossible, ValueError) as error:
            return Json({"error": str(error)}, 422)

    return answer
