"""Customers' rights: what is kept of a person, as a file, and its erasure."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from rapport.api.access import Ctx, OnceKey, PeopleSession
from rapport.api.covering import check_uncovered
from rapport.api.routes.desk import Id
from rapport.application.views import moment

router = APIRouter(prefix="/people", tags=["people"])


@router.get("")
async def find(
    context: Ctx,
    _: PeopleSession,
    search: Annotated[str, Query(min_length=2, max_length=200)],
) -> dict[str, Any]:
    """Customers by part of a name or address, or by a provider's id; the newest 50."""
    found = await context.people.find(search.replace("\x00", ""))
    return {"items": [{**person, "created_at": moment(person["created_at"])} for person in found]}


@router.get("/{person_id}/export", response_class=FileResponse)
async def export(person_id: Id, context: Ctx, session: PeopleSession) -> FileResponse:
    """Everything that is kept of a person, as a zip of JSON and files.

    Whoever fetches it needs the right `addresses`, too.
    """
    check_uncovered(session)
    with tempfile.NamedTemporaryFile(suffix=".zip", delete=False) as file:
        target = Path(file.name)
    try:
        await context.people.export(person_id, target)
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
    person_id: Id, context: Ctx, session: PeopleSession, once: OnceKey
) -> dict[str, Any]:
    """Erase a person for good: what was said, files, sources, logs, and who it was."""
    del once
    erased = await context.people.erase(person_id, session.user_id, context.services.clock.now())
    return asdict(erased)
