"""What is known of customers: fields, notes, and two that are one person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Header
from pydantic import BaseModel, ConfigDict, Field

from rapport.api.access import AgentSession, Ctx, OnceKey, clean_text, sight_of
from rapport.api.routes.desk import Id
from rapport.application.privacy import cleared
from rapport.domain.covering import DOTS, as_known
from rapport.domain.errors import Invalid

router = APIRouter(prefix="/contacts/{contact_id}", tags=["contacts"])
Word = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]
Key = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[^\x00]*$")]
MOST_ATTRIBUTES = 30


class ContactFields(BaseModel):
    """A contact as it shall be; an empty field is nothing known."""

    model_config = ConfigDict(extra="forbid")

    name: Word = ""
    email: Word = ""
    phone: Word = ""
    attributes: dict[Key, Word] = Field(default={}, max_length=MOST_ATTRIBUTES)


class Note(BaseModel):
    """Something to know about the customer."""

    text: Annotated[str, Field(min_length=1, max_length=4000)]


class Merge(BaseModel):
    """The contact that becomes part of this one."""

    contact_id: Id


@router.put("")
async def edit(
    contact_id: Id,
    body: ContactFields,
    context: Ctx,
    session: AgentSession,
    if_match: Annotated[str, Header(pattern=r'^"\d{1,18}"$')],
) -> dict[str, Any]:
    """Change what is known; card and health data are taken out as everywhere."""
    configuration = context.services.configuration.current
    email = body.email.strip()
    if email and ("@" not in email[1:-1] or any(c.isspace() for c in email)):
        raise Invalid.field("email", "This is not an e-mail address.")
    fields: dict[str, str | None] = {
        "name": cleared(body.name.strip(), configuration).text,
        "email": email,
        "phone": body.phone.strip(),
    }
    attributes = {
        key.strip(): cleared(value.strip(), configuration).text
        for key, value in body.attributes.items()
        if key.strip() and value.strip()
    }
    sight = sight_of(context, session)
    if session.covered:
        known = await context.reader.contact(contact_id, sight)
        fields = {key: _kept(key, given, known["contact"]) for key, given in fields.items()}
        attributes = {
            key: _kept(key, given, known["attributes"]) for key, given in attributes.items()
        }
    return await context.contacts.edit(
        contact_id,
        sight,
        int(if_match.strip('"')),
        fields,
        attributes,
        context.services.clock.now(),
    )


def _kept(key: str, given: str | None, known: Mapping[str, str | None]) -> str:
    """What is known, where somebody hands the cover back that they were shown."""
    kept = as_known(given or "", [known.get(key) or ""], key)
    if DOTS in kept:
        raise Invalid.field(key, "Write it whole, or leave it as it was.")
    return kept


@router.post("/notes")
async def add_note(
    contact_id: Id, body: Note, context: Ctx, session: AgentSession, once: OnceKey
) -> dict[str, Any]:
    """Note something for whoever serves the customer next."""
    text = clean_text(body.text).strip()
    if not text:
        raise Invalid.field("text", "Write something.")
    (note_id,) = await context.services.store.new_ids(1)
    return await context.contacts.add_note(
        contact_id,
        sight_of(context, session),
        note_id,
        cleared(text, context.services.configuration.current).text,
        context.services.clock.now(),
        once,
    )


@router.delete("/notes/{note_id}", status_code=204)
async def delete_note(contact_id: Id, note_id: Id, context: Ctx, session: AgentSession) -> None:
    """Take a note away."""
    await context.contacts.delete_note(contact_id, note_id, sight_of(context, session))


@router.post("/merge")
async def merge(
    contact_id: Id, body: Merge, context: Ctx, session: AgentSession, once: OnceKey
) -> dict[str, Any]:
    """Make another contact part of this one. What was is kept, so that it can be taken back."""
    (merge_id,) = await context.services.store.new_ids(1)
    return await context.contacts.merge(
        contact_id,
        body.contact_id,
        sight_of(context, session),
        merge_id,
        context.services.clock.now(),
        once,
    )


@router.post("/merge/{merge_id}/undo")
async def unmerge(
    contact_id: Id, merge_id: Id, context: Ctx, session: AgentSession, once: OnceKey
) -> dict[str, Any]:
    """Take a merge back."""
    return await context.contacts.unmerge(
        contact_id, merge_id, sight_of(context, session), context.services.clock.now(), once
    )
