"""The e-mail connector: the contract of `channels.sdk` over the modules beside it.

A mail comes as `Request(method="MAIL", body=raw)`, from IMAP or from the listener. It is given as
a message of kind `email` whose contact is the sender's address; `details` has what the text
leaves out. A message goes out as a plain mail to the contact; threads, drafts and files of an
answer are composed with `composing` and `replying` by whoever keeps them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from rapport.channels.email.addresses import Address
from rapport.channels.email.composing import OutgoingMail, Unsendable, compose, recipients
from rapport.channels.email.imap import Credentials, ImapServer, log_in
from rapport.channels.email.mail import Bounce, Mail
from rapport.channels.email.manifest import LARGEST_FILE, MANIFEST
from rapport.channels.email.parsing import inspect_mail, parse_mail
from rapport.channels.email.replying import bare_subject
from rapport.channels.email.sending import SmtpServer, submit, try_out
from rapport.channels.email.styled import html_of
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
from rapport.domain.message import DeliveryReceipt, DeliveryStatus, InboundMedia, InboundMessage
from rapport.domain.sending import AccountBroken, OutboundMessage, SendOutcome, Sent
from rapport.domain.sending import Rejected as NeverSent

METHOD = "MAIL"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class EmailConnector:
    """Implements `Connector`."""

    manifest = MANIFEST

    def verify(self, request: Request, account: AccountConfig) -> None:
        """Nothing signs a mail for us: only what our own transports hand over is taken."""
        del account
        if request.method != METHOD:
            raise Rejected(405, "not_by_webhook")

    def parse(self, request: Request, account: AccountConfig) -> list[Parsed]:
        """One mail: a message, a receipt for each mail that bounced, or why it is ignored."""
        mail = parse_mail(request.body)
        if mail.sender is not None and mail.sender.key in _own(account):
            return [Ignored("our_own")]
        if mail.mail_class == "bounce" and mail.bounce is not None:
            return _receipts(mail, mail.bounce)
        return [_message(mail, request.body)]

    def render(self, message: OutboundMessage, account: AccountConfig) -> Rendered:
        """The mail as JSON; the bytes are made as it leaves."""
        problems = tuple(_problems(message, account))
        if problems:
            return Rendered(problems=problems)
        text = message.text
        html = html_of(text, message.styles) if message.styles else None
        if signature := str(account.settings.get("signature") or ""):
            text = f"{text}\n\n-- \n{signature}"
            html = f"{html}<br>{html_of(signature, ())}" if html else None
        name = str(account.settings.get("sender_name") or "")
        body = {
            "from": {"name": name, "address": account.address},
            "to": [{"name": "", "address": message.contact_key}],
            "subject": f"Message from {name or account.address}",
            "text": text,
            "html": html,
            "in_reply_to": message.reply_to,
            "token": f"m.{account.id}.{message.id}",
            "domain": account.address.rpartition("@")[2],
            "date": message.now.isoformat() if message.now else None,
        }
        return Rendered(parts=(Part(requests=(ProviderRequest(method="SMTP", json=body),)),))

    async def send(self, part: Part, account: AccountConfig, transport: Transport) -> SendOutcome:
        """Hand it to the account's server."""
        del transport
        server = smtp_server(account)
        if server is None:
            return AccountBroken("not_configured", "The mailbox has no server to send with.")
        (request,) = part.requests
        mail = _outgoing(request.json)
        try:
            raw, people = compose(mail), recipients(mail)
        except Unsendable as error:
            return NeverSent(error.code, error.message)
        found = await submit(raw, mail.sender.address, people, server)
        if isinstance(found.outcome, Sent):
            return Sent(f"<{mail.token}@{mail.domain}>")
        return found.outcome

    async def locate(
        self, media: InboundMedia, account: AccountConfig, transport: Transport
    ) -> ProviderRequest | MediaGone:
        """Files are in the mail and are stored with it; there is nothing to fetch."""
        del media, account, transport
        return MediaGone("in_the_mail")

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


def create() -> EmailConnector:
    """The channel's connector."""
    return EmailConnector()


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
    for file in message.files:
        if file.size > LARGEST_FILE:
            found.append(Problem("file_too_large", f"{file.filename} is larger than 20 MB."))
        else:
            found.append(Problem("files_unsupported", "Files are sent with an answer's draft."))
    if not found:
        try:
            people = (Address("", account.address), Address("", message.contact_key))
            recipients(replace(_NOBODY, sender=people[0], to=people))
        except Unsendable as error:
            found.append(Problem(error.code, error.message))
    return found


_NOBODY = OutgoingMail(
    sender=Address("", ""),
    to=(),
    subject="",
    token="-",  # noqa: S106 - not a secret
    domain="-",
    date=None,
)


def _outgoing(body: Mapping[str, Any]) -> OutgoingMail:
    date = body.get("date")
    return OutgoingMail(
        sender=Address(**body["from"]),
        to=tuple(Address(**one) for one in body["to"]),
        subject=bare_subject(body["subject"]),
        text=body["text"],
        html=body["html"],
        in_reply_to=body["in_reply_to"],
        token=body["token"],
        domain=body["domain"],
        date=datetime.fromisoformat(date) if date else None,
    )
