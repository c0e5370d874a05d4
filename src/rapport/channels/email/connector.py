"""The e-mail connector: the contract of `channels.sdk` over the modules beside it.

A mail comes as `Request(method="MAIL", body=raw)`, from IMAP or from the listener. It is given as
a message of kind `email` whose contact is the sender's address; `details` has what the text
leaves out. A message goes out as a plain mail to the contact; threads, drafts and files of an
answer are composed with `composing` and `replying` by whoever keeps them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from rapport.channels.email.addresses import Address
from rapport.channels.email.composing import (
    File,
    OutgoingMail,
    Unsendable,
    compose,
    own_message_id,
    recipients,
)
from rapport.channels.email.imap import (
    Credentials,
    Fetched,
    ImapReader,
    ImapServer,
    Later,
    Mark,
    log_in,
)
from rapport.channels.email.mail import Bounce, Mail
from rapport.channels.email.manifest import LARGEST_FILE, MANIFEST
from rapport.channels.email.parsing import inspect_mail, parse_mail
from rapport.channels.email.sending import SmtpServer, submit, try_out
from rapport.channels.email.styled import html_of
from rapport.channels.sdk.abilities import Inbox, Memory
from rapport.channels.sdk.connector import (
    AccountConfig,
    Ignored,
    MediaGone,
    Parsed,
    Probe,
    Problem,
    Rejected,
    Rendered,
    Request,
)
from rapport.channels.sdk.transport import Part, ProviderRequest, Transport
from rapport.domain.errors import Refused
from rapport.domain.message import DeliveryReceipt, DeliveryStatus, InboundMedia, InboundMessage
from rapport.domain.sending import AccountBroken, OutboundFile, OutboundMessage, SendOutcome, Sent
from rapport.domain.sending import Rejected as NeverSent

METHOD = "MAIL"
SILENT = "x-rapport-silent"
"""Marks a mail that was there before the mailbox was connected."""
SKEW = timedelta(minutes=5)
"""How much the mail server's clock may be behind ours. A mail of the minutes before the mailbox was
connected opens a task rather than that one after it is missed."""
_WELL = frozenset({"connected", "caught_up", "uidvalidity", "skipped"})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class EmailConnector:
    """Implements `Connector`."""

    manifest = MANIFEST

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now

    def verify(self, request: Request, account: AccountConfig) -> None:
        """Nothing signs a mail for us: only what our own transports hand over is taken."""
        del account
        if request.method != METHOD:
            raise Rejected(405, "not_by_webhook")

    def parse(self, request: Request, account: AccountConfig) -> list[Parsed]:
        """One mail: a message, a receipt for each mail that bounced, or why it is ignored."""
        mail = parse_mail(request.body)
        own = _own(account)
        if mail.sender is not None and mail.sender.key in own:
            writer = mail.by_form(own)
            if writer is None:
                return [Ignored("our_own")]
            mail = replace(mail, sender=writer)
        if mail.mail_class == "bounce" and mail.bounce is not None:
            return _receipts(mail, mail.bounce)
        return [_message(mail, request.body)]

    def render(self, message: OutboundMessage, account: AccountConfig) -> Rendered:
        """The mail as JSON; the bytes are made as it leaves."""
        problems = tuple(_problems(message, account))
        if problems:
            return Rendered(problems=problems)
        text = message.text
        given = message.details or {}
        html = given.get("html") or (html_of(text, message.styles) if message.styles else None)
        if signature := _signature(given, account):
            text = f"{text}\n\n-- \n{signature}"
            html = f"{html}<br>-- <br>{html_of(signature, ())}" if html else None
        name = str(account.settings.get("sender_name") or "")
        body = {
            "from": {"name": name, "address": account.address},
            "to": given.get("to") or [{"name": "", "address": _customer(message)}],
            "cc": given.get("cc") or [],
            "subject": given.get("subject") or f"Message from {name or account.address}",
            "text": text,
            "html": html,
            "in_reply_to": given.get("in_reply_to") or message.reply_to,
            "references": given.get("references") or [],
            "files": [
                {
                    "id": f.id,
                    "filename": f.filename,
                    "media_type": f.media_type,
                    "size": f.size,
                    "key": f.key,
                }
                for f in message.files
            ],
            "automatic": None if given.get("to") else "auto-generated",
            "token": _token(account, message.id),
            "domain": account.address.rpartition("@")[2],
            "date": message.now.isoformat() if message.now else None,
        }
        return Rendered(parts=(Part(requests=(ProviderRequest(method="SMTP", json=body),)),))

    async def send(self, part: Part, account: AccountConfig, transport: Transport) -> SendOutcome:
        """Hand it to the account's server."""
        server = smtp_server(account)
        if server is None:
            return AccountBroken("not_configured", "The mailbox has no server to send with.")
        (request,) = part.requests
        mail = _outgoing(request.json)
        if files := request.json["files"]:
            inline = [f for f in files if _is_shown(f, mail.html)]
            others = [f for f in files if f not in inline]
            mail = replace(
                mail,
                inline=await _attached(inline, transport, inline=True),
                attachments=await _attached(others, transport),
            )
        try:
            raw, people = compose(mail), recipients(mail)
        except Unsendable as error:
            return NeverSent(error.code, error.message)
        found = await submit(raw, mail.sender.address, people, server)
        if isinstance(found.outcome, Sent):
            return Sent(f"<{mail.token}@{mail.domain}>", found.refused)
        return found.outcome

    async def locate(
        self, media: InboundMedia, account: AccountConfig, transport: Transport
    ) -> ProviderRequest | MediaGone:
        """Files are in the mail and are stored with it; there is nothing to fetch."""
        del media, account, transport
        return MediaGone("in_the_mail")

    def connects(self, account: AccountConfig) -> bool:
        """Whether the mailbox is read by IMAP."""
        return imap_server(account) is not None

    async def run(
        self,
        account: AccountConfig,
        inbox: Inbox,
        say: Callable[[str, str], None],
        memory: Memory,
    ) -> None:
        """Read the mailbox until cancelled. What lay there before comes in silently (M11).

        By the mail server's date, and counted from when the mailbox was configured: before the
        first look, or in the middle of it, the mail server or this node may be away for long, and
        what comes meanwhile is for us. Where nothing tells of that moment, from the first look on.
        """
        server = imap_server(account)
        if server is None:
            return
        first_time = await memory.load() is None
        begun = await memory.since() or (self._now() if first_time else None)

        async def known() -> Credentials:
            return credentials(account)

        def was_there(mail: Fetched, begun: datetime) -> bool:
            # A mail without a date is old only where all may be.
            return first_time if mail.internal_date is None else mail.internal_date < begun

        async def deliver(mail: Fetched) -> None:
            old = begun is not None and not marks.caught_up and was_there(mail, begun - SKEW)
            headers = {SILENT: "1"} if old else {}
            request = Request(method=METHOD, path="", query="", headers=headers, body=mail.raw)
            try:
                await inbox(request)
            except Refused as refused:
                raise Later(refused.message) from refused

        def tell(code: str, words: str) -> None:
            marks.caught_up = marks.caught_up or code == "caught_up"
            say("connected" if code in _WELL else code, words)

        marks = _Marks(memory)
        await ImapReader(server, known, marks, deliver, tell).run()

    async def probe(self, account: AccountConfig, transport: Transport) -> Probe:
        """Log in to both servers; nothing is sent and no mail is read."""
        del transport
        facts: dict[str, str] = {}
        if (imap := imap_server(account)) is not None:
            refused = await asyncio.to_thread(log_in, imap, credentials(account))
            if refused is not None:
                return Probe(ok=False, code="imap_failed", message=refused)
            facts["imap"] = imap.host
        if (smtp := smtp_server(account)) is not None:
            failed = await try_out(smtp)
            if failed is not None:
                words = getattr(failed, "message", "The mail server can't be reached.")
                return Probe(ok=False, code=getattr(failed, "code", "failed"), message=words)
            facts["smtp"] = smtp.host
        if not facts:
            return Probe(ok=False, code="not_configured", message="Set the mail servers.")
        return Probe(ok=True, facts=facts)


