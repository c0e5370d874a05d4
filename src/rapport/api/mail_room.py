"""Where mails are put into their threads, and answers get their recipients (M1, M5, M7, M9).

Between the connector, which knows mail and nothing of the database, and the conversations, which
know nothing of mail.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

from rapport.api.mail_screen import REMOVED_FILES, REMOVED_KINDS
from rapport.application.ports import Clock
from rapport.application.privacy import SENSITIVE_FILE
from rapport.application.received import Input, Received
from rapport.channels.email.addresses import Address
from rapport.channels.email.connector import SILENT, sent_id
from rapport.channels.email.mail import Mail
from rapport.channels.email.parsing import parse_mail
from rapport.channels.email.replying import Mode, ReplyFields, reply_fields
from rapport.channels.sdk.connector import AccountConfig, Request
from rapport.domain.errors import Invalid, Refused
from rapport.domain.message import InboundMedia, InboundMessage
from rapport.domain.rules.threading import Arrival, Joins, Opens, Repeats, place
from rapport.storage.files import Files
from rapport.storage.mails import KeptMail, LatestMail, Mails
from rapport.storage.removals import Removals
from rapport.storage.secrets import Vault

MAIL_FILE = "mail:"
"""Begins the media id of a file in a kept mail: `mail:<key>:<number>`."""
MOST_PER_HOUR = 60
"""Mails of one sender that may open tasks: a storm becomes quiet (M11)."""
_AUTOMATIC = frozenset({"auto_reply", "list", "feedback"})


class MailRoom:
    """Places mails and prepares answers."""

    def __init__(
        self, mails: Mails, files: Files, removals: Removals, vault: Vault, clock: Clock
    ) -> None:
        self._mails = mails
        self._files = files
        self._removals = removals
        self._vault = vault
        self._clock = clock

    async def placed(
        self, account_id: int, request: Request, given: Sequence[Input]
    ) -> tuple[list[Input], str | None]:
        """Mails with the thread they belong to; and the key under which the source is kept."""
        if request.method != "MAIL":
            return list(given), None
        key = await self._files.put(self._vault.encrypt(request.body))
        return [
            await self._place(account_id, request, item, key)
            if isinstance(item, InboundMessage)
            else item
            for item in given
        ], key

    async def _place(
        self, account_id: int, request: Request, message: InboundMessage, key: str
    ) -> InboundMessage:
        details = message.details or {}
        references = tuple(details.get("references") or ())
        named = tuple(i for i in (message.reply_to,) if i)
        sender = message.contact_key
        known = await self._mails.lookup(account_id, [message.external_id, *named, *references])
        arrival = Arrival(
            message_id=message.external_id,
            sender=sender,
            in_reply_to=named,
            references=references,
        )
        found = place(arrival, known)
        contact_key: str | None = None
        external_id = message.external_id
        match found:
            case Joins(thread=thread) | Repeats(thread=thread):
                contact_key = await self._mails.contact_key(thread)
            case Opens() if message.external_id in known.messages:
                # A stranger reuses an id: their mail is another one, and nothing is dropped.
                external_id = f"{external_id}+{_digest(sender)}"
        left_out = request.headers.get(REMOVED_FILES, "").split(",")
        now = self._clock.now()
        lately = await self._mails.lately(account_id, sender, now, timedelta(hours=1))
        return replace(
            message,
            external_id=external_id,
            contact_key=contact_key or f"thread:{_digest(external_id + sender)}",
            identity=sender,
            automatic=details.get("class") in _AUTOMATIC
            or SILENT in request.headers
            or lately > MOST_PER_HOUR,
            removed=tuple(filter(None, request.headers.get(REMOVED_KINDS, "").split(","))),
            media=tuple(
                replace(
                    media,
                    media_id=f"{MAIL_FILE}{key}:{number}",
                    gone=SENSITIVE_FILE if str(number) in left_out else media.gone,
                )
                for number, media in enumerate(message.media)
            ),
        )

    async def keep(
        self,
        account_id: int,
        account: AccountConfig,
        key: str | None,
        given: Sequence[Input],
        received: Sequence[Received],
    ) -> None:
        """Enter placed mails into the index; before they are acknowledged."""
        if key is None:
            return
        own = own_addresses(account)
        for message, taken in zip(given, received, strict=True):
            if not isinstance(message, InboundMessage) or not taken.conversation_id:
                continue
            message_id = await self._mails.message_at(taken.conversation_id, taken.seq)
            if taken.duplicate and message_id is not None:
                before = await self._mails.raw_key(message_id)
                if before is not None:
                    # It came again: its first source is kept, this one is of no use.
                    if before != key:
                        await self._removals.remove(key)
                    continue
            details = message.details or {}
            people = [
                *_addresses(details, "to"),
                *_addresses(details, "cc"),
                message.identity or "",
            ]
            await self._mails.keep(
                KeptMail(
                    account_id=account_id,
                    conversation_id=taken.conversation_id,
                    message_id=message_id,
                    rfc_id=message.external_id,
                    sender=message.identity or "",
                    ours=False,
                    raw_key=key,
                    at=self._clock.now(),
                    people=tuple(p for p in people if p.lower() not in own),
                )
            )

    async def fields(
        self, conversation_id: int, mode: Mode, account: AccountConfig
    ) -> tuple[LatestMail, ReplyFields]:
        """What a mode fills in, from the customer's latest mail.

        Raises:
            Refused: `no_mail` when there is none to answer.
        """
        latest = await self._mails.latest(conversation_id)
        if latest is None:
            return await self._after_our_own(conversation_id, account)
        mail = await self.source(latest.message_id)
        return latest, reply_fields(mode, mail, own_addresses(account))

    async def _after_our_own(
        self, conversation_id: int, account: AccountConfig
    ) -> tuple[LatestMail, ReplyFields]:
        """Where only we have written: the next mail goes where the last one went (M5)."""
        own = await self._mails.own_latest(conversation_id)
        if own is None:
            raise Refused("no_mail", "There is no mail to answer in this conversation.")
        mail_id = sent_id(account, own.message_id)
        known = (*(own.details.get("references") or ()), mail_id)
        return LatestMail(own.message_id, own.seq, None, mail_id, ours=True), ReplyFields(
            to=tuple(Address(**one) for one in own.details["to"]),
            cc=tuple(Address(**one) for one in own.details.get("cc") or ()),
            subject=str(own.details.get("subject") or ""),
            in_reply_to=mail_id,
            references=tuple(dict.fromkeys(known)),
            quote_text="",
            quote_html="",
        )

    async def source(self, message_id: int) -> Mail:
        """A kept mail, read again.

        Raises:
            Refused: `no_source`.
        """
        raw = await self.raw(message_id)
        return await asyncio.to_thread(parse_mail, raw)

    async def raw(self, message_id: int) -> bytes:
        """A kept mail's bytes.

        Raises:
            Refused: `no_source` for what is no mail or is kept no more.
        """
        key = await self._mails.raw_key(message_id)
        if key is None:
            raise Refused("no_source", "The source of this mail is not kept.")
        return await read_kept(self._files, self._vault, key)

    async def where(self, message_id: int) -> tuple[int, str]:
        """A kept mail's account, and the key of its source.

        Raises:
            Refused: `no_source` for what is no mail of a customer or is kept no more.
        """
        found = await self._mails.where(message_id)
        if found is None:
            raise Refused("no_source", "The source of this mail is not kept.")
        return found

    def placed_media(self, media: Sequence[InboundMedia], key: str) -> tuple[InboundMedia, ...]:
        """The files of a kept mail, by where they are."""
        return tuple(
            replace(item, media_id=f"{MAIL_FILE}{key}:{number}")
            for number, item in enumerate(media)
        )

    def split_off(self, message: InboundMessage, key: str, message_id: int) -> InboundMessage:
        """A mail as the first of a conversation of its own; the same one however often."""
        external_id = f"{message.external_id}+split.{message_id}"
        sender = message.contact_key
        return replace(
            message,
            external_id=external_id,
            contact_key=f"thread:{_digest(external_id + sender)}",
            identity=sender,
            reply_to=None,
            media=self.placed_media(message.media, key),
        )

    async def moved(
        self, message_id: int, mail: InboundMessage, received: Received, account: AccountConfig
    ) -> None:
        """From now on what answers this mail belongs to its own conversation."""
        details, own = mail.details or {}, own_addresses(account)
        people = [*_addresses(details, "to"), *_addresses(details, "cc"), mail.identity or ""]
        await self._mails.move(
            message_id,
            received.conversation_id,
            await self._mails.message_at(received.conversation_id, received.seq),
            [p for p in people if p.lower() not in own],
        )

    async def first(self, conversation_id: int) -> int | None:
        """The conversation's first customer mail."""
        return await self._mails.first(conversation_id)

    async def sent(self, conversation_id: int, people: Sequence[Address]) -> None:
        """Whom we have written to may answer."""
        await self._mails.add_people(conversation_id, [p.address for p in people])


