"""Customers' rights: what is kept of a person, as a file, and its erasure."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse
from pydantic import AwareDatetime, BaseModel
from starlette.background import BackgroundTask

from rapport.api.access import Ctx, OnceKey, PeopleSession, address_of
from rapport.api.covering import check_uncovered
from rapport.api.routes.desk import Id
from rapport.application.views import moment

router = APIRouter(prefix="/people", tags=["people"])


class KeptConversation(BaseModel):
    """One conversation of a person; `open`: it has not ended or is not wrapped up yet."""

    id: int
    channel: str
    account: str
    messages: int
    first_at: AwareDatetime | None
    last_at: AwareDatetime | None
    open: bool


class Counts(BaseModel):
    """How much there is, over all conversations; `bytes` is the size of the files."""

    conversations: int
    messages: int
    files: int
    bytes: int
    mails: int
    workflows: int
    notes: int


class PersonView(BaseModel):
    """A person and how much is kept of them; `conversations`: the newest 100."""

    id: int
    name: str | None
    email: str | None
    phone: str | None
    created_at: AwareDatetime
    identities: list[str]
    counts: Counts
    conversations: list[KeptConversation]


@router.get("")
async def find(
    context: Ctx,
    _: PeopleSession,
    search: Annotated[str, Query(min_length=2, max_length=200)],
) -> dict[str, Any]:
    """Customers by part of a name or address, or by a provider's id; the newest 50."""
    found = await context.people.find(search.replace("\x00", ""))
    return {"items": [{**person, "created_at": moment(person["created_at"])} for person in found]}


@router.get("/{person_id}")
async def look(person_id: Id, context: Ctx, _: PeopleSession) -> PersonView:
    """How much is kept of a person, without what was said."""
    return PersonView.model_validate((await context.people.overview(person_id)).plain())


@router.get("/{person_id}/export", response_class=FileResponse)
async def export(
    person_id: Id, request: Request, context: Ctx, session: PeopleSession
) -> FileResponse:
    """Everything that is kept of a person, as a zip of JSON and files.

    Whoever fetches it needs the right `addresses`, too.
    """
    check_uncovered(session)
    with tempfile.NamedTemporaryFile(suffix=".zip", delete=False) as file:
        target = Path(file.name)
    try:
        now = context.services.clock.now()
        await context.people.export(person_id, target, session.user_id, now, address_of(request))
    except BaseException:
        await asyncio.to_thread(target.unlink)
        raise
    return FileResponse(
        target,
        media_type="application/zip",
        filename=f"person-{person_id}.zip",
        headers={"Cache-Control": "no-store"},
        background=BackgroundTask(target.unlink),
    )


@router.post("/{person_id}/erase")
async def erase(
    person_id: Id, request: Request, context: Ctx, session: PeopleSession, once: OnceKey
) -> dict[str, Any]:
    """Erase a person for good: what was said, files, sources, logs, and who it was.

    Refused with `person_in_conversation` while a conversation is open.
    """
    del once
    now = context.services.clock.now()
    erased = await context.people.erase(person_id, session.user_id, now, address_of(request))
    return asdict(erased)
