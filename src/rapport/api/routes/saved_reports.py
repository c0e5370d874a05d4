"""Saved reports: keeping, sharing, scheduling, and how their sendings went."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from rapport.api.access import Ctx, OnceKey, ReportsSession
from rapport.api.context import Context
from rapport.api.routes.desk import Id
from rapport.application.access import Session
from rapport.application.saved_reports import (
    Draft,
    ReportSpec,
    SavedReport,
    ScheduleSpec,
    Sending,
    senders,
)
from rapport.application.views import moment

router = APIRouter(prefix="/reports/saved", tags=["reports"])
SENDINGS_SHOWN = 5


class SavedReportBody(BaseModel):
    """A report as it is to be."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=80, pattern=r"\S")]
    shared: bool = False
    report: ReportSpec
    schedule: ScheduleSpec | None = None

    def draft(self, version: int = 0) -> Draft:
        """As the use case takes it."""
        return Draft(
            name=" ".join(self.name.split()),
            shared=self.shared,
            spec=self.report,
            schedule=self.schedule,
            version=version,
        )


class ChangedReportBody(SavedReportBody):
    """The same, on the version that was read."""

    version: Annotated[int, Field(ge=1)]


@router.get("")
async def saved_reports(context: Ctx, session: ReportsSession) -> dict[str, Any]:
    """One's own and the shared ones; `senders`: accounts that reports can be sent from."""
    reports = await context.saved_reports.shelf.seen_by(session.user_id)
    sendings = await context.saved_reports.shelf.sendings(
        [report.id for report in reports], SENDINGS_SHOWN
    )
    current = context.services.configuration.current
    return {
        "items": [_view(context, session, r, sendings.get(r.id, [])) for r in reports],
        "senders": [{"id": i, "address": address} for i, address in senders(current).items()],
        "time_zone": current.settings.time_zone,
    }


@router.post("", status_code=201)
async def save_report(
    body: SavedReportBody, context: Ctx, session: ReportsSession, once: OnceKey
) -> dict[str, Any]:
    """Keep a report under a name."""
    saved = await context.saved_reports.create(body.draft(), once)
    return _view(context, session, saved, [])


@router.put("/{report_id}")
async def change_report(
    report_id: Id, body: ChangedReportBody, context: Ctx, session: ReportsSession, once: OnceKey
) -> dict[str, Any]:
    """Change one's own: name, sharing, what is asked, schedule."""
    del once
    saved = await context.saved_reports.change(session.user_id, report_id, body.draft(body.version))
    return await _with_sendings(context, session, saved)


@router.delete("/{report_id}", status_code=204)
async def delete_report(report_id: Id, context: Ctx, session: ReportsSession) -> None:
    """Delete one's own, with its schedule."""
    await context.saved_reports.remove(session.user_id, report_id)


@router.post("/{report_id}/send")
async def send_report(
    report_id: Id, context: Ctx, session: ReportsSession, once: OnceKey
) -> dict[str, Any]:
    """Send it once more at once, to whom its schedule names."""
    await context.saved_reports.send_now(session.user_id, report_id, once.key)
    saved = await context.saved_reports.find(session.user_id, report_id)
    return await _with_sendings(context, session, saved)


async def _with_sendings(context: Context, session: Session, saved: SavedReport) -> dict[str, Any]:
    found = await context.saved_reports.shelf.sendings([saved.id], SENDINGS_SHOWN)
    return _view(context, session, saved, found.get(saved.id, []))


def _view(
    context: Context, session: Session, saved: SavedReport, sendings: list[Sending]
) -> dict[str, Any]:
    schedule = saved.schedule
    return {
        "id": saved.id,
        "version": saved.version,
        "name": saved.name,
        "shared": saved.shared,
        "mine": saved.owner_id == session.user_id,
        "owner": context.services.configuration.current.name(saved.owner_id),
        "report": saved.spec.model_dump(mode="json"),
        "schedule": None if schedule is None else schedule.model_dump(mode="json"),
        "next_at": moment(saved.due_at),
        "sendings": [_sending(one) for one in sendings],
    }


def _sending(one: Sending) -> dict[str, Any]:
    return {
        "planned_at": moment(one.planned_at),
        "state": one.state,
        "attempts": one.attempts,
        "doubled": one.doubled,
        "next_attempt_at": moment(one.next_at),
        "finished_at": moment(one.finished_at),
        "code": one.code,
        "reason": one.reason,
        "refused": [{"address": address, "reason": words} for address, words in one.refused],
    }
