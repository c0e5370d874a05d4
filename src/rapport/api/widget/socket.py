"""`/widget/v1/{site}/socket`: a visitor's conversation, live and exact.

Everything a visitor sends carries the page's own id and is acknowledged after the commit; the
same id again gives the same acknowledgement, so a page may repeat itself after any loss.
"""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from rapport.api.context import Context
from rapport.api.sockets import REFUSED, Receive, Scope, Send, Socket
from rapport.api.widget import presence
from rapport.api.widget.sites import Site, fields_for, is_open, site_of, transcripts_of
from rapport.application import timers
from rapport.application.transcripts import address_of
from rapport.channels.webchat import frames as f
from rapport.channels.webchat import tokens
from rapport.channels.webchat.tokens import Visitor
from rapport.domain.errors import Invalid, Refused, TooMany
from rapport.domain.message import Attachment, InboundMessage
from rapport.domain.rules.files import check_files, check_kept
from rapport.observability.metrics import MESSAGES_DUPLICATE, MESSAGES_IN
from rapport.stream.hub import Subscription
from rapport.stream.visitor import conversation_state, read_mark, visitor_message

encode = msgspec.json.Encoder().encode
PAGE = 50
HEARTBEAT_S = 20
HELLO_WITHIN_S = 20
TRANSCRIPTS = 5
"""How many one visitor, network address or mailbox is sent at once, and in an hour."""
AN_HOUR = TRANSCRIPTS / 60


async def visitor_socket(context: Context, scope: Scope, receive: Receive, send: Send) -> None:
    """Serve one visitor's page."""
    socket = Socket(scope, receive, send)
    try:
        site = site_of(context, scope["path"].split("/")[3], socket.headers.get("origin"))
    except Refused:
        await socket.refuse()
        return
    if not await socket.accept():
        return
    try:
        async with asyncio.timeout(HELLO_WITHIN_S):
            first = await socket.next()
    except TimeoutError:
        await socket.close(REFUSED, "no_hello")
        return
    hello = f.parse(first) if first else None
    visitor = tokens.read(context.secret, hello.token) if isinstance(hello, f.Hello) else None
    if not isinstance(hello, f.Hello) or visitor is None or visitor.account_id != site.account_id:
        await socket.send(b'{"type":"bye","reason":"token_invalid"}')
        await socket.close(REFUSED, "token_invalid")
        return
    page = _Page(context, socket, site, visitor)
    try:
        await page.welcome(max(hello.after, 0))
        await socket.serve("visitor", page.subscription, page.handle)
    finally:
        await page.leave()


