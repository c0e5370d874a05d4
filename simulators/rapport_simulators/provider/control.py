"""The control API: what a test or the phone page does at a provider (docs/simulators.md)."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from rapport_simulators.provider.customers import Customer
from rapport_simulators.provider.faults import UnknownFault
from rapport_simulators.provider.ledger import BUSINESS, CUSTOMER, Entry
from rapport_simulators.provider.simulator import Impossible, Simulator

LONGEST_WAIT_S = 30.0
_SETTABLE = ("name", "reads", "private", "hides_number")


class Json(Response):
    """A JSON answer of plain values and dataclasses."""

    media_type = "application/json"

    def __init__(self, content: Any, status: int = 200) -> None:
        super().__init__(msgspec.json.encode(content), status)


async def body_of(request: Request) -> dict[str, Any]:
    """The JSON object of a request; an empty body is an empty one.

    Raises:
        Impossible: if it is anything else.
    """
    raw = await request.body()
    try:
        body = msgspec.json.decode(raw) if raw else {}
    except msgspec.DecodeError as error:
        raise Impossible(f"the body is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise Impossible("the body must be a JSON object")
    return body


def _number(request: Request, name: str, default: float) -> float:
    try:
        return float(request.query_params.get(name) or default)
    except ValueError:
        raise Impossible(f"{name} must be a number") from None


class Control:
    """The handlers, over one simulator."""

    def __init__(self, simulator: Simulator) -> None:
        self._sim = simulator

    def routes(self) -> Mount:
        """Everything under `/_control`."""
        customer = "/customers/{customer}"
        table: list[tuple[str, str, Callable[[Request], Awaitable[Response]]]] = [
            ("GET", "/ledger", self.ledger),
            ("DELETE", "/ledger", self.forget),
            ("GET", "/rate", self.rate),
            ("GET", "/requests", self.requests),
            ("GET", "/webhooks", self.webhooks),
            ("POST", "/webhooks", self.connect),
            ("GET", "/faults", self.faults),
            ("POST", "/faults", self.cause),
            ("DELETE", "/faults", self.clear),
            ("POST", "/clock", self.advance),
            ("POST", "/files", self.upload),
            ("GET", "/media/{file}", self.download),
            ("GET", "/customers", self.customers),
            ("POST", "/customers", self.meet),
            ("PATCH", customer, self.change),
            ("GET", f"{customer}/thread", self.thread),
            ("POST", f"{customer}/messages", self.say),
            ("POST", f"{customer}/read", self.read),
            ("POST", f"{customer}/react", self.react),
            ("POST", f"{customer}/block", self.block),
            ("POST", f"{customer}/status", self.status),
        ]
        return Mount(
            "/_control",
            routes=[Route(path, _told(work), methods=[method]) for method, path, work in table],
        )

    async def ledger(self, request: Request) -> Response:
        """Both sides' messages; `?customer=`, `?after=` a revision."""
        who = request.query_params.get("customer")
        if who is not None:
            who = self._sim.known(who).id
        after = int(_number(request, "after", 0))
        ledger = self._sim.ledger
        return Json(
            {
                "revision": ledger.revision,
                "business": ledger.by(BUSINESS, who, after),
                "customers": ledger.by(CUSTOMER, who, after),
            }
        )

    async def forget(self, _request: Request) -> Response:
        """Empty the ledger."""
        self._sim.ledger.forget()
        return Json({})

    async def rate(self, request: Request) -> Response:
        """The most accepted within any `?seconds=` (1), of one `?channel=` or all."""
        seconds = _number(request, "seconds", 1.0)
        channel = request.query_params.get("channel")
        ledger = self._sim.ledger
        return Json(
            {
                "seconds": seconds,
                "peak": ledger.peak(seconds, channel),
                "accepted": len(ledger.from_business),
            }
        )

    async def requests(self, _request: Request) -> Response:
        """The business's requests and how they were answered."""
        return Json({"requests": list(self._sim.ledger.requests)})

    async def webhooks(self, _request: Request) -> Response:
        """The attempts to deliver, and how many are held."""
        deliverer = self._sim.deliverer
        return Json({"held": deliverer.held, "attempts": list(deliverer.attempts)})

    async def connect(self, request: Request) -> Response:
        """Send webhooks elsewhere."""
        self._sim.connect({str(k): str(v) for k, v in (await body_of(request)).items()})
        return Json({})

    async def faults(self, _request: Request) -> Response:
        """What is still to go wrong."""
        return Json({"faults": self._sim.faults.pending})

    async def cause(self, request: Request) -> Response:
        """Ask for a fault."""
        body = await body_of(request)
        names = {"kind", "count", "where", "seconds", "report"}
        if "kind" not in body or set(body) - names:
            raise Impossible(f"a fault has a kind, and may have {', '.join(sorted(names))}")
        self._sim.cause(**body)
        return Json({}, 201)

    async def clear(self, request: Request) -> Response:
        """Forget faults, of one `?kind=` or all; what was held goes out."""
        self._sim.clear_faults(request.query_params.get("kind"))
        return Json({})

    async def advance(self, request: Request) -> Response:
        """Move the provider's time."""
        seconds = (await body_of(request)).get("advance_s")
        if not isinstance(seconds, int | float):
            raise Impossible("advance_s must be a number of seconds")
        self._sim.clock.advance(seconds)
        self._sim.ledger.touch()
        return Json({"now": self._sim.clock.now()})

    async def upload(self, request: Request) -> Response:
        """Keep a customer's file; the body is its content."""
        media_type = request.headers.get("content-type", "application/octet-stream")
        filename = request.query_params.get("filename")
        return Json({"id": self._sim.keep(await request.body(), media_type, filename)}, 201)

    async def download(self, request: Request) -> Response:
        """Any file of a message, as the customer's phone has it."""
        stored = self._sim.media.find(request.path_params["file"])
        if stored is None:
            return Json({"error": "there is no such file"}, 404)
        headers = {
            "x-content-type-options": "nosniff",
            "content-security-policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
        }
        return Response(stored.content, media_type=stored.media_type, headers=headers)

    async def customers(self, _request: Request) -> Response:
        """Everybody."""
        return Json({"customers": list(self._sim.customers)})

    async def meet(self, request: Request) -> Response:
        """Add a customer."""
        body = await body_of(request)
        customer = self._sim.meet(
            str(body.get("id", "")), str(body.get("channel", "")), str(body.get("name", ""))
        )
        return Json(customer, 201)

    async def change(self, request: Request) -> Response:
        """Change how a customer behaves."""
        customer = self._customer(request)
        body = await body_of(request)
        for name, value in body.items():
            if name == "reachable":
                self._sim.set_reachable(customer, bool(value))
            elif name in _SETTABLE:
                setattr(customer, name, value)
            else:
                raise Impossible(f"{name} cannot be set")
        self._sim.ledger.touch()
        return Json(customer)

    async def thread(self, request: Request) -> Response:
        """The conversation as the phone shows it; with `?wait_s=` as soon as it has changed."""
        customer = self._customer(request)
        after = int(_number(request, "after", 0))
        wait_s = min(_number(request, "wait_s", 0), LONGEST_WAIT_S)
        if wait_s:
            await self._sim.ledger.changed(after, wait_s)
        entries = [e for e in self._sim.ledger.thread(customer.id) if e.revision > after]
        return Json(
            {
                "revision": self._sim.ledger.revision,
                "customer": customer,
                "typing": customer.typing_until > self._sim.clock.now(),
                "messages": entries,
            }
        )

    async def say(self, request: Request) -> Response:
        """Let the customer say one thing, or several at once."""
        customer = self._customer(request)
        body = await body_of(request)
        several = body.get("messages", [body])
        if not isinstance(several, list):
            raise Impossible("messages must be a list")
        said = await asyncio.gather(*(self._say(customer, dict(one)) for one in several))
        return Json({"messages": said}, 201)

    async def _say(self, customer: Customer, content: dict[str, Any]) -> Entry:
        kind = str(content.pop("type", "text"))
        return await self._sim.says(customer, kind, content)

    async def read(self, request: Request) -> Response:
        """Let the customer read what has arrived, or the messages of some `ids`."""
        customer = self._customer(request)
        ids = (await body_of(request)).get("ids")
        unread = self._sim.unread(customer)
        chosen = [entry for entry in unread if ids is None or entry.id in ids]
        self._sim.reads(customer, chosen)
        return Json({"read": [entry.id for entry in chosen]})

    async def react(self, request: Request) -> Response:
        """Let the customer react to a message."""
        body = await body_of(request)
        entry = self._entry(body.get("message_id"))
        await self._sim.reacts(self._customer(request), entry, str(body.get("emoji") or ""))
        return Json({})

    async def block(self, request: Request) -> Response:
        """Let the customer block the business, or with `"on": false` no longer."""
        customer = self._customer(request)
        customer.blocked = bool((await body_of(request)).get("on", True))
        self._sim.ledger.touch()
        return Json(customer)

    async def status(self, request: Request) -> Response:
        """Report any status of a message of the business."""
        body = await body_of(request)
        error = body.get("error")
        self._sim.report(
            self._entry(body.get("message_id")),
            str(body.get("status", "")),
            error if isinstance(error, Mapping) else None,
        )
        return Json({})

    def _customer(self, request: Request) -> Customer:
        return self._sim.known(request.path_params["customer"])

    def _entry(self, message_id: object) -> Entry:
        entry = self._sim.ledger.find(str(message_id))
        if entry is None:
            raise Impossible(f"there is no message {message_id}")
        return entry


def _told(
    work: Callable[[Request], Awaitable[Response]],
) -> Callable[[Request], Awaitable[Response]]:
    """Answer what cannot be with 422 and the reason."""

    async def answer(request: Request) -> Response:
        try:
            return await work(request)
        except (Impossible, UnknownFault) as error:
            return Json({"error": str(error)}, 422)

    return answer


def content_of(content: Mapping[str, Any]) -> bytes:
    """The bytes of a file given in words: `content_base64`, or `text` for a small one.

    Raises:
        Impossible: if it is not base64.
    """
    try:
        return base64.b64decode(str(content.get("content_base64") or ""), validate=True)
    except binascii.Error as error:
        raise Impossible(f"content_base64 is not base64: {error}") from error