class _Marks:
    """The reader's marks, kept in the connection's memory."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self.caught_up = False

    async def load(self) -> Mark | None:
        found = await self._memory.load()
        return None if found is None else Mark(*found)

    async def save(self, mark: Mark) -> None:
        await self._memory.save(mark.uidvalidity, mark.uid)


def create() -> EmailConnector:
    """The channel's connector."""
    return EmailConnector(now=_utc)


def _utc() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - `create` is where the channel's parts come together


def credentials(account: AccountConfig) -> Credentials:
    """The password, or the access token where the account is set so."""
    oauth = bool(account.settings.get("oauth"))
    return Credentials(account.secrets.get("access_token" if oauth else "password", ""), oauth)


def imap_server(account: AccountConfig) -> ImapServer | None:
    """Where the mailbox is read; None where it is not."""
    found: Mapping[str, Any] = account.settings
    if not found.get("imap_host"):
        return None
    return ImapServer(
        host=found["imap_host"],
        port=found.get("imap_port", 993),
        security=found.get("imap_security", "tls"),
        user=found.get("user") or account.address,
        folder=found.get("folder") or "INBOX",
    )


def smtp_server(account: AccountConfig) -> SmtpServer | None:
    """Where mail is handed over; None where it is not."""
    found: Mapping[str, Any] = account.settings
    if not found.get("smtp_host"):
        return None
    known = credentials(account)
    user = found.get("user") or (account.address if known.secret else "")
    return SmtpServer(
        host=found["smtp_host"],
        port=found.get("smtp_port", 587),
        security=found.get("smtp_security", "starttls"),
        user=user if known.secret else "",
        secret=known.secret,
        oauth=known.oauth,
    )


