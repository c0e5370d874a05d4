"""Writing to customers first, and again after a conversation has ended."""

from __future__ import annotations

import hashlib
import re
from dataclasses import asdict, replace
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from rapport.api.access import AgentSession, Ctx, OnceKey, sight_of
from rapport.api.mail_room import outgoing_details, own_addresses
from rapport.api.routes.desk import Id
from rapport.api.routes.mails import LONGEST_SIGNATURE, Person, attached_image
from rapport.api.routes.tasks import ApprovedForm, Number, TextStyle
from rapport.api.routes.templates import MadeFrom
from rapport.application.configuration.snapshot import Configuration
from rapport.application.privacy import cleared, cleared_html
from rapport.application.start_conversation import (
    FirstMessage,
    follow_up,
    may_write_first,
    outbound_queue,
    start_conversation,
)
from rapport.channels.email.addresses import Address, is_address
from rapport.channels.email.replying import Mode
from rapport.channels.email.sanitising import safe_html
from rapport.channels.sdk.connector import AccountConfig
from rapport.domain.channel import ChannelType
from rapport.domain.covering import DOTS
from rapport.domain.errors import Forbidden, Invalid, NotFound
from rapport.domain.message import Addressee, Content

router = APIRouter(tags=["outbound"])
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
_SPACING = re.compile(r"[\s()./-]+")
Line = Annotated[str, Field(max_length=900, pattern=r"^[^\x00\r\n]*$")]


class Words(BaseModel):
    """The message; on WhatsApp an approved template with its text, where one is needed."""

    text: str = Field(max_length=200_000)
    styles: list[TextStyle] = Field(default=[], max_length=1000)
    html: str | None = Field(default=None, max_length=1_000_000)
    """A mail's, where it has styles."""
    attachment_ids: list[Number] = Field(default=[], max_length=50)
    template: ApprovedForm | None = None
    from_template: MadeFrom | None = None

    def first(self) -> FirstMessage:
        """As the use case has it; a mail has more."""
        content = None
        if self.template is not None:
            content = Content(kind="template", template=self.template.template())
        elif self.styles:
            content = Content(styles=tuple(s.style(len(self.text)) for s in self.styles))
        return FirstMessage(
            text=self.text,
            content=content,
            made=self.from_template.origin() if self.from_template else None,
            attachment_ids=self.attachment_ids,
        )


class Start(Words):
    """A first message: to a contact, to an address, or to a contact at an address."""

    account_id: Number
    contact_id: Number | None = None
    address: Annotated[str, Field(max_length=320, pattern=r"^[^\x00]*$")] | None = None
    subject: Line = ""
    cc: list[Person] = Field(default=[], max_length=50)


@router.get("/outbound")
async def choices(context: Ctx, session: AgentSession) -> dict[str, Any]:
    """The accounts on which the agent may write first, each with the queue it is done for."""
    current = context.services.configuration.current
    found = ((i, may_write_first(current, session.user_id, i)) for i in current.account_specs)
    return {"items": [{"account_id": i, "queue_id": q} for i, q in found if q is not None]}


@router.post("/outbound")
async def write_first(
    body: Start, context: Ctx, session: AgentSession, once: OnceKey
) -> dict[str, Any]:
    """Start a conversation with its first message; the agent owns it.

    `already_open` carries the task that there is; `outbound_off`, `not_your_queue`, `opted_out`,
    `template_needed` and the states in which nobody is given work refuse it.
    """
    current = context.services.configuration.current
    account = current.account_specs.get(body.account_id)
    if account is None or not account.active:
        raise Invalid.field("account_id", "Choose an account to write from.")
    # Before anything is looked up for somebody who may not write first here.
    outbound_queue(current, session.user_id, body.account_id)
    address = (body.address or "").strip()
    if session.covered and body.contact_id is not None and DOTS in address:
        address = ""
    if body.contact_id is not None:
        await context.reader.contact(body.contact_id, sight_of(context, session))
        known = await context.channel_reader.address_of(
            body.contact_id, account.channel.value, body.account_id
        )
        address = address or known or ""
        if not address:
            raise Invalid.field(
                "address",
                "No address of this customer is known for this channel.",
                code="no_address",
            )
    key = hashlib.sha256(f"{session.user_id} {once.key}".encode()).hexdigest()[:32]
    whom = _addressee(account.channel, body.account_id, address, body.contact_id, key)
    first = body.first()
    if account.channel is ChannelType.EMAIL:
        first = await _new_mail(context, session, body, whom.identity)
    return await start_conversation(
        context.services, agent_id=session.user_id, whom=whom, first=first, once=once
    )


@router.get("/conversations/{conversation_id}/follow-up")
async def how_to_write_again(
    conversation_id: Id, context: Ctx, session: AgentSession
) -> dict[str, Any]:
    """Whether the agent may write again here, and how; a `queue_id` of null: they may not.

    `template_needed` says that only an approved template would arrive.
    """
    account_id, heard_at = await _readable(context, session, conversation_id)
    current = context.services.configuration.current
    account = current.accounts.get(account_id)
    queue_id = may_write_first(current, session.user_id, account_id)
    fields: dict[str, Any] = {"to": [], "subject": None}
    if account is not None and account.channel is ChannelType.EMAIL and queue_id is not None:
        _, config = context.channels.account(account_id)
        _, found = await context.mail_room.fields(conversation_id, Mode.REPLY, config)
        fields = {"to": [asdict(one) for one in found.to], "subject": found.subject}
    window = None if account is None else account.window
    closed = heard_at is None or window is None or context.services.clock.now() >= heard_at + window
    return {
        "account_id": account_id,
        "queue_id": queue_id,
        "template_needed": window is not None and closed,
        **fields,
    }


