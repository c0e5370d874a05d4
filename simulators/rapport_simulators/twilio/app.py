"""Twilio's paths: credentials, messages, files."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from rapport_simulators.provider.control import Control, Json
from rapport_simulators.provider.ledger import BUSINESS, CUSTOMER, Entry
from rapport_simulators.twilio.events import VERSION, message

if TYPE_CHECKING:
    from rapport_simulators.twilio.simulator import TwilioSimulator

Work = Callable[[Request], Awaitable[Response]]
_PAGE_SIZE = 50
_STATUSES: Mapping[int, int] = {20003: 401, 20404: 404, 20429: 429, 20500: 500}


class TwilioError(Exception):
    """A refusal; `code` is what clients switch on."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.status = _STATUSES.get(code, 400)


class ErrorAnswer(Json):
    """The answer that carries an error."""

    def __init__(self, error: TwilioError) -> None:
        body = {
            "code": error.code,
            "message": str(error),
            "more_info": f"https://www.twilio.com/docs/errors/{error.code}",
            "status": error.status,
        }
        super().__init__(body, error.status)
        self.error_code = error.code


def twilio_app(sim: TwilioSimulator) -> Starlette:
    """The application of a simulator."""
    paths = _Paths(sim)
    account = f"/{VERSION}/Accounts/{{account}}"
    one = f"{account}/Messages/{{message}}"
    return Starlette(
        routes=[
            Control(sim).routes(),
            Route(
                f"{account}/Messages.json",
                paths.route(paths.send, "messages"),
                methods=["POST"],
            ),
            Route(f"{account}/Messages.json", paths.route(paths.messages, "list")),
            Route(f"{account}/IncomingPhoneNumbers.json", paths.route(paths.numbers, "numbers")),
            Route(f"{one}/Media.json", paths.route(paths.files, "media")),
            Route(f"{one}/Media/{{file}}", paths.route(paths.file, "media")),
            Route(f"{one}/Media/{{file}}", paths.route(paths.forget, "media"), methods=["DELETE"]),
            Route(f"{one}.json", paths.route(paths.message, "message")),
            Route(f"{account}.json", paths.route(paths.account, "account")),
        ]
    )


class _Paths:
    def __init__(self, sim: TwilioSimulator) -> None:
        self._sim = sim
        self._settings = sim.settings

    def route(self, work: Work, name: str) -> Work:
        """Check the credentials, do the work, word refusals, let faults happen."""

        async def answer(request: Request) -> Response:
            labels = {name, "sms"}
            if name == "messages":
                labels.add(str((await request.form()).get("To") or ""))

            async def guarded() -> Response:
                try:
                    if work != self.file or self._settings.private_media:
                        self._authorize(request)
                    return await work(request)
                except TwilioError as error:
                    return ErrorAnswer(error)

            try:
                return await self._sim.answer(request, labels, guarded)
            finally:
                await request.close()

        return answer

    def _authorize(self, request: Request) -> None:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        try:
            pair = base64.b64decode(given, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            pair = ""
        expected = f"{self._settings.account_sid}:{self._settings.auth_token}"
        if scheme.lower() != "basic" or not hmac.compare_digest(pair.encode(), expected.encode()):
            raise TwilioError(20003, "Authenticate")
        if request.path_params["account"] != self._settings.account_sid:
            raise TwilioError(20404, f"The requested resource {request.url.path} was not found")

    async def send(self, request: Request) -> Response:
        """Send a message."""
        form = await request.form()
        given = {name: str(value) for name, value in form.items()}
        media = [str(url) for url in form.getlist("MediaUrl")]
        entry = await self._sim.accept(given, media)
        return Json(message(self._settings, entry), 201)

    async def messages(self, request: Request) -> Response:
        """The messages, newest first; `To` and `From` limit them."""
        query = request.query_params
        entries = self._sim.ledger.by(BUSINESS) + self._sim.ledger.by(CUSTOMER)
        entries.sort(key=lambda entry: entry.at, reverse=True)
        listed = [message(self._settings, entry) for entry in entries]
        chosen = [
            one
            for one in listed
            if query.get("To") in (None, one["to"]) and query.get("From") in (None, one["from"])
        ]
        size = query.get("PageSize", str(_PAGE_SIZE))
        limit = int(size) if size.isdigit() else _PAGE_SIZE
        return Json({"messages": chosen[:limit], "page": 0, "page_size": limit})

    async def message(self, request: Request) -> Response:
        """One message."""
        return Json(message(self._settings, self._entry(request)))

    async def files(self, request: Request) -> Response:
        """A message's files."""
        entry = self._entry(request)
        listed = [
            {"sid": file.id, "parent_sid": entry.id, "content_type": file.media_type}
            for file in entry.files
        ]
        return Json({"media_list": listed})

    async def file(self, request: Request) -> Response:
        """A file's content."""
        name = request.path_params["file"]
        stored = self._sim.media.find(name)
        if stored is None or self._sim.faults.take("media_gone", {name, "media", "download"}):
            raise TwilioError(20404, f"The requested resource {request.url.path} was not found")
        return Response(stored.content, media_type=stored.media_type)

    async def forget(self, request: Request) -> Response:
        """Delete a file."""
        if not self._sim.media.remove(request.path_params["file"]):
            raise TwilioError(20404, f"The requested resource {request.url.path} was not found")
        return Response(status_code=204)

    async def numbers(self, request: Request) -> Response:
        """The account's numbers."""
        wanted = request.query_params.get("PhoneNumber")
        number: dict[str, Any] = {
            "sid": "PN00000000000000000000000000000001",
            "account_sid": self._settings.account_sid,
            "phone_number": self._settings.number,
            "friendly_name": self._settings.friendly_name,
            "capabilities": {"sms": True, "mms": True, "voice": False},
            "sms_url": self._sim.webhook,
        }
        found = [number] if wanted in (None, self._settings.number) else []
        return Json({"incoming_phone_numbers": found})

    async def account(self, _request: Request) -> Response:
        """The account."""
        return Json(
            {
                "sid": self._settings.account_sid,
                "friendly_name": self._settings.friendly_name,
                "status": "active",
                "type": "Full",
            }
        )

    def _entry(self, request: Request) -> Entry:
        entry = self._sim.ledger.find(request.path_params["message"])
        if entry is None:
            raise TwilioError(20404, f"The requested resource {request.url.path} was not found")
        return entry