def _own(account: AccountConfig) -> frozenset[str]:
    more = account.settings.get("own_addresses") or ()
    return frozenset(address.lower() for address in (account.address, *more))


def _message(mail: Mail, raw: bytes) -> InboundMessage:
    sender = mail.sender or Address("", "unknown@no-sender.invalid")
    found = inspect_mail(raw)
    names = ("to", "cc", "reply_to", "subject", "html", "in_reply_to", "references", "problems")
    details = {name: found[name] for name in names if found[name]}
    details["from"], details["class"] = found["from"], found["class"]
    return InboundMessage(
        external_id=mail.message_id,
        contact_key=sender.key,
        text=mail.visible_reply,
        name=sender.name or None,
        email=sender.address if mail.sender else None,
        sent_at=mail.date,
        kind="email",
        reply_to=mail.in_reply_to,
        details=details,
        media=tuple(
            InboundMedia(
                kind="image" if a.media_type.startswith("image/") else "file",
                media_type=a.media_type,
                filename=a.filename,
                media_id=f"{mail.message_id}/{number}",
                size=a.size,
            )
            for number, a in enumerate(mail.attachments)
        ),
    )


def _receipts(mail: Mail, bounce: Bounce) -> list[Parsed]:
    """A delay is no failure yet; a bounce that names no mail of ours is only noted."""
    if bounce.original_message_id is None:
        return [Ignored("bounce_of_nothing")]
    if bounce.delayed:
        return [Ignored("delayed")]
    return [
        DeliveryReceipt(
            status=DeliveryStatus.FAILED,
            at=mail.date or _EPOCH,
            external_id=bounce.original_message_id,
            error_code=bounce.status or "bounced",
            error_message=bounce.reason or f"Not delivered to {', '.join(bounce.recipients)}.",
        )
    ]


def _problems(message: OutboundMessage, account: AccountConfig) -> list[Problem]:
    found = []
    if message.template is not None:
        found.append(Problem("templates_unsupported", "E-mail has no approved templates."))
    elif not message.text.strip() and not message.files:
        found.append(Problem("empty", "There is nothing to send."))
    found += [
        Problem("file_too_large", f"{file.filename} is larger than 20 MB.")
        for file in message.files
        if file.size > LARGEST_FILE
    ]
    if not found:
        given = message.details or {}
        named = [*given.get("to", ()), *given.get("cc", ())]
        people = tuple(Address(**one) for one in named) or (Address("", _customer(message)),)
        try:
            recipients(replace(_NOBODY, sender=Address("", account.address), to=people))
        except Unsendable as error:
            found.append(Problem(error.code, error.message))
    return found


def _signature(given: Mapping[str, Any], account: AccountConfig) -> str:
    """The agent's own, then the mailbox's (M7)."""
    both = (given.get("signature"), account.settings.get("signature"))
    return "\n".join(str(one) for one in both if one)


def _customer(message: OutboundMessage) -> str:
    """Whom a message without recipients goes to: what is no answer of an agent (a notice)."""
    return next((one for one in message.aliases if "@" in one), message.contact_key)


_NOBODY = OutgoingMail(
    sender=Address("", ""),
    to=(),
    subject="",
    token="-",  # noqa: S106 - not a secret
    domain="-",
    date=None,
)


def content_id_of(attachment_id: int) -> str:
    """The Content-ID under which an answer's HTML shows one of its own files."""
    return f"a{attachment_id}"


def sent_id(account: AccountConfig, message_id: int) -> str:
    """The Message-ID under which a message of ours leaves, known before it does."""
    return own_message_id(_token(account, message_id), account.address.rpartition("@")[2])


def _token(account: AccountConfig, message_id: int) -> str:
    return f"m.{account.id}.{message_id}"


def _is_shown(file: Mapping[str, Any], html: str | None) -> bool:
    """Whether the HTML shows a file at its place: then it is no attachment."""
    image = str(file["media_type"]).startswith("image/")
    return image and html is not None and f'"cid:{content_id_of(file["id"])}"' in html


async def _attached(
    files: list[dict[str, Any]], transport: Transport, *, inline: bool = False
) -> tuple[File, ...]:
    found = []
    for file in files:
        content = b"".join([chunk async for chunk in transport.open(OutboundFile(**file))])
        found.append(
            File(
                filename=file["filename"],
                media_type=file["media_type"],
                content=content,
                content_id=content_id_of(file["id"]) if inline else None,
            )
        )
    return tuple(found)


def _outgoing(body: Mapping[str, Any]) -> OutgoingMail:
    date = body.get("date")
    return OutgoingMail(
        sender=Address(**body["from"]),
        to=tuple(Address(**one) for one in body["to"]),
        cc=tuple(Address(**one) for one in body["cc"]),
        references=tuple(body["references"]),
        subject=body["subject"],
        text=body["text"],
        html=body["html"],
        automatic=body["automatic"],
        in_reply_to=body["in_reply_to"],
        token=body["token"],
        domain=body["domain"],
        date=datetime.fromisoformat(date) if date else None,
    )
