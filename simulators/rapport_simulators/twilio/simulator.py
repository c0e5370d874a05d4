"""The simulated Twilio: takes the business's messages, tells what customers write."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import httpx2
from starlette.responses import Response
from starlette.types import ASGIApp
from typing_extensions import override

from rapport_simulators.provider.clock import Clock
from rapport_simulators.provider.control import content_of
from rapport_simulators.provider.customers import Customer
from rapport_simulators.provider.http import http_client
from rapport_simulators.provider.ledger import (
    BUSINESS,
    CUSTOMER,
    PROVIDER,
    Entry,
    File,
    Status,
    Told,
)
from rapport_simulators.provider.simulator import FILE_LIFETIME_S, Impossible, Simulator
from rapport_simulators.provider.webhooks import Delivery, Retries
from rapport_simulators.twilio.app import ErrorAnswer, TwilioError, twilio_app
from rapport_simulators.twilio.events import (
    CONFIRMATIONS,
    incoming,
    opt_out_type,
    signature,
    status,
)
from rapport_simulators.twilio.settings import SMS, TwilioSettings

BODY_LIMIT = 1600
FILES = 10
FILE_LIMIT = 5_000_000
_E164 = re.compile(r"\+[1-9]\d{6,14}")
_UNREACHABLE = {"code": 30003, "message": "Unreachable destination handset"}
_BLOCKED = {"code": 30004, "message": "Message blocked"}
_REFUSALS: Mapping[str, TwilioError] = {
    "expired_token": TwilioError(20003, "Authenticate"),
    "http_429": TwilioError(20429, "Too Many Requests"),
    "http_500": TwilioError(20500, "An internal server error has occurred"),
}
_KINDS: Mapping[str, str] = {"image": "image", "video": "video", "audio": "audio"}


class TwilioSimulator(Simulator):
    """Programmable messaging: `async with TwilioSimulator(…) as twilio: …`."""

    unsupported = frozenset({"closed_window"})

    def __init__(
        self, settings: TwilioSettings | None = None, *, clock: Clock | None = None
    ) -> None:
        self.settings = settings or TwilioSettings()
        self.retries = Retries(
            first_s=0.1,
            longest_s=5.0,
            attempts=1 + self.settings.webhook_retries,
            on_status=False,
            taken=lambda code: 200 <= code < 300,
        )
        super().__init__(
            self.settings.port, (replace(one) for one in self.settings.customers), clock
        )
        self.webhook = self.settings.webhook
        self._http: httpx2.AsyncClient | None = None

    @override
    async def start(self) -> None:
        await super().start()
        self._http = http_client(10.0)

    @override
    async def stop(self) -> None:
        await super().stop()
        if self._http is not None:
            await self._http.aclose()

    @override
    def app(self) -> ASGIApp:
        return twilio_app(self)

    @override
    def refusal(self, kind: str, wait_s: float, labels: Iterable[str]) -> Response:
        response = ErrorAnswer(_REFUSALS[kind])
        if kind == "http_429":
            response.headers["retry-after"] = f"{wait_s:g}"
        return response

    @override
    def connect(self, addresses: Mapping[str, str]) -> None:
        if set(addresses) - {SMS}:
            raise Impossible("there is only the webhook sms")
        self.webhook = addresses.get(SMS, self.webhook)

    @override
    def meet(self, customer_id: str, channel: str, name: str) -> Customer:
        if channel != SMS or not _E164.fullmatch(customer_id):
            raise Impossible("a customer has the channel sms and a number like +15550100301 as id")
        known = self.customers.find(customer_id)
        if known is not None:
            return known
        return self.customers.add(Customer(id=customer_id, channel=SMS, name=name or customer_id))

    # ── what the business does ──

    async def accept(self, given: Mapping[str, str], media: Sequence[str]) -> Entry:
        """Take a request to send.

        Raises:
            TwilioError: where Twilio would refuse it.
        """
        to = self._checked(given, media)
        customer = self.meet(to, SMS, to)
        kind = "mms" if media else "text"
        labels = {"messages", SMS, to, kind}
        if customer.opted_out:
            raise TwilioError(21610, "Attempt to send to unsubscribed recipient")
        self._throttle(labels)
        failure = self._failure(customer, labels)
        entry = Entry(
            id=self.ids.sid("MM" if media else "SM"),
            channel=SMS,
            author=BUSINESS,
            customer=to,
            type=kind,
            text=given.get("Body", ""),
            content={**given, "MediaUrl": list(media)} if media else dict(given),
            callback_data=given.get("StatusCallback"),
            status="accepted" if given.get("MessagingServiceSid") else "queued",
            at=self.clock.now(),
            monotonic=self.clock.monotonic(),
        )
        self.ledger.add(entry)
        following = self.spawn(self._follow(entry, customer, media, failure))
        if self.faults.take("receipt_before_answer", labels):
            await following
            await self.deliverer.settle()
        return entry

    def _checked(self, given: Mapping[str, str], media: Sequence[str]) -> str:
        """The number to send to."""
        to, sender = given.get("To", ""), given.get("From", "")
        if not to:
            raise TwilioError(21604, "A 'To' phone number is required.")
        if not _E164.fullmatch(to):
            raise TwilioError(21211, f"Invalid 'To' Phone Number: {to}")
        if given.get("MessagingServiceSid"):
            if given["MessagingServiceSid"] != self.settings.messaging_service_sid:
                raise TwilioError(21701, "The Messaging Service does not exist")
        elif not sender:
            raise TwilioError(21603, "A 'From' phone number is required.")
        elif sender != self.settings.number:
            raise TwilioError(21606, f"The 'From' number {sender} is not a number of yours")
        if to == self.settings.number:
            raise TwilioError(21266, "'To' and 'From' number cannot be the same")
        self._content_checked(given.get("Body", ""), media)
        return to

    def _content_checked(self, body: str, media: Sequence[str]) -> None:
        if not body and not media:
            raise TwilioError(21602, "Message body is required.")
        if len(body) > BODY_LIMIT:
            raise TwilioError(21617, f"The message body exceeds {BODY_LIMIT} characters.")
        if len(media) > FILES:
            raise TwilioError(21623, f"A message may have at most {FILES} files")
        if not all(url.startswith(("http://", "https://")) for url in media):
            raise TwilioError(21620, "Invalid media URL(s)")

    def _throttle(self, labels: set[str]) -> None:
        limit = self.settings.messages_per_second
        if limit is not None and self.ledger.lately(SMS, 1.0) >= limit:
            raise TwilioError(20429, "Too Many Requests")
        if self.faults.take("pair_rate", labels):
            raise TwilioError(21611, "This 'From' number has exceeded its maximum queue")

    def _failure(self, customer: Customer, labels: set[str]) -> Mapping[str, Any] | None:
        fault = self.faults.take("undeliverable", labels)
        if fault is not None and fault.report == "answer":
            raise TwilioError(21614, "'To' number is not a valid mobile number")
        if fault is not None:
            return _UNREACHABLE
        return _BLOCKED if customer.blocked else None

    async def _follow(
        self,
        entry: Entry,
        customer: Customer,
        media: Sequence[str],
        failure: Mapping[str, Any] | None,
    ) -> None:
        self.report(entry, "queued")
        broken = await self._fetch(entry, media)
        if broken is not None:
            self.report(entry, "failed", broken)
            return
        if self.settings.sent_after_s:
            await asyncio.sleep(self.settings.sent_after_s)
        self.report(entry, "sent")
        if self.settings.delivered_after_s:
            await asyncio.sleep(self.settings.delivered_after_s)
        if failure is not None:
            self.report(entry, "undelivered", failure)
        elif customer.reachable:
            self.report(entry, "delivered")

    async def _fetch(self, entry: Entry, media: Sequence[str]) -> Mapping[str, Any] | None:
        """Fetch the files of an MMS; why that didn't work, if so."""
        assert self._http is not None  # noqa: S101 - it runs
        files = []
        for url in media:
            try:
                response = await self._http.get(url, follow_redirects=True)
                response.raise_for_status()
            except (httpx2.HTTPError, httpx2.InvalidURL):
                return {"code": 11200, "message": "HTTP retrieval failure"}
            if len(response.content) > FILE_LIMIT:
                return {"code": 11751, "message": "Media exceeds messaging provider size limit"}
            media_type = response.headers.get("content-type", "application/octet-stream")
            name = url.rpartition("/")[2].partition("?")[0]
            files.append(self._file(response.content, media_type.partition(";")[0], name))
        entry.files = tuple(files)
        return None

    def _file(self, content: bytes, media_type: str, filename: str | None) -> File:
        stored = self.media.add(
            content,
            media_type,
            filename,
            file_id=self.ids.sid("ME"),
            lifetime_s=FILE_LIFETIME_S,
        )
        return File(
            id=stored.id,
            kind=_KINDS.get(media_type.partition("/")[0], "document"),
            media_type=media_type,
            filename=filename,
            size=len(content),
        )

    # ── what customers do ──

    @override
    async def says(self, customer: Customer, kind: str, content: Mapping[str, Any]) -> Entry:
        """Let a customer write: `text`, or `mms` with `media_id`, `content_base64` or `files`."""
        text = str(content.get("text") or content.get("caption") or "")
        files = tuple(self._attached(one) for one in self._listed(content))
        if kind not in ("text", "mms", *_KINDS, "document", "file"):
            raise Impossible(
                f"nobody can say {kind!r} by SMS; text, mms, image, video, audio, file"
            )
        if not text and not files:
            raise Impossible("a message needs text or a file")
        now = self.clock.now()
        entry = Entry(
            id=self.ids.sid("MM" if files else "SM"),
            channel=SMS,
            author=CUSTOMER,
            customer=customer.id,
            type="mms" if files else "text",
            text=text,
            files=files,
            at=now,
            monotonic=self.clock.monotonic(),
        )
        customer.last_wrote = now
        told = incoming(self.settings, customer, entry, self.url)
        entry.content = dict(told)
        self.ledger.add(entry)
        self._post(self.webhook, told, customer, {"messages", entry.type}, (entry,), entry)
        self._opt(customer, text)
        return entry

    def _listed(self, content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        if content.get("files"):
            return list(content["files"])
        one = content.get("media_id") or content.get("content_base64")
        return [content] if one else []

    def _attached(self, one: Mapping[str, Any]) -> File:
        if not one.get("media_id"):
            media_type = str(one.get("mime_type") or "application/octet-stream")
            return self._file(content_of(one), media_type, one.get("filename"))
        stored = self.media.find(str(one["media_id"]))
        if stored is None:
            raise Impossible(f"there is no file {one['media_id']}")
        return self._file(stored.content, stored.media_type, stored.filename)

    def _opt(self, customer: Customer, text: str) -> None:
        """Let STOP, START and HELP have their effect; the provider answers them itself."""
        kind = opt_out_type(text)
        if kind is None or (kind == "START" and not customer.opted_out):
            return
        customer.opted_out = {"STOP": True, "START": False}.get(kind, customer.opted_out)
        self.ledger.add(
            Entry(
                id=self.ids.sid("SM"),
                channel=SMS,
                author=PROVIDER,
                customer=customer.id,
                type="text",
                text=CONFIRMATIONS[kind],
                at=self.clock.now(),
                monotonic=self.clock.monotonic(),
            )
        )

    @override
    def reads(self, customer: Customer, entries: Iterable[Entry]) -> None:
        """An SMS is read without anybody being told."""

    @override
    async def reacts(self, customer: Customer, entry: Entry, emoji: str) -> None:
        raise Impossible("there are no reactions to an SMS")

    @override
    def report(
        self, entry: Entry, status_name: str, error: Mapping[str, Any] | None = None
    ) -> None:
        told = Status(status=status_name, at=self.clock.now(), error=dict(error) if error else None)
        entry.statuses.append(told)
        entry.status = status_name
        self.ledger.touch(entry)
        parameters = status(self.settings, entry, status_name, error)
        customer = self.known(entry.customer)
        address = entry.content.get("StatusCallback", "")
        self._post(address, parameters, customer, {"statuses", status_name}, (told,), entry)

    @override
    def reached(self, customer: Customer) -> None:
        for entry in self.ledger.thread(customer.id):
            if entry.author == BUSINESS and entry.status == "sent":
                self.report(entry, "delivered")

    def _post(
        self,
        address: str,
        parameters: Mapping[str, str],
        customer: Customer,
        labels: set[str],
        about: tuple[Told, ...],
        entry: Entry,
    ) -> None:
        if not address:
            return
        delivery = Delivery(
            url=address,
            body=urlencode(parameters).encode(),
            headers={
                "content-type": "application/x-www-form-urlencoded; charset=utf-8",
                "user-agent": "TwilioProxy/1.1",
                "i-twilio-idempotency-token": self.ids.hexadecimal(32),
                "x-twilio-signature": signature(self.settings.auth_token, address, parameters),
            },
            lane=customer.id,
            labels=frozenset(labels | {SMS, customer.id}),
            about=about,
            on_attempt=lambda: self.ledger.touch(entry),
        )
        self.deliverer.submit(delivery)
