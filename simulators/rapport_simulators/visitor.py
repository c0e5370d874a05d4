"""One visitor of a website's chat, from the browser's side of the wire.

It speaks what the widget speaks (docs/architecture/interfaces.md §5): a session over HTTP, then the
socket. Requests keep their id until they are answered and are sent again after a break, so that a
visitor can show whether a server loses or doubles anything.
"""

import asyncio
import contextlib
import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import httpx2
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Origin

Frame = dict[str, Any]
TIMEOUT_S = 10.0
FIRST_BACKOFF_S = 0.2
LONGEST_BACKOFF_S = 5.0
NEW_VISITOR_REASON = "token_invalid"
"""The reason of a close that means: not with this token."""


class Refused(Exception):  # noqa: N818 - it is the protocol's word for it
    """The server answered with an error; switch on `code`."""

    def __init__(self, code: str, message: str, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.details = dict(details or {})


@dataclass(frozen=True, slots=True)
class VisitorMessage:
    """A message as the visitor sees it."""

    seq: int
    author: str
    text: str
    name: str | None = None
    code: str | None = None
    id: str | None = None
    at: str = ""
    attachments: tuple[Mapping[str, Any], ...] = ()

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Self:
        """Make one of what the server sent; what is missing or unknown does no harm."""
        return cls(
            seq=int(data["seq"]),
            author=str(data["author"]),
            text=str(data.get("text") or ""),
            name=data.get("name"),
            code=data.get("code"),
            id=data.get("id"),
            at=str(data.get("at") or ""),
            attachments=tuple(data.get("attachments") or ()),
        )


@dataclass(frozen=True, slots=True)
class Conversation:
    """Where the conversation stands."""

    state: str
    agents: tuple[str, ...] = ()
    position: int | None = None
    ended_by: str | None = None

    @classmethod
    def read(cls, data: Mapping[str, Any] | None) -> Self | None:
        """Make one of what the server sent."""
        if data is None:
            return None
        return cls(
            state=str(data["state"]),
            agents=tuple(str(agent["name"]) for agent in data.get("agents") or ()),
            position=data.get("position"),
            ended_by=data.get("ended_by"),
        )


@dataclass(slots=True)
class _Request:
    frame: Frame
    answer: "asyncio.Future[Frame]"


@dataclass(slots=True)
class _Inbox:
    """What has arrived, in the order of the conversation."""

    messages: dict[int, VisitorMessage] = field(default_factory=dict)
    complete_to: int = 0
    repeats: int = 0

    def take(self, message: VisitorMessage, *, live: bool) -> None:
        if live and message.seq in self.messages and message.author != "customer":
            self.repeats += 1
        self.messages[message.seq] = message
        while self.complete_to + 1 in self.messages:
            self.complete_to += 1


class Visitor:
    """A scripted visitor: `async with Visitor(server, site) as visitor: …`.

    `stay` makes it come back by itself after a lost connection, as the widget does.
    """

    def __init__(
        self,
        server: str,
        site: str,
        *,
        origin: str | None = None,
        token: str | None = None,
        locale: str = "en",
        page: Mapping[str, str] | None = None,
        seed: int | None = None,
        stay: bool = True,
        http: httpx2.AsyncClient | None = None,
    ) -> None:
        self.server = server.rstrip("/")
        self.site = site
        self.origin = origin
        self.token = token
        self.locale = locale
        self.page = dict(page or {"url": f"{origin or self.server}/", "title": "Shop"})
        self.stay = stay
        self.session: Frame = {}
        self.conversation: Conversation | None = None
        self.typing = False
        self.agent_seen = 0
        self.connections = 0
        self._random = random.Random(seed)
        self._http = http
        self._own_http = http is None
        self._socket: ClientConnection | None = None
        self._reader: asyncio.Task[None] | None = None
        self._inbox = _Inbox()
        self._requests: dict[str, _Request] = {}
        self._greeted = asyncio.Event()
        self._changed = asyncio.Condition()
        self._history: asyncio.Future[Frame] | None = None
        self._fill_to: int | None = None
        self._closing = False

    # ── what has come in ──

    @property
    def messages(self) -> list[VisitorMessage]:
        """Every message known, in order."""
        return [self._inbox.messages[seq] for seq in sorted(self._inbox.messages)]

    @property
    def received(self) -> list[VisitorMessage]:
        """The messages of the other side, agents and system, in order."""
        return [message for message in self.messages if message.author != "customer"]

    @property
    def repeats(self) -> int:
        """How many messages of the other side were delivered more than once as new."""
        return self._inbox.repeats

    @property
    def connected(self) -> bool:
        """Whether the server has welcomed the present connection."""
        return self._greeted.is_set()

    # ── session and connection ──

    @property
    def base(self) -> str:
        """Where the site's calls go."""
        return f"{self.server}/widget/v1/{self.site}"

    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def open_session(self) -> Frame:
        """Ask for a session; a token that is no longer good gives a new visitor."""
        body: Frame = {"page": self.page, "locale": self.locale}
        if self.token is not None:
            body["token"] = self.token
        response = await self._client().post(
            f"{self.base}/session", json=body, headers=self._headers()
        )
        _raise_refusal(response)
        self.session = response.json()
        self.token = str(self.session["token"])
        return self.session

    async def connect(self) -> None:
        """Open the session and the socket, and wait for the welcome."""
        if not self.session:
            await self.open_session()
        self._closing = False
        await self._open_socket()
        await asyncio.wait_for(self._greeted.wait(), TIMEOUT_S)

    async def drop(self) -> None:
        """Lose the connection without a word, as a phone in a tunnel does; `reconnect` ends it."""
        self._closing = True
        socket = self._socket
        if socket is not None:
            socket.transport.abort()
        await self._stop_reading()

    async def reconnect(self) -> None:
        """Come back: what was missed arrives, what was not answered is sent again."""
        await self.connect()

    async def close(self) -> None:
        """Leave the page."""
        self._closing = True
        if self._socket is not None:
            await self._socket.close()
        await self._stop_reading()
        for request in self._requests.values():
            request.answer.cancel()
        self._requests.clear()
        if self._own_http and self._http is not None:
            await self._http.aclose()
            self._http = None

    # ── what a visitor does ──

    async def start(
        self, fields: Mapping[str, str], text: str | None = None, *, request_id: str | None = None
    ) -> int | None:
        """Start a conversation; answers the number of the first message, if there is one."""
        frame: Frame = {"type": "start", "fields": dict(fields)}
        if text:
            frame["text"] = text
        return _seq(await self._request(frame, request_id))

    async def send(
        self, text: str, attachment_ids: Sequence[int] = (), *, request_id: str | None = None
    ) -> int:
        """Send a message and wait until it is stored; answers its number."""
        frame: Frame = {"type": "message", "text": text}
        if attachment_ids:
            frame["attachment_ids"] = list(attachment_ids)
        key = request_id or self._new_id()
        seq = _seq(await self._request(frame, key))
        if seq is None:
            # Acknowledged without its number: the broadcast of the message carries it.
            await self.wait_until(lambda visitor: visitor.own(key) is not None)
            message = self.own(key)
            seq = message.seq if message is not None else 0
        return seq

    def own(self, request_id: str) -> VisitorMessage | None:
        """The own message that was sent under an id, once it has come back."""
        return next((message for message in self.messages if message.id == request_id), None)

    async def upload(
        self, filename: str, content: bytes, media_type: str = "application/octet-stream"
    ) -> Frame:
        """Upload a file; answers the attachment, to be sent by its id."""
        response = await self._client().post(
            f"{self.base}/files",
            params={"filename": filename},
            content=content,
            headers={
                **self._headers(),
                "Authorization": f"Bearer {self.token}",
                "Content-Type": media_type,
            },
        )
        _raise_refusal(response)
        attachment: Frame = response.json()["attachment"]
        return attachment

    async def download(self, attachment_id: int) -> bytes:
        """Fetch a file of the own conversation."""
        response = await self._client().get(
            f"{self.base}/files/{attachment_id}", params={"token": self.token or ""}
        )
        _raise_refusal(response)
        return response.content

    async def end(self) -> None:
        """End the conversation."""
        await self._request({"type": "end"})

    async def transcript(self, email: str) -> None:
        """Ask for the conversation by e-mail."""
        await self._request({"type": "transcript", "email": email})

    async def history(self, before: int) -> list[VisitorMessage]:
        """Fetch the page of messages before a number."""
        self._history = asyncio.get_running_loop().create_future()
        await self._write({"type": "history", "before": before})
        frame = await asyncio.wait_for(self._history, TIMEOUT_S)
        return [VisitorMessage.read(message) for message in frame["messages"]]

    async def set_typing(self, on: bool) -> None:
        """Show or end the typing sign at the agent's."""
        await self._write({"type": "typing", "on": on})

    async def mark_seen(self) -> None:
        """Say that everything so far has been read."""
        await self._write({"type": "seen", "seq": max(self._inbox.messages, default=0)})

    # ── waiting ──

    async def wait_until(
        self, condition: Callable[["Visitor"], bool], timeout_s: float = TIMEOUT_S
    ) -> None:
        """Wait until something holds of this visitor; `TimeoutError` if it never does."""
        async with asyncio.timeout(timeout_s), self._changed:
            await self._changed.wait_for(lambda: condition(self))

    async def wait_for_message(
        self,
        contains: str = "",
        *,
        author: str | None = "agent",
        after: int = 0,
        timeout_s: float = TIMEOUT_S,
    ) -> VisitorMessage:
        """Wait for the first message after number `after` that holds the words."""

        def found() -> VisitorMessage | None:
            return next(
                (
                    message
                    for message in self.messages
                    if message.seq > after
                    and author in (None, message.author)
                    and contains in message.text
                ),
                None,
            )

        await self.wait_until(lambda _: found() is not None, timeout_s)
        message = found()
        assert message is not None  # noqa: S101 - nothing is ever taken out of the inbox
        return message

    async def wait_for_state(self, state: str, timeout_s: float = TIMEOUT_S) -> Conversation:
        """Wait until the conversation is `waiting`, `active` or `ended`."""
        await self.wait_until(
            lambda visitor: (
                visitor.conversation is not None and visitor.conversation.state == state
            ),
            timeout_s,
        )
        assert self.conversation is not None  # noqa: S101 - it was awaited just now
        return self.conversation

    # ── the wire ──

    def _client(self) -> httpx2.AsyncClient:
        if self._http is None:
            self._http = httpx2.AsyncClient(timeout=TIMEOUT_S, trust_env=False)
        return self._http

    def _headers(self) -> dict[str, str]:
        return {"Origin": self.origin} if self.origin else {}

    async def _open_socket(self) -> None:
        self._socket = await connect(
            self.base.replace("http", "ws", 1) + "/socket",
            origin=Origin(self.origin) if self.origin else None,
            compression=None,
            proxy=None,
            ping_interval=None,
        )
        self.connections += 1
        self._reader = asyncio.create_task(self._read(self._socket))
        await self._hello()

    async def _hello(self) -> None:
        after = self._inbox.complete_to
        await self._write({"type": "hello", "token": self.token, "after": after})

    async def _stop_reading(self) -> None:
        self._greeted.clear()
        self._socket = None
        reader, self._reader = self._reader, None
        if reader is not None and reader is not asyncio.current_task():
            reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await reader

    async def _read(self, socket: ClientConnection) -> None:
        with contextlib.suppress(WebSocketException, OSError):
            async for text in socket:
                await self._receive(json.loads(text))
        self._greeted.clear()
        if not self._closing:
            if socket.close_reason == NEW_VISITOR_REASON:
                self._forget()
            async with self._changed:
                self._changed.notify_all()
            if self.stay:
                await self._come_back()

    def _forget(self) -> None:
        """Become a new visitor: the token is not good any more."""
        self.token = None
        self.session = {}
        self.conversation = None
        self._inbox = _Inbox()

    async def _come_back(self) -> None:
        wait = FIRST_BACKOFF_S
        while not self._closing:
            await asyncio.sleep(wait * self._random.uniform(0.5, 1))
            wait = min(LONGEST_BACKOFF_S, wait * 2)
            try:
                if self.token is None:
                    await self.open_session()
                await self._open_socket()
            except (OSError, WebSocketException, httpx2.HTTPError):
                continue
            return

    async def _write(self, frame: Frame) -> None:
        if self._socket is not None:
            with contextlib.suppress(WebSocketException, OSError):
                await self._socket.send(json.dumps(frame))

    def _new_id(self) -> str:
        return f"{self._random.getrandbits(128):032x}"

    async def _request(self, frame: Frame, request_id: str | None = None) -> Frame:
        """Send a request until it is answered, over as many connections as it takes."""
        key = request_id or self._new_id()
        frame = {**frame, "id": key}
        answer: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self._requests[key] = _Request(frame, answer)
        if self.connected:
            await self._write(frame)
        try:
            return await answer
        finally:
            self._requests.pop(key, None)

    async def _receive(self, frame: Frame) -> None:
        handler = _HANDLERS.get(frame.get("type", ""))
        if handler is not None:
            await handler(self, frame)
        async with self._changed:
            self._changed.notify_all()

    async def _on_welcome(self, frame: Frame) -> None:
        asked_from = self._inbox.complete_to
        messages = [VisitorMessage.read(message) for message in frame["messages"]]
        for message in messages:
            self._inbox.take(message, live=False)
        if frame.get("more") and asked_from and messages and messages[0].seq > asked_from:
            # A page holds the newest; what was missed before it is fetched back to where we were.
            self._fill_to = asked_from
            await self._write({"type": "history", "before": messages[0].seq})
        elif messages:
            # Numbers may be missing for good: notes between agents count in the same row.
            self._inbox.complete_to = max(self._inbox.complete_to, messages[-1].seq)
        self.conversation = Conversation.read(frame["conversation"])
        self._greeted.set()
        for request in list(self._requests.values()):
            await self._write(request.frame)

    async def _on_message(self, frame: Frame) -> None:
        message = VisitorMessage.read(frame["message"])
        self._inbox.take(message, live=True)
        if message.author == "agent":
            self.typing = False

    async def _on_history(self, frame: Frame) -> None:
        messages = [VisitorMessage.read(message) for message in frame["messages"]]
        for message in messages:
            self._inbox.take(message, live=False)
        if self._fill_to is not None:
            if frame.get("more") and messages and messages[0].seq > self._fill_to:
                await self._write({"type": "history", "before": messages[0].seq})
            else:
                self._fill_to = None
                self._inbox.complete_to = max(self._inbox.messages, default=0)
        elif self._history is not None and not self._history.done():
            self._history.set_result(frame)

    async def _on_answer(self, frame: Frame) -> None:
        request = self._requests.get(str(frame.get("id")))
        if request is None or request.answer.done():
            return
        if frame["type"] == "ack":
            request.answer.set_result(frame)
        else:
            request.answer.set_exception(
                Refused(frame["code"], frame.get("message", ""), frame.get("details"))
            )

    async def _on_state(self, frame: Frame) -> None:
        self.conversation = Conversation.read(frame["conversation"])

    async def _on_typing(self, frame: Frame) -> None:
        self.typing = bool(frame["on"])

    async def _on_seen(self, frame: Frame) -> None:
        self.agent_seen = max(self.agent_seen, int(frame["seq"]))

    async def _on_ping(self, _frame: Frame) -> None:
        await self._write({"type": "pong"})


_HANDLERS = {
    "welcome": Visitor._on_welcome,
    "message": Visitor._on_message,
    "history": Visitor._on_history,
    "ack": Visitor._on_answer,
    "refused": Visitor._on_answer,
    "state": Visitor._on_state,
    "typing": Visitor._on_typing,
    "seen": Visitor._on_seen,
    "ping": Visitor._on_ping,
}


def _seq(frame: Frame) -> int | None:
    return None if frame.get("seq") is None else int(frame["seq"])


def _raise_refusal(response: httpx2.Response) -> None:
    if response.is_success:
        return
    try:
        error = response.json()["error"]
        code, message, details = error["code"], error["message"], error.get("details")
    except (ValueError, KeyError, TypeError):
        code, message, details = f"http_{response.status_code}", response.reason_phrase, None
    raise Refused(code, message, details)