def outgoing_details(
    mode: Mode,
    fields: ReplyFields,
    to: Sequence[Address],
    cc: Sequence[Address] | None,
    own: frozenset[str],
    html: str | None,
) -> dict[str, Any]:
    """An answer's details: To and Subject as the mode has them, Cc as the agent edited it (M1).

    Raises:
        Invalid: nobody to send it to.
    """
    receivers = to if mode is Mode.FORWARD else fields.to
    copies = fields.cc if cc is None else tuple(cc)
    taken = {a.key for a in receivers} | own
    copies = tuple({a.key: a for a in copies if a.key not in taken}.values())
    receivers = tuple(a for a in receivers if a.key not in own)
    if not receivers:
        raise Invalid.field("to", "Say to whom it goes.", code="no_recipient")
    return {
        "mode": mode.value,
        "to": [asdict(a) for a in receivers],
        "cc": [asdict(a) for a in copies],
        "subject": fields.subject,
        "in_reply_to": fields.in_reply_to,
        "references": list(fields.references),
        "html": html,
    }


def own_addresses(account: AccountConfig) -> frozenset[str]:
    """The mailbox's own addresses, lower case."""
    more = account.settings.get("own_addresses") or ()
    return frozenset(a.lower() for a in (account.address, *more))


def warns_only(account: AccountConfig) -> bool:
    """Whether answering an earlier mail than the latest is warned of and not refused (M5)."""
    return account.settings.get("latest_only") == "warn"


async def read_kept(files: Files, vault: Vault, key: str) -> bytes:
    """A kept source, decrypted."""
    return vault.decrypt(b"".join([chunk async for chunk in files.read(key)]))


async def file_of_mail(files: Files, vault: Vault, media_id: str) -> bytes:
    """A file out of a kept mail."""
    _, key, number = media_id.split(":")
    mail = await asyncio.to_thread(parse_mail, await read_kept(files, vault, key))
    return mail.attachments[int(number)].content()


def _addresses(details: Mapping[str, Any], name: str) -> list[str]:
    return [str(a["address"] if isinstance(a, Mapping) else a) for a in details.get(name) or ()]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
