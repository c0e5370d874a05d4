"""The phone's way to the providers: the control APIs, each brought to the same shape."""

from __future__ import annotations

import abc
import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx2
from typing_extensions import override

Thing = dict[str, Any]
WAIT_S = 10.0
TYPING_WAIT_S = 0.5
SMSC_POLL_S = 0.2
SMSC_CUSTOMERS: Mapping[str, str] = {"+4915555500401": "Pat Example", "+15550100402": "Lou Sample"}


class Unavailable(Exception):  # noqa: N818 - names the situation
    """The provider doesn't answer, or refuses; the words say why."""

    def __init__(self, reason: str, status: int = 502) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(slots=True)
class Watch:
    """How far a page has seen a thread."""

    revision: int = 0
    typing: bool = False
    person: Thing | None = None


class Provider(abc.ABC):
    """One simulated provider, for one channel."""

    def __init__(self, http: httpx2.AsyncClient, url: str) -> None:
        self._http = http
        self._url = url.rstrip("/")

    @abc.abstractmethod
    async def customers(self) -> list[Thing]:
        """Everybody on the channel."""

    @abc.abstractmethod
    async def news(self, customer: str, watch: Watch) -> Thing | None:
        """What has changed in a thread since `watch`; waits a while, None if nothing has."""

    @abc.abstractmethod
    async def act(self, method: str, customer: str, verb: str, body: bytes) -> Any:
        """Let the customer do something: `messages`, `read`, `react`, `block`, or change."""

    @abc.abstractmethod
    async def upload(self, content: bytes, media_type: str, filename: str) -> Any:
        """Keep a file that the customer is going to send."""

    @abc.abstractmethod
    async def download(self, file_id: str) -> httpx2.Response:
        """A file of a message."""

    async def _call(self, method: str, path: str, **more: Any) -> httpx2.Response:
        try:
            response = await self._http.request(method, self._url + path, **more)
        except httpx2.HTTPError as error:
            raise Unavailable("the provider's simulator does not answer") from error
        if not response.is_success:
            raise Unavailable(_reason(response), response.status_code)
        return response


def _reason(response: httpx2.Response) -> str:
    try:
        return str(response.json()["error"])
    except (ValueError, KeyError, TypeError):
        return f"the provider's simulator answered {response.status_code}"


class Controlled(Provider):
    """A simulator with the control API of `provider.control`."""

    def __init__(self, http: httpx2.AsyncClient, url: str, channel: str) -> None:
        super().__init__(http, url)
        self._channel = channel

    @override
    async def customers(self) -> list[Thing]:
        everybody = (await self._call("GET", "/_control/customers")).json()["customers"]
        return [one for one in everybody if one["channel"] == self._channel]

    @override
    async def news(self, customer: str, watch: Watch) -> Thing | None:
        wait = 0.0 if watch.person is None else TYPING_WAIT_S if watch.typing else WAIT_S
        thread: Thing = (
            await self._call(
                "GET",
                f"/_control/customers/{quote(customer)}/thread",
                params={"after": watch.revision, "wait_s": wait},
            )
        ).json()
        same = (watch.typing, watch.person) == (thread["typing"], thread["customer"])
        watch.revision = thread["revision"]
        watch.typing, watch.person = thread["typing"], thread["customer"]
        return None if same and not thread["messages"] else thread

    @override
    async def act(self, method: str, customer: str, verb: str, body: bytes) -> Any:
        path = f"/_control/customers/{quote(customer)}" + (f"/{verb}" if verb else "")
        return (await self._call(method, path, content=body)).json()

    @override
    async def upload(self, content: bytes, media_type: str, filename: str) -> Any:
        answer = await self._call(
            "POST",
            "/_control/files",
            params={"filename": filename},
            content=content,
            headers={"content-type": media_type},
        )
        return answer.json()

    @override
    async def download(self, file_id: str) -> httpx2.Response:
        return await self._call("GET", f"/_control/media/{quote(file_id)}")


@dataclass(slots=True)
class _Seen:
    """When a row of the message centre was first seen; it doesn't tell the times of all."""

    order: dict[str, tuple[int, float]] = field(default_factory=dict)

    def of(self, row_id: str, now: float) -> tuple[int, float]:
        return self.order.setdefault(row_id, (len(self.order), now))


class MessageCentre(Provider):
    """An SMPP message centre: `GET /ledger`, `POST /customers/{number}/send`; texts only."""

    def __init__(self, http: httpx2.AsyncClient, url: str, now: Callable[[], float]) -> None:
        super().__init__(http, url)
        self._now = now
        self._seen = _Seen()

    @override
    async def customers(self) -> list[Thing]:
        ledger = await self._ledger()
        rows = ledger.get("submits", []), ledger.get("deliveries", [])
        numbers = {_number(row.get("to")) for row in rows[0]}
        numbers |= {_number(row.get("from")) for row in rows[1]}
        names = {**{number: number for number in sorted(numbers)}, **SMSC_CUSTOMERS}
        return [_person(number, name) for number, name in names.items()]

    @override
    async def news(self, customer: str, watch: Watch) -> Thing | None:
        if watch.person is not None:
            await asyncio.sleep(SMSC_POLL_S)
        messages = self._messages(await self._ledger(), customer)
        state = hash(repr(messages))
        if watch.person is not None and state == watch.revision:
            return None
        watch.revision = state
        watch.person = _person(customer, SMSC_CUSTOMERS.get(customer, customer))
        return {"customer": watch.person, "typing": False, "messages": messages}

    @override
    async def act(self, method: str, customer: str, verb: str, body: bytes) -> Any:
        if verb != "messages":
            raise Unavailable("this channel has texts only", 422)
        path = f"/customers/{quote(customer.lstrip('+'))}/send"
        answer = await self._call(
            "POST", path, content=body, headers={"content-type": "application/json"}
        )
        return answer.json()

    @override
    async def upload(self, content: bytes, media_type: str, filename: str) -> Any:
        raise Unavailable("this channel has texts only", 422)

    @override
    async def download(self, file_id: str) -> httpx2.Response:
        raise Unavailable("this channel has texts only", 404)

    async def _ledger(self) -> Thing:
        ledger: Thing = (await self._call("GET", "/ledger")).json()
        return ledger

    def _messages(self, ledger: Thing, customer: str) -> list[Thing]:
        found = [
            self._message(row, "business")
            for row in ledger.get("submits", [])
            if _number(row.get("to")) == customer and row.get("complete", True)
        ] + [
            self._message(row, "customer")
            for row in ledger.get("deliveries", [])
            if _number(row.get("from")) == customer
        ]
        return [message for _, message in sorted(found, key=lambda one: one[0])]

    def _message(self, row: Thing, author: str) -> tuple[int, Thing]:
        order, at = self._seen.of(f"{author}-{row.get('id')}", self._now())
        message = {
            "id": f"{author}-{row.get('id')}",
            "author": author,
            "type": "text",
            "text": row.get("text", ""),
            "at": at,
            "attempts": row.get("attempts", 1),
            "acknowledged": bool(row.get("accepted")),
            "statuses": [{"status": "delivered"}] if author == "business" else [],
        }
        return order, message


def _number(value: object) -> str:
    return "+" + str(value or "").lstrip("+")


def _person(number: str, name: str) -> Thing:
    return {"id": number, "name": name, "channel": "smpp", "reachable": True}
