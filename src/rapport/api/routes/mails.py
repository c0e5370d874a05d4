"""E-mail at the desk: what a mode fills in, sending an answer, the mail as it came."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from html import escape
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from rapport.api.access import AgentSession, Ctx, OnceKey, sight_of
from rapport.api.covering import check_uncovered
from rapport.api.mail_room import outgoing_details, own_addresses, warns_only
from rapport.api.routes.desk import Id
from rapport.api.routes.tasks import Number
from rapport.api.routes.templates import MadeFrom
from rapport.application.access import Session
from rapport.application.perform import task_unknown
from rapport.application.privacy import cleared, cleared_html
from rapport.application.send_message import send_message, sent_before
from rapport.channels.email.addresses import Address, is_address
from rapport.channels.email.connector import content_id_of
from rapport.channels.email.mail import Mail
from rapport.channels.email.replying import Mode
from rapport.channels.email.sanitising import page, page_policy, safe_html
from rapport.domain.covering import DOTS, as_known
from rapport.domain.errors import Forbidden, Invalid, NotFound, Refused
from rapport.domain.message import Content

INLINE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
LARGEST_INLINE = 5_000_000
LONGEST_SIGNATURE = 1000
router = APIRouter(tags=["mail"])


class Person(BaseModel):
    """An address with the name it is known by."""

    address: Annotated[str, Field(max_length=320)]
    name: Annotated[str, Field(max_length=200)] = ""


class Answer(BaseModel):
    """An answer to the customer's latest mail; `latest_seq` is the one the agent has read.

    For `hold_s` seconds it can still be taken back.
    """

    mode: Mode
    latest_seq: Number
    text: str = Field(max_length=200_000)
    html: str | None = Field(default=None, max_length=1_000_000)
    to: list[Person] = Field(default=[], max_length=100)
    cc: list[Person] | None = Field(default=None, max_length=100)
    attachment_ids: list[Number] = Field(default=[], max_length=50)
    from_template: MadeFrom | None = None
    hold_s: int = Field(default=0, ge=0, le=30)


@router.get("/tasks/{task_id}/reply-fields")
async def fields(
    task_id: Number,
    context: Ctx,
    session: AgentSession,
    mode: Annotated[Mode, Query()] = Mode.REPLY,
) -> dict[str, Any]:
    """To, Cc, Subject and quote of a mode, from the customer's latest mail (M1)."""
    conversation_id, account_id = await _conversation(context, session, task_id)
    _, account = context.channels.account(account_id)
    latest, found = await context.mail_room.fields(conversation_id, mode, account)
    return {
        "mode": mode.value,
        "latest_seq": latest.seq,
        "to": [asdict(a) for a in found.to],
        "cc": [asdict(a) for a in found.cc],
        "subject": found.subject,
        "quote_text": found.quote_text,
        "quote_html": found.quote_html,
    }


@router.post("/tasks/{task_id}/mail")
async def answer(
    task_id: Number, body: Answer, context: Ctx, session: AgentSession, once: OnceKey
) -> dict[str, Any]:
    """Reply, Reply All or Forward. Refused while a newer mail has not been read (M5)."""
    conversation_id, account_id = await _conversation(context, session, task_id)
    view = await sent_before(
        context.services,
        agent_id=session.user_id,
        task_id=task_id,
        text=body.text,
        client_id=once.key,
    )
    if view is None:
        view = await _sent(context, session, task_id, (conversation_id, account_id), body, once)
    details = (view["message"]["content"] or {}).get("details") or {}
    people = [Address(**one) for name in ("to", "cc") for one in details.get(name, ())]
    await context.mail_room.sent(conversation_id, people)
    return view


@router.get("/messages/{message_id}/mail")
async def mail(
    message_id: Id,
    context: Ctx,
    session: AgentSession,
    remote_images: bool = False,
    dark: bool = False,
) -> Response:
    """The complete mail as a page for a sandboxed frame; nothing in it runs or calls home.

    `dark` shows it light on dark.
    """
    await _may_read(context, session, message_id)
    found = await context.mail_room.source(message_id)
    body = found.html if found.html is not None else f"<pre>{escape(found.text)}</pre>"
    inside = safe_html(body, embedded_images(found), remote_images=remote_images)
    sources = ("data:", "https:") if remote_images else ("data:",)
    return Response(
        page(inside, image_sources=sources[1:], theme="dark" if dark else "light"),
        media_type="text/html; charset=utf-8",
        headers={
            "Content-Security-Policy": f"{page_policy(sources[1:])}; sandbox allow-popups",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
        },
    )


