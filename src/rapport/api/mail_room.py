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

from rapport.application.ports import Clock
from rapport.application.received import Input, Received
from rapport.channels.email.addresses import Address
from rapport.channels.email.connector import SILENT
from rapport.channels.email.mail import Mail
from rapport.channels.email.parsing import parse_mail
from rapport.channels.email.replying import Mode, ReplyFields, reply_fields
from rapport.channels.sdk.connector import AccountConfig, Request
from rapport.domain.errors import Invalid, Refused
from rapport.domain.message import InboundMessage
from rapport.domain.rules.threading import Arrival, Joins, Opens, Repeats, place
from rapport.storage.files import LocalFiles
from rapport.storage.mails import KeptMail, LatestMail, Mails
from rapport.storage.secrets import Vault

MAIL_FILE = "mail:"
"""Begins the media id of a file in a kept mail: `mail:<key>:<number>`."""
MOST_PER_HOUR = 60
"""Mails of one sender that may open tasks: a storm becomes quiet (M11)."""
_AUTOMATIC = frozenset({"auto_reply", "list", "feedback"})


class MailRoom:
    """Places mails and prepares answers."""

    def __init__(self, mails: Mails, files: LocalFiles, vault: Vault, clock: Clock) -> None:
        self._mails = mails
        self._files = files
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
            media=tuple(
                replace(media, media_id=f"{MAIL_FILE}{key}:{number}")
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
                    message_id=await self._mails.message_at(taken.conversation_id, taken.seq),
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
            raise Refused("no_mail", "There is no mail to answer in this conversation.")
        mail = await self.source(latest.message_id)
        return latest, reply_fields(mode, mail, own_addresses(account))

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


async def read_kept(files: LocalFiles, vault: Vault, key: str) -> bytes:
    """A kept source, decrypted."""
    return vault.decrypt(b"".join([chunk async for chunk in files.read(key)]))


async def file_of_mail(files: LocalFiles, vault: Vault, media_id: str) -> bytes:
    """A file out of a kept mail."""
    _, key, number = media_id.split(":")
    mail = await asyncio.to_thread(parse_mail, await read_kept(files, vault, key))
    return mail.attachments[int(number)].content()


def _addresses(details: Mapping[str, Any], name: str) -> list[str]:
    return [str(a["address"] if isinstance(a, Mapping) else a) for a in details.get(name) or ()]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
