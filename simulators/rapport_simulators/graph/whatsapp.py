"""WhatsApp: takes the business's messages, tells what the customers do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import httpx2

from rapport_simulators.graph.channel import Post, arrive, follow, note, stored_for
from rapport_simulators.graph.errors import GraphError
from rapport_simulators.graph.settings import WHATSAPP
from rapport_simulators.graph.whatsapp_events import envelope, message_value, said, status_value
from rapport_simulators.graph.whatsapp_requests import Outgoing, read_outgoing, template_text
from rapport_simulators.provider.customers import Customer
from rapport_simulators.provider.ledger import BUSINESS, CUSTOMER, Entry, File
from rapport_simulators.provider.media import StoredFile

if TYPE_CHECKING:
    from rapport_simulators.graph.simulator import GraphSimulator

WINDOW_S = 86_400.0
TYPING_S = 25.0
UPLOAD_LIFETIME_S = 30 * 86_400.0
MB = 1_000_000
_OFFICE = "application/vnd.openxmlformats-officedocument."
SIZES: Mapping[str, int] = {
    **dict.fromkeys(("image/jpeg", "image/png"), 5 * MB),
    **dict.fromkeys(("video/mp4", "video/3gpp"), 16 * MB),
    **dict.fromkeys(
        ("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg", "audio/opus"), 16 * MB
    ),
    "image/webp": MB // 2,
    **dict.fromkeys(
        (
            "text/plain",
            "application/pdf",
            "application/msword",
            "application/vnd.ms-excel",
            "application/vnd.ms-powerpoint",
            f"{_OFFICE}wordprocessingml.document",
            f"{_OFFICE}spreadsheetml.sheet",
            f"{_OFFICE}presentationml.presentation",
        ),
        100 * MB,
    ),
}
"""The media types that can be uploaded, and how large they may be in bytes."""
_MESSAGE_FAULTS = {"closed_window": 131047, "undeliverable": 131026, "pair_rate": 131056}
_REPORTED = "undeliverable"
"""The fault that is by default a status; the others are answers."""


class WhatsApp:
    """One number's side of WhatsApp."""

    def __init__(self, sim: GraphSimulator) -> None:
        self._sim = sim
        self._settings = sim.settings
        self.post = Post(sim, sim.settings, sim.settings.webhook_whatsapp)

    # ── what the business does ──

    async def accept(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """Take a request to send, or to mark as read.

        Raises:
            GraphError: if Meta would refuse it.
        """
        if payload.get("status") == "read":
            return self._mark_read(payload)
        outgoing = read_outgoing(payload)
        customer = self._recipient(outgoing.to)
        labels = {"messages", WHATSAPP, customer.id, outgoing.type}
        failure = self._failure(outgoing, customer, labels)
        entry = self._entry(outgoing, customer)
        self._sim.ledger.add(entry)
        if outgoing.type == "reaction":
            self._react(outgoing.content["reaction"])
        following = self._sim.spawn(self._follow(entry, customer, outgoing, failure))
        if self._sim.faults.take("receipt_before_answer", labels):
            await following
            await self._sim.deliverer.settle()
        contact = {"input": outgoing.to, "wa_id": customer.id}
        if customer.user_id:
            contact["user_id"] = customer.user_id
        return {
            "messaging_product": "whatsapp",
            "contacts": [contact],
            "messages": [{"id": entry.id}],
        }

    def _recipient(self, to: str) -> Customer:
        if to == self._settings.display_phone_number:
            raise GraphError(131021)
        found = self._sim.customers.find(to)
        if found is not None and found.channel == WHATSAPP:
            return found
        if not to.isdigit():
            raise GraphError(131009, f"{to} is neither a number nor a user id")
        return self._sim.meet(to, WHATSAPP, to)

    def _failure(
        self, outgoing: Outgoing, customer: Customer, labels: set[str]
    ) -> GraphError | None:
        """Refuse, or find out why the message will fail after it was accepted."""
        limit = self._settings.messages_per_second
        if limit is not None and self._sim.ledger.lately(WHATSAPP, 1.0) >= limit:
            raise GraphError(130429)
        for kind, code in _MESSAGE_FAULTS.items():
            fault = self._sim.faults.take(kind, labels)
            if fault is not None:
                usual = "status" if kind == _REPORTED else "answer"
                return self._told(GraphError(code), fault.report or usual)
        if outgoing.type != "template" and not self._open(customer):
            return self._told(GraphError(131047), self._settings.closed_window)
        return None

    def _told(self, error: GraphError, report: str) -> GraphError:
        if report == "answer":
            raise error
        return error

    def _open(self, customer: Customer) -> bool:
        wrote = customer.last_wrote
        return wrote is not None and self._sim.clock.now() - wrote < WINDOW_S

    def _entry(self, outgoing: Outgoing, customer: Customer) -> Entry:
        text = outgoing.text
        files: tuple[File, ...] = ()
        if outgoing.type == "template":
            text = template_text(self._settings.templates, outgoing.content["template"])
        if outgoing.media_id is not None:
            stored = self._sim.media.find(outgoing.media_id)
            if stored is None:
                raise GraphError(131053, f"Media {outgoing.media_id} does not exist")
            files = (self._file(outgoing, stored),)
        return Entry(
            id=self._sim.ids.wamid(),
            channel=WHATSAPP,
            author=BUSINESS,
            customer=customer.id,
            type=outgoing.type,
            text=text,
            content=dict(outgoing.content),
            callback_data=outgoing.callback_data,
            reply_to=outgoing.reply_to,
            files=files,
            choices=outgoing.choices,
            status="accepted",
            at=self._sim.clock.now(),
            monotonic=self._sim.clock.monotonic(),
        )

    def _file(self, outgoing: Outgoing, stored: StoredFile) -> File:
        return File(
            id=stored.id,
            kind=outgoing.type,
            media_type=stored.media_type,
            filename=outgoing.filename or stored.filename,
            size=len(stored.content),
        )

    async def _follow(
        self, entry: Entry, customer: Customer, outgoing: Outgoing, failure: GraphError | None
    ) -> None:
        if failure is None and outgoing.link:
            failure = await self._download(entry, outgoing)
        if failure is not None:
            self.report(entry, "failed", failure.in_status())
            return
        await follow(self._sim, self._settings, entry, customer)

    async def _download(self, entry: Entry, outgoing: Outgoing) -> GraphError | None:
        """Fetch a file that was given by its address, as Meta does after accepting."""
        assert outgoing.link is not None  # noqa: S101 - asked for by the caller
        try:
            response = await self._sim.http.get(outgoing.link, follow_redirects=True)
        except (httpx2.HTTPError, httpx2.InvalidURL):
            return GraphError(131053, "Downloading media from weblink failed")
        if not response.is_success:
            status = response.status_code
            return GraphError(131053, f"Downloading media failed with http code {status}")
        media_type = response.headers.get("content-type", "application/octet-stream")
        stored = self._sim.media.add(
            response.content, media_type.split(";")[0], lifetime_s=UPLOAD_LIFETIME_S
        )
        entry.files = (self._file(outgoing, stored),)
        return None

    def _react(self, reaction: Mapping[str, Any]) -> None:
        target = self._sim.ledger.find(str(reaction["message_id"]))
        if target is not None:
            target.reactions[BUSINESS] = str(reaction["emoji"])
            if not reaction["emoji"]:
                del target.reactions[BUSINESS]
            self._sim.ledger.touch(target)

    def _mark_read(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        message = self._sim.ledger.find(str(payload.get("message_id")))
        if message is None or message.author != CUSTOMER or message.channel != WHATSAPP:
            raise GraphError(131009, "message_id is not that of a received message")
        for entry in self._sim.ledger.thread(message.customer):
            if entry.author == CUSTOMER and not entry.seen and entry.at <= message.at:
                entry.seen = True
                self._sim.ledger.touch(entry)
        if (payload.get("typing_indicator") or {}).get("type") == "text":
            customer = self._sim.known(message.customer)
            customer.typing_until = self._sim.clock.now() + TYPING_S
            self._sim.ledger.touch()
        return {"success": True}

    def upload(self, content: bytes, media_type: str, filename: str | None) -> dict[str, Any]:
        """Keep a file of the business.

        Raises:
            GraphError: if its type or size is not allowed.
        """
        media_type = media_type.split(";", maxsplit=1)[0].strip()
        limit = SIZES.get(media_type)
        if limit is None:
            raise GraphError(100, f"Param file must be of an allowed type, not {media_type}")
        if len(content) > limit:
            raise GraphError(100, f"{media_type} may have at most {limit} bytes")
        stored = self._sim.media.add(content, media_type, filename, lifetime_s=UPLOAD_LIFETIME_S)
        return {"id": stored.id}

    # ── what a customer does ──

    async def says(self, customer: Customer, kind: str, content: Mapping[str, Any]) -> Entry:
        """Let a customer say something (see `whatsapp_events.said`)."""
        stored = stored_for(self._sim, content)
        what = said(kind, content, stored, self._settings)
        now = self._sim.clock.now()
        entry = Entry(
            id=str(content.get("id_override") or self._sim.ids.wamid()),
            channel=WHATSAPP,
            author=CUSTOMER,
            customer=customer.id,
            type=kind,
            text=what.text,
            content=dict(what.fields),
            reply_to=content.get("reply_to"),
            files=(what.file,) if what.file else (),
            at=now,
            monotonic=self._sim.clock.monotonic(),
        )
        customer.last_wrote = now
        self._sim.ledger.add(entry)
        self._apply(entry, content)
        payload = envelope(self._settings, message_value(customer, entry))
        self.post.send(payload, customer, {"messages", kind}, (entry,), entry)
        return entry

    def _apply(self, entry: Entry, content: Mapping[str, Any]) -> None:
        """Show on the phone what a reaction, edit or revocation does to the other message."""
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

    def reads(self, _customer: Customer, entries: Iterable[Entry]) -> None:
        """Let messages be read; each is told of by itself."""
        for entry in entries:
            if not entry.has("read"):
                self.report(entry, "read")

    async def reacts(self, customer: Customer, entry: Entry, emoji: str) -> None:
        """Let a customer react."""
        await self.says(customer, "reaction", {"message_id": entry.id, "emoji": emoji})

    def report(self, entry: Entry, status: str, error: Mapping[str, Any] | None = None) -> None:
        """Tell a status."""
        customer = self._sim.known(entry.customer)
        now = self._sim.clock.now()
        told = note(entry, status, now, error)
        self._sim.ledger.touch(entry)
        errors = [dict(error)] if error else []
        payload = envelope(self._settings, status_value(customer, entry, status, now, errors))
        self.post.send(payload, customer, {"statuses", status}, (told,), entry)

    def reached(self, customer: Customer) -> None:
        """Deliver what waited for a phone."""
        for entry in self._sim.ledger.thread(customer.id):
            if entry.author == BUSINESS and entry.status == "sent" and not customer.blocked:
                arrive(self._sim, entry, customer)