@router.get("/messages/{message_id}/source")
async def source(message_id: Id, context: Ctx, session: AgentSession) -> Response:
    """The mail's source as it came, as a download."""
    check_uncovered(session)
    await _may_read(context, session, message_id)
    return Response(
        await context.mail_room.raw(message_id),
        media_type="application/octet-stream",
        headers={
            "Content-Disposition": f'attachment; filename="message-{message_id}.eml"',
            "X-Content-Type-Options": "nosniff",
        },
    )


@router.get("/conversations/{conversation_id}/original")
async def original(conversation_id: Id, context: Ctx, session: AgentSession) -> dict[str, Any]:
    """Which message is the conversation's first customer mail (View Original Email)."""
    if not await context.reader.sees(conversation_id, sight_of(context, session)):
        raise Forbidden("not_your_task", "You have no part in this conversation.")
    return {"message_id": await context.mail_room.first(conversation_id)}


def embedded_images(mail: Mail) -> Callable[[str], str | None]:
    """The mail's own images as data, by Content-ID; others stay away."""
    found = {
        a.content_id: a
        for a in mail.attachments
        if a.content_id and a.media_type in INLINE and a.size <= LARGEST_INLINE
    }

    def url(content_id: str) -> str | None:
        image = found.get(content_id)
        if image is None:
            return None
        return f"data:{image.media_type};base64,{b64encode(image.content()).decode()}"

    return url


def attached_image(attachment_ids: Sequence[int]) -> Callable[[str], str | None]:
    """Images in an answer: those of its own files, by `cid:a<attachment>`; no others."""
    known = {content_id_of(one) for one in attachment_ids}
    return lambda content_id: f"cid:{content_id}" if content_id in known else None


async def _conversation(context: Ctx, session: AgentSession, task_id: int) -> tuple[int, int]:
    found = await context.channel_reader.task_of(task_id)
    if found is None:
        raise task_unknown()
    conversation_id, account_id, channel = found
    if not await context.reader.may_read(conversation_id, session.user_id):
        raise Forbidden("not_your_task", "You have no part in this conversation.")
    if channel != "email":
        raise Refused("no_mail", "This conversation is not an e-mail.")
    return conversation_id, account_id


async def _may_read(context: Ctx, session: AgentSession, message_id: int) -> None:
    conversation_id = await context.channel_reader.conversation_of(message_id)
    if conversation_id is None:
        raise NotFound("message_not_found", "This message does not exist.")
    if not await context.reader.sees(conversation_id, sight_of(context, session)):
        raise Forbidden("not_your_task", "You have no part in this conversation.")


async def _sent(
    context: Ctx,
    session: AgentSession,
    task_id: int,
    where: tuple[int, int],
    body: Answer,
    once: OnceKey,
) -> dict[str, Any]:
    conversation_id, account_id = where
    _, account = context.channels.account(account_id)
    latest, found = await context.mail_room.fields(conversation_id, body.mode, account)
    if latest.seq != body.latest_seq and not warns_only(account):
        raise Refused(
            "not_latest",
            "You are not replying to the latest email. Read it first.",
            {"latest_seq": latest.seq},
        )
    shown = _shown(session, (*found.to, *found.cc))
    to = [_person(p, f"to.{n}", shown) for n, p in enumerate(body.to)]
    cc = None if body.cc is None else [_person(p, f"cc.{n}", shown) for n, p in enumerate(body.cc)]
    html = None if body.html is None else safe_html(body.html, attached_image(body.attachment_ids))
    html, in_html = cleared_html(html, context.services.configuration.current)
    details = outgoing_details(body.mode, found, to, cc, own_addresses(account), html)
    if warns_only(account):
        details["latest_only"] = "warn"
    preferences = await context.reader.preferences(session.user_id)
    if isinstance(signature := preferences.get("signature"), str) and signature.strip():
        own = cleared(signature.strip()[:LONGEST_SIGNATURE], context.services.configuration.current)
        details["signature"] = own.text
    if body.hold_s:
        details["hold_s"] = body.hold_s
    return await send_message(
        context.services,
        agent_id=session.user_id,
        task_id=task_id,
        text=body.text,
        attachment_ids=body.attachment_ids,
        client_id=once.key,
        content=Content(kind="email", reply_to_seq=latest.seq, details=details),
        latest_seq=latest.seq,
        made=body.from_template.origin(more_may_follow=body.mode is Mode.FORWARD)
        if body.from_template
        else None,
        removed=in_html.kinds,
        hold_s=body.hold_s,
    )


def _shown(session: Session, people: Iterable[Address]) -> frozenset[str]:
    """Addresses of which the person was shown covers, and may hand those back."""
    return frozenset(one.address for one in people) if session.covered else frozenset()


def _person(given: Person, path: str, shown: frozenset[str]) -> Address:
    address = as_known(given.address, shown, "address")
    if not is_address(address) or DOTS in address:
        raise Invalid.field(path, f"{address} is not an e-mail address.", code="bad_address")
    return Address(given.name, address)