class _Page:
    """One open page of a visitor."""

    __slots__ = (
        "_context",
        "_conversation_id",
        "_site",
        "_socket",
        "_task_id",
        "_visitor",
        "subscription",
    )

    def __init__(self, context: Context, socket: Socket, site: Site, visitor: Visitor) -> None:
        self._context = context
        self._socket = socket
        self._site = site
        self._visitor = visitor
        self._conversation_id: int | None = None
        self._task_id: int | None = None
        self.subscription = Subscription(frozenset())
        context.hub.watch(self.subscription)

    async def welcome(self, after: int) -> None:
        """Bring the page up to date: first follow, then read, so that nothing falls between."""
        context = self._context
        found = await context.reader.visitor_conversation(self._site.account_id, self._visitor.key)
        frame: dict[str, Any] = {
            "type": "welcome",
            "conversation": None,
            "messages": [],
            "more": False,
            "heartbeat_s": HEARTBEAT_S,
        }
        if found is not None:
            if self._conversation_id is None:
                await self._follow(found["id"])
                found = (
                    await context.reader.visitor_conversation(
                        self._site.account_id, self._visitor.key
                    )
                    or found
                )
            frame["conversation"] = self._state(found)
            frame |= await self._thread(after=after, before=None)
        await self._socket.send(encode(frame))
        if found is not None and (read := read_mark(found["task"])):
            await self._socket.send(encode({"type": "seen", "seq": read}))

    async def leave(self) -> None:
        """The page has gone; if it was the last one, the customer is away."""
        self._context.hub.unsubscribe(self.subscription)
        conversation_id = self._conversation_id
        if conversation_id is not None and not self._context.hub.followers(conversation_id):
            await presence.went(self._context, conversation_id)

    async def handle(self, data: str | bytes) -> None:
        """One frame of the page."""
        frame = f.parse(data)
        if frame is None:
            await self._refuse(None, Refused("malformed", "This was not understood."))
            return
        try:
            await self._do(frame)
        except Refused as refused:
            await self._refuse(getattr(frame, "id", None), refused)

    async def _do(self, frame: f.Frame) -> None:
        now = self._context.services.clock.now()
        conversation_id = self._conversation_id
        match frame:
            case f.Start():
                await self._start(frame)
            case f.Say():
                await self._say(frame)
            case f.End():
                await self._end(frame)
            case f.Transcript():
                await self._transcript(frame)
            case f.Hello():
                await self.welcome(max(frame.after, 0))
            case f.Typing():
                author = {"kind": "customer", "id": None}
                await self._tell_agents({"type": "typing", "author": author, "on": frame.on})
            case f.Seen() if conversation_id is not None:
                await self._context.visits.seen(conversation_id, frame.seq, now)
            case f.History() if conversation_id is not None:
                page = await self._thread(after=0, before=frame.before)
                await self._socket.send(encode({"type": "history", **page}))
            case _:
                pass

    async def _refuse(self, frame_id: str | None, refused: Refused) -> None:
        await self._socket.send(
            encode(
                {
                    "type": "refused",
                    "id": frame_id,
                    "code": refused.code,
                    "message": refused.message,
                    "details": refused.details,
                }
            )
        )

    # -- what a visitor does ----------------------------------------------------------------

    async def _start(self, frame: f.Start) -> None:
        now = self._context.services.clock.now()
        webchat = self._site.webchat
        refuses = self._site.entry is not None and self._site.entry.when_closed == "refuse"
        if refuses and not is_open(self._context, self._site):
            raise Refused("closed", "We are closed at the moment.")
        per_minute = webchat.chats_per_hour_per_address / 60
        if not self._context.limiter.allow(
            f"start:{self._socket.address}", per_minute, webchat.chats_per_hour_per_address, now
        ):
            raise TooMany("too_many_chats", "Too many chats were started from here. Try later.")
        answers = self._answers(frame)
        variables = tuple((k, v) for k, v in answers.items() if k not in {"name", "email"})
        if frame.page:
            variables = (*variables, ("page", frame.page[:500]))
        await self._submit(
            frame.id,
            frame.text if frame.text and frame.text.strip() else None,
            # The site's word counts more than what is typed.
            name=self._visitor.name or answers.get("name"),
            email=self._visitor.email or answers.get("email"),
            variables=variables,
        )

    def _answers(self, frame: f.Start) -> dict[str, str]:
        answers: dict[str, str] = {}
        wrong = []
        for field in fields_for(self._site, self._visitor):
            value = frame.fields.get(field.name, "").strip()[:200]
            if not value and field.required:
                wrong.append({"path": field.name, "message": "Please fill this in."})
            elif value and field.kind == "email" and ("@" not in value or " " in value):
                wrong.append({"path": field.name, "message": "This is not an e-mail address."})
            elif value and field.kind == "select" and value not in (field.options or []):
                wrong.append({"path": field.name, "message": "Please choose one of the options."})
            elif value:
                answers[field.name] = value
        if wrong:
            raise Invalid("invalid_field", "Please check the form.", {"fields": wrong})
        return answers

    async def _say(self, frame: f.Say) -> None:
        now = self._context.services.clock.now()
        rate = self._site.webchat.messages_per_minute
        if not self._context.limiter.allow(
            f"say:{self._visitor.key}", rate, max(10, rate / 2), now
        ):
            raise TooMany(
                "too_many_messages",
                "You are writing very fast. Wait a moment.",
                {"retry_after_s": 5},
            )
        policy = self._context.services.configuration.current.accounts[self._site.account_id]
        limit = policy.capabilities.composer_limit or 1000
        if len(frame.text) > limit:
            over = len(frame.text) - limit
            raise Invalid(
                "over_limit",
                f"The message is {over} characters too long.",
                {"limit": limit, "over": over},
            )
        if not frame.text.strip() and not frame.attachment_ids:
            raise Invalid.field("text", "Write something first.", code="empty_message")
        await self._submit(frame.id, frame.text, attachments=await self._files(frame))

    async def _files(self, frame: f.Say) -> tuple[Attachment, ...]:
        files = []
        for attachment_id in frame.attachment_ids:
            row = await self._context.reader.attachment(attachment_id)
            if row is None or row.conversation_id != self._conversation_id:
                raise Invalid.field(
                    "attachment_ids", "A file is missing.", code="unknown_attachment"
                )
            files.append(
                Attachment(
                    id=row.id,
                    filename=row.filename,
                    media_type=row.media_type,
                    size=row.size,
                    held=row.held,
                    refusal_code=row.refusal_code,
                    refusal_message=row.refusal_message,
                )
            )
        check_kept(files)
        account = self._context.services.configuration.current.accounts[self._site.account_id]
        check_files(account.files_from_customers, files)
        return tuple(files)

    async def _submit(
        self,
        client_id: str,
        text: str | None,
        *,
        name: str | None = None,
        email: str | None = None,
        attachments: tuple[Attachment, ...] = (),
        variables: tuple[tuple[str, str], ...] = (),
    ) -> None:
        message = InboundMessage(
            external_id=f"{self._visitor.key}:{client_id}",
            contact_key=self._visitor.key,
            text=text,
            name=name,
            email=email,
            attachments=attachments,
            variables=variables,
            client_id=client_id,
        )
        (received,) = await self._context.inbox.submit(self._site.account_id, [message])
        counter = MESSAGES_DUPLICATE if received.duplicate else MESSAGES_IN
        counter.labels("webchat").inc()
        waits_anew = received.task_id != self._task_id
        self._task_id = received.task_id
        first = self._conversation_id is None
        await self._socket.send(
            encode(
                {"type": "ack", "id": client_id, "seq": received.seq if text is not None else None}
            )
        )
        if first:
            await self._follow(received.conversation_id)
            await self.welcome(0)
        elif waits_anew:
            found = await self._context.reader.visitor_conversation(
                self._site.account_id, self._visitor.key
            )
            if found is not None:
                state = self._state(found)
                await self._socket.send(encode({"type": "state", "conversation": state}))

    async def _end(self, frame: f.End) -> None:
        found = await self._context.reader.visitor_conversation(
            self._site.account_id, self._visitor.key
        )
        if found is not None and found["task_id"] is not None:
            await timers.customer_leaves(self._context.services, found["task_id"])
        await self._socket.send(encode({"type": "ack", "id": frame.id, "seq": None}))

    async def _transcript(self, frame: f.Transcript) -> None:
        context, conversation_id = self._context, self._conversation_id
        if conversation_id is None or not transcripts_of(context, self._site):
            raise Refused("transcript_off", "Transcripts are not sent from this chat.")
        email = address_of(frame.email)
        if not await context.transcripts.asked(conversation_id, frame.id):
            now = context.services.clock.now()
            # Nobody is to be flooded from here, whoever asks.
            for key in (self._visitor.key, self._socket.address, email.lower()):
                if not context.limiter.allow(f"transcript:{key}", AN_HOUR, TRANSCRIPTS, now):
                    raise TooMany("too_many_transcripts", "Too many were asked for. Try later.")
            await context.transcripts.ask(conversation_id, frame.id, email, now)
        await self._socket.send(encode({"type": "ack", "id": frame.id, "seq": None}))

    # -- what a visitor gets ------------------------------------------------------------------

    async def _follow(self, conversation_id: int) -> None:
        hub = self._context.hub
        self._conversation_id = conversation_id
        hub.attach(self.subscription, conversation_id)
        await presence.came(self._context, conversation_id)

    def _state(self, found: dict[str, Any]) -> dict[str, Any] | None:
        task = found["task"]
        if task is None:
            return None
        self._task_id = task["id"]
        state = conversation_state(task, self._name)
        if state["state"] == "waiting":
            state["wait_text"] = self._site.webchat.wait_text
            state["position"] = found["ahead"] + 1
        return state

    async def _thread(self, *, after: int, before: int | None) -> dict[str, Any]:
        assert self._conversation_id is not None  # noqa: S101 - asked for by the callers
        page = await self._context.reader.visitor_thread(
            self._conversation_id, after=after, before=before, limit=PAGE
        )
        return {
            "messages": [visitor_message(m, self._name) for m in page["messages"]],
            "more": page["more"],
        }

    async def _tell_agents(self, frame: dict[str, Any]) -> None:
        if self._conversation_id is not None:
            await presence.tell_agents(self._context, self._conversation_id, frame)

    def _name(self, agent_id: int) -> str | None:
        return self._context.services.configuration.current.name(agent_id)
