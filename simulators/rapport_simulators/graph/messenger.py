"""Messenger: takes the page's messages, tells what people do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import httpx2

from rapport_simulators.graph.channel import Post, arrive, follow, note, stored_for
from rapport_simulators.graph.errors import NO_SUCH_USER_SUBCODE, WINDOW_SUBCODE, GraphError
from rapport_simulators.graph.messenger_events import echo, envelope, said
from rapport_simulators.graph.messenger_requests import (
    ACTIONS,
    Outgoing,
    read_attachment,
    read_outgoing,
    recipient_of,
)
from rapport_simulators.graph.settings import MESSENGER
from rapport_simulators.provider.customers import Customer
from rapport_simulators.provider.ledger import BUSINESS, CUSTOMER, PAGE, Entry, File
from rapport_simulators.provider.media import StoredFile

if TYPE_CHECKING:
    from rapport_simulators.graph.simulator import GraphSimulator

WINDOW_S = 86_400.0
HUMAN_AGENT_WINDOW_S = 7 * 86_400.0
TYPING_S = 20.0
ATTACHMENT_LIFETIME_S = 90 * 86_400.0
FILE_LIMIT = 25_000_000
IMAGE_BY_URL_LIMIT = 8_000_000
WINDOW_DETAILS = "This message is sent outside of allowed window."

Uploaded = tuple[bytes, str, str | None]
"""A file in a multipart body: content, media type, name."""


class Messenger:
    """One page's side of Messenger."""

    def __init__(self, sim: GraphSimulator) -> None:
        self._sim = sim
        self._settings = sim.settings
        self.post = Post(sim, sim.settings, sim.settings.webhook_messenger)

    # ── what the business does ──

    async def accept(
        self, payload: Mapping[str, Any], uploaded: Uploaded | None = None
    ) -> dict[str, Any]:
        """Take a request to send, or a sender action.

        Raises:
            GraphError: if Meta would refuse it.
        """
        if "sender_action" in payload:
            return self._act(payload)
        outgoing = read_outgoing(payload)
        customer = self._person(outgoing.to)
        labels = {"messages", MESSENGER, customer.id, outgoing.type}
        self._refuse(outgoing, customer, labels)
        stored = await self._attached(outgoing, uploaded)
        entry = self._entry(outgoing, customer, stored)
        self._sim.ledger.add(entry)
        following = self._sim.spawn(self._follow(entry, customer))
        if self._sim.faults.take("receipt_before_answer", labels):
            await following
            await self._sim.deliverer.settle()
        answer = {"recipient_id": customer.id, "message_id": entry.id}
        if stored is not None and outgoing.reusable:
            answer["attachment_id"] = stored.id
        return answer

    def _person(self, psid: str) -> Customer:
        found = self._sim.customers.find(psid)
        if found is None or found.channel != MESSENGER:
            raise GraphError(100, "No matching user found", subcode=NO_SUCH_USER_SUBCODE)
        return found

    def _refuse(self, outgoing: Outgoing, customer: Customer, labels: set[str]) -> None:
        if self._sim.faults.take("pair_rate", labels):
            raise GraphError(613)
        if customer.blocked or self._sim.faults.take("undeliverable", labels):
            raise GraphError(551)
        if outgoing.tagged and not self._settings.human_agent:
            raise GraphError(10, "The page may not use the tag HUMAN_AGENT")
        allowed = HUMAN_AGENT_WINDOW_S if outgoing.tagged else WINDOW_S
        wrote = customer.last_wrote
        closed = wrote is None or self._sim.clock.now() - wrote >= allowed
        if closed or self._sim.faults.take("closed_window", labels):
            raise GraphError(10, WINDOW_DETAILS, subcode=WINDOW_SUBCODE)

    def _act(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        action = payload["sender_action"]
        if action not in ACTIONS or "message" in payload:
            raise GraphError(100, f"sender_action {action} is not allowed here")
        customer = self._person(recipient_of(payload))
        if action == "mark_seen":
            for entry in self._sim.ledger.thread(customer.id):
                if entry.author == CUSTOMER and not entry.seen:
                    entry.seen = True
                    self._sim.ledger.touch(entry)
        elif action in ("typing_on", "typing_off"):
            on = action == "typing_on"
            customer.typing_until = self._sim.clock.now() + TYPING_S if on else 0.0
        else:
            self._react(action, payload.get("payload") or {})
        self._sim.ledger.touch()
        return {"recipient_id": customer.id}

    def _react(self, action: str, given: Mapping[str, Any]) -> None:
        target = self._sim.ledger.find(str(given.get("message_id")))
        if target is None:
            raise GraphError(100, "payload[message_id] is not that of a message")
        target.reactions.pop(BUSINESS, None)
        if action == "react":
            target.reactions[BUSINESS] = str(given.get("reaction") or "❤")
        self._sim.ledger.touch(target)

    async def _attached(self, outgoing: Outgoing, uploaded: Uploaded | None) -> StoredFile | None:
        if outgoing.type in ("text", "template"):
            return None
        if outgoing.attachment_id:
            stored = self._sim.media.find(outgoing.attachment_id)
            if stored is None:
                raise GraphError(100, "Invalid attachment id", subcode=2018074)
            return stored
        return await self._take(outgoing.type, outgoing.url, uploaded)

    async def _take(self, kind: str, url: str | None, uploaded: Uploaded | None) -> StoredFile:
        limit = FILE_LIMIT
        if uploaded is not None:
            content, media_type, filename = uploaded
        elif url:
            content, media_type = await self._fetch(url)
            filename = url.rpartition("/")[2].partition("?")[0] or None
            limit = IMAGE_BY_URL_LIMIT if kind == "image" else FILE_LIMIT
        else:
            raise GraphError(100, "attachment[payload] must have url, attachment_id or a file")
        if len(content) > limit:
            raise GraphError(100, f"The file may have at most {limit} bytes", subcode=2018047)
        return self._sim.media.add(
            content, media_type.split(";")[0], filename, lifetime_s=ATTACHMENT_LIFETIME_S
        )

    async def _fetch(self, url: str) -> tuple[bytes, str]:
        try:
            response = await self._sim.http.get(url, follow_redirects=True)
            response.raise_for_status()
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise GraphError(
                100, "Failed to fetch the file from the url", subcode=2018008
            ) from error
        return response.content, response.headers.get("content-type", "application/octet-stream")

    async def upload(self, payload: Mapping[str, Any], uploaded: Uploaded | None) -> dict[str, Any]:
        """Keep an attachment for later.

        Raises:
            GraphError: if Meta would refuse it.
        """
        message = payload.get("message")
        attachment = message.get("attachment") if isinstance(message, dict) else None
        kind, given = read_attachment(attachment)
        stored = await self._take(kind, given.get("url"), uploaded)
        return {"attachment_id": stored.id}

    def _entry(self, outgoing: Outgoing, customer: Customer, stored: StoredFile | None) -> Entry:
        files: tuple[File, ...] = ()
        if stored is not None:
            files = (
                File(
                    id=stored.id,
                    kind=outgoing.type,
                    media_type=stored.media_type,
                    filename=stored.filename,
                    size=len(stored.content),
                ),
            )
        return Entry(
            id=self._sim.ids.mid(),
            channel=MESSENGER,
            author=BUSINESS,
            customer=customer.id,
            type=outgoing.type,
            text=outgoing.text,
            content=dict(outgoing.content),
            callback_data=outgoing.metadata,
            reply_to=outgoing.reply_to,
            files=files,
            choices=outgoing.choices,
            status="accepted",
            at=self._sim.clock.now(),
            monotonic=self._sim.clock.monotonic(),
        )

    async def _follow(self, entry: Entry, customer: Customer) -> None:
        if self._settings.echoes:
            self._echo(entry, customer, self._settings.app_id)
        await follow(self._sim, self._settings, entry, customer)

    def _echo(self, entry: Entry, customer: Customer, app_id: str | None) -> None:
        message: dict[str, Any] = {"mid": entry.id}
        if entry.text:
            message["text"] = entry.text
        if entry.callback_data is not None:
            message["metadata"] = entry.callback_data
        if entry.files:
            message["attachments"] = [
                {"type": file.kind, "payload": {"url": self._sim.public_url(file.id)}}
                for file in entry.files
            ]
        payload = echo(self._settings, customer, entry.at, message, app_id)
        about = (entry,) if app_id is None else ()
        self.post.send(payload, customer, {"echoes"}, about, entry)

    # ── what people do ──

    async def says(self, customer: Customer, kind: str, content: Mapping[str, Any]) -> Entry:
        """Let somebody say something (see `messenger_events.said`), or the page's inbox answer.

        `page_message` is what a person at the page writes past the API.
        """
        mid = self._sim.ids.mid()
        now = self._sim.clock.now()
        if kind == "page_message":
            return self._page_says(customer, mid, str(content.get("text") or ""))
        stored = stored_for(self._sim, content)
        url = self._sim.public_url(stored.id) if stored else ""
        what = said(kind, content, stored, mid, url)
        entry = Entry(
            id=mid,
            channel=MESSENGER,
            author=CUSTOMER,
            customer=customer.id,
            type=kind,
            text=what.text,
            content={what.field: dict(what.content)},
            reply_to=content.get("reply_to"),
            files=(what.file,) if what.file else (),
            at=now,
            monotonic=self._sim.clock.monotonic(),
        )
        customer.last_wrote = now
        self._sim.ledger.add(entry)
        self._apply(entry, content)
        payload = envelope(self._settings, customer, now, entry.content)
        self.post.send(payload, customer, {"messages", kind}, (entry,), entry)
        return entry

    def _page_says(self, customer: Customer, mid: str, text: str) -> Entry:
        entry = Entry(
            id=mid,
            channel=MESSENGER,
            author=PAGE,
            customer=customer.id,
            type="text",
            text=text,
            at=self._sim.clock.now(),
            monotonic=self._sim.clock.monotonic(),
        )
        self._sim.ledger.add(entry)
        self._echo(entry, customer, None)
        return entry

    def _apply(self, entry: Entry, content: Mapping[str, Any]) -> None:
        target = self._sim.ledger.find(str(content.get("message_id")))
        if target is None:
            return
        if entry.type == "reaction":
            target.reactions.pop(CUSTOMER, None)
            if entry.text:
                target.reactions[CUSTOMER] = entry.text
        elif entry.type == "edit":
            target.text, target.edited = entry.text, True
        elif entry.type == "revoke":
            target.deleted = True
        self._sim.ledger.touch(target)

    def reads(self, customer: Customer, entries: Iterable[Entry]) -> None:
        """Let messages be read; one watermark tells of all."""
        chosen = [entry for entry in entries if not entry.has("read")]
        if not chosen:
            return
        now = self._sim.clock.now()
        told = tuple(note(entry, "read", now) for entry in chosen)
        for entry in chosen:
            self._sim.ledger.touch(entry)
        watermark = max(int(entry.at * 1000) for entry in chosen)
        payload = envelope(self._settings, customer, now, {"read": {"watermark": watermark}})
        self.post.send(payload, customer, {"statuses", "read"}, told, chosen[-1])

    async def reacts(self, customer: Customer, entry: Entry, emoji: str) -> None:
        """Let somebody react."""
        await self.says(customer, "reaction", {"message_id": entry.id, "emoji": emoji})

    def report(self, entry: Entry, status: str, error: Mapping[str, Any] | None = None) -> None:
        """Note a status; only deliveries and reads have a webhook here."""
        customer = self._sim.known(entry.customer)
        if status == "read":
            self.reads(customer, [entry])
            return
        now = self._sim.clock.now()
        told = note(entry, status, now, error)
        self._sim.ledger.touch(entry)
        if status == "delivered":
            mark = {"mids": [entry.id], "watermark": int(entry.at * 1000)}
            payload = envelope(self._settings, customer, now, {"delivery": mark})
            self.post.send(payload, customer, {"statuses", status}, (told,), entry)

    def reached(self, customer: Customer) -> None:
        """Deliver what waited."""
        for entry in self._sim.ledger.thread(customer.id):
            if entry.author == BUSINESS and entry.status == "sent" and not customer.blocked:
                arrive(self._sim, entry, customer)

    def profile(self, psid: str, fields: Iterable[str]) -> dict[str, Any]:
        """Somebody's public profile.

        Raises:
            GraphError: if there is no such person, or they keep it to themselves.
        """
        customer = self._sim.customers.find(psid)
        if customer is None or customer.channel != MESSENGER or customer.private:
            raise GraphError(100, "Unsupported get request. Object does not exist", subcode=33)
        first, _, last = customer.name.partition(" ")
        known = {
            "name": customer.name,
            "first_name": first,
            "last_name": last,
            "profile_pic": f"{self._sim.url}/_pictures/{customer.id}.svg",
        }
        return {"id": psid} | {name: known[name] for name in fields if name in known}
