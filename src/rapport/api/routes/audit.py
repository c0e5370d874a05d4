"""The audit log: what was done with accounts, searched and exported."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Response
from pydantic import AwareDatetime, BaseModel

from rapport.api.access import AuditSession, Ctx
from rapport.application.audit import KINDS, Entry, Question
from rapport.application.spreadsheet import csv_lines
from rapport.application.views import moment
from rapport.storage.database import encode_json

router = APIRouter(prefix="/audit", tags=["audit"])
Kind = Literal[KINDS]  # type: ignore[valid-type]
COLUMNS = ("at", "what", "by", "by_id", "account", "account_id", "address", "facts")


class Person(BaseModel):
    """Somebody, by the name they had."""

    id: int
    name: str


class AuditEntry(BaseModel):
    """One thing that was done. Without an actor: by a command on the server, or nobody known."""

    id: int
    at: AwareDatetime
    kind: str
    actor: Person | None
    subject: Person | None
    address: str | None
    facts: dict[str, Any]


class AuditPage(BaseModel):
    """Newest first."""

    items: list[AuditEntry]
    next: str | None


async def asked(
    q: Annotated[str, Query(max_length=200)] = "",
    kind: Annotated[list[Kind] | None, Query(max_length=len(KINDS))] = None,
    person_id: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
) -> Question:
    """Which entries are looked for."""
    text = q.replace("\x00", "")
    return Question(
        text=text, kinds=tuple(kind or ()), person_id=person_id, since=since, until=until
    )


Asked = Annotated[Question, Depends(asked)]


@router.get("")
async def page(
    context: Ctx,
    _: AuditSession,
    question: Asked,
    cursor: Annotated[str | None, Query(pattern=r"^[0-9]{1,18}$")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> AuditPage:
    """What was done with accounts, newest first."""
    before = int(cursor) if cursor else None
    found = await context.audit.page(question, before, limit + 1)
    more = len(found) > limit
    items = [
        AuditEntry(
            id=entry.id,
            at=entry.at,
            kind=entry.kind,
            actor=_person(entry.actor_id, entry.actor_name),
            subject=_person(entry.subject_id, entry.subject_name),
            address=entry.address,
            facts=dict(entry.facts),
        )
        for entry in found[:limit]
    ]
    return AuditPage(items=items, next=str(items[-1].id) if more else None)


@router.get("/export.csv", response_class=Response)
async def export(context: Ctx, _: AuditSession, question: Asked) -> Response:
    """The same entries, all of them, as a table for spreadsheets."""
    rows = [_row(entry) async for entry in context.audit.all(question)]
    return Response(
        csv_lines([COLUMNS, *rows]),
        media_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": 'attachment; filename="audit.csv"',
            "Cache-Control": "no-store",
        },
    )


def _person(person_id: int | None, name: str) -> Person | None:
    return None if person_id is None else Person(id=person_id, name=name)


def _row(entry: Entry) -> tuple[object, ...]:
    return (
        moment(entry.at),
        entry.kind,
        entry.actor_name,
        entry.actor_id,
        entry.subject_name,
        entry.subject_id,
        entry.address,
        encode_json(entry.facts).decode(),
    )