@router.post("/conversations/{conversation_id}/follow-up")
async def write_again(
    conversation_id: Id, body: Words, context: Ctx, session: AgentSession, once: OnceKey
) -> dict[str, Any]:
    """Write again after a conversation has ended: same account, a mail in its thread."""
    account_id, _ = await _readable(context, session, conversation_id)
    outbound_queue(context.services.configuration.current, session.user_id, account_id)
    first = body.first()
    if context.services.configuration.current.accounts[account_id].channel is ChannelType.EMAIL:
        first = await _next_mail(context, session, body, conversation_id, account_id)
    return await follow_up(
        context.services,
        agent_id=session.user_id,
        account_id=account_id,
        conversation_id=conversation_id,
        first=first,
        once=once,
    )


async def _readable(
    context: Ctx, session: AgentSession, conversation_id: int
) -> tuple[int, datetime | None]:
    if not await context.reader.sees(conversation_id, sight_of(context, session)):
        raise Forbidden("not_your_task", "You have no part in this conversation.")
    found = await context.channel_reader.last_heard(conversation_id)
    if found is None:
        raise NotFound("conversation_not_found", "This conversation does not exist.")
    return found


def _addressee(
    channel: ChannelType, account_id: int, address: str, contact_id: int | None, thread: str
) -> Addressee:
    """As the channel knows customers.

    Raises:
        Invalid: `bad_address`.
    """
    if channel is ChannelType.EMAIL:
        if not is_address(address):
            raise _bad(f"{address or 'This'} is not an e-mail address.")
        return Addressee(
            channel=channel,
            account_id=account_id,
            identity=address.lower(),
            contact_key=f"thread:{thread}",
            contact_id=contact_id,
            email=address,
        )
    number = _SPACING.sub("", address)
    number = f"+{number[2:]}" if number.startswith("00") else number
    whatsapp = channel is ChannelType.WHATSAPP
    if whatsapp and contact_id is not None and not number.startswith("+"):
        # The provider's own id of a customer whom we know: a number without its plus, or none.
        phone = f"+{number}" if _NUMBER.fullmatch(f"+{number}") else None
        return Addressee(
            channel=channel,
            account_id=account_id,
            identity=number,
            contact_key=number,
            contact_id=contact_id,
            phone=phone,
        )
    if not _NUMBER.fullmatch(number):
        words = "Write the number with its country code, such as +49 30 1234567."
        raise Invalid.field("address", words, code="bad_number")
    key = number[1:] if whatsapp else number
    return Addressee(
        channel=channel,
        account_id=account_id,
        identity=key,
        contact_key=key,
        contact_id=contact_id,
        phone=number,
    )


def _bad(message: str) -> Invalid:
    return Invalid.field("address", message, code="bad_address")


async def _new_mail(context: Ctx, session: AgentSession, body: Start, address: str) -> FirstMessage:
    current = context.services.configuration.current
    _, account = context.channels.account(body.account_id)
    if not body.subject.strip():
        raise Invalid.field("subject", "Write a subject.", code="subject_missing")
    for place, one in enumerate(body.cc):
        if not is_address(one.address):
            raise Invalid.field(
                f"cc.{place}", f"{one.address} is not an e-mail address.", code="bad_address"
            )
    own = own_addresses(account)
    if address in own:
        raise _bad("This is the mailbox's own address.")
    copies = {p.address.lower(): Address(p.name, p.address) for p in body.cc}
    cc = [p for key, p in copies.items() if key not in {*own, address}]
    subject = cleared(body.subject.strip(), current)
    to = Address("", address)
    html, in_html = _html(body, current)
    details = {
        "html": html,
        "mode": "new",
        "to": [asdict(to)],
        "cc": [asdict(one) for one in cc],
        "subject": subject.text,
        "references": [],
        **await _signature(context, session),
    }
    return replace(
        body.first(),
        content=Content(kind="email", details=details),
        people=[address, *(one.address for one in cc)],
        removed=(*subject.kinds, *in_html),
    )


async def _next_mail(
    context: Ctx, session: AgentSession, body: Words, conversation_id: int, account_id: int
) -> FirstMessage:
    account: AccountConfig
    _, account = context.channels.account(account_id)
    latest, fields = await context.mail_room.fields(conversation_id, Mode.REPLY, account)
    html, in_html = _html(body, context.services.configuration.current)
    details = outgoing_details(Mode.REPLY, fields, (), None, own_addresses(account), html)
    details |= await _signature(context, session)
    return replace(
        body.first(),
        content=Content(kind="email", reply_to_seq=latest.seq, details=details),
        people=[p["address"] for p in (*details["to"], *details["cc"])],
        removed=in_html,
    )


def _html(body: Words, configuration: Configuration) -> tuple[str | None, tuple[str, ...]]:
    """A mail's HTML made harmless, and what was taken out of it (P2)."""
    if body.html is None:
        return None, ()
    html, found = cleared_html(
        safe_html(body.html, attached_image(body.attachment_ids)), configuration
    )
    return html, found.kinds


async def _signature(context: Ctx, session: AgentSession) -> dict[str, str]:
    preferences = await context.reader.preferences(session.user_id)
    signature = preferences.get("signature")
    if not isinstance(signature, str) or not signature.strip():
        return {}
    current = context.services.configuration.current
    return {"signature": cleared(signature.strip()[:LONGEST_SIGNATURE], current).text}
