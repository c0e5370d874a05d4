"""Reports: figures by group and period, as JSON and CSV; an agent's own."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from rapport.api.access import AgentSession, Ctx, ReportsSession
from rapport.api.context import Context
from rapport.application.report_table import Figures, as_csv, tabulate
from rapport.application.reports import By, Question, days
from rapport.domain.channel import ChannelType

router = APIRouter(prefix="/reports", tags=["reports"])
Number = Annotated[int | None, Query(ge=1, le=2**62)]


class ReportRow(BaseModel):
    """One group: its key, its name for people (empty for moments), and its figures."""

    key: str
    name: str
    figures: Figures


class Report(BaseModel):
    """The groups and all of them together; times are seconds, shares are of 1."""

    by: By
    time_zone: str
    rows: list[ReportRow]
    total: Figures


def _question(
    context: Context,
    first: date,
    last: date,
    by: By,
    queue_id: int | None,
    agent_id: int | None,
    team_id: int | None,
    channel: ChannelType | None,
) -> Question:
    zone = context.services.configuration.current.settings.time_zone
    since, until = days(first, last, zone)
    return Question(
        since=since,
        until=until,
        by=by,
        zone=zone,
        queue_id=queue_id,
        agent_id=agent_id,
        team_id=team_id,
        channel=channel,
    )


@router.get("/figures")
async def report(
    context: Ctx,
    _: ReportsSession,
    first: date,
    last: date,
    by: By = "day",
    queue_id: Number = None,
    agent_id: Number = None,
    team_id: Number = None,
    channel: ChannelType | None = None,
) -> Report:
    """Figures of whole days in the company's time zone, grouped by `by`."""
    question = _question(context, first, last, by, queue_id, agent_id, team_id, channel)
    return await _answer(context, question)


@router.get("/figures.csv", response_class=Response)
async def report_as_csv(
    context: Ctx,
    _: ReportsSession,
    first: date,
    last: date,
    by: By = "day",
    queue_id: Number = None,
    agent_id: Number = None,
    team_id: Number = None,
    channel: ChannelType | None = None,
) -> Response:
    """The same figures as a table for spreadsheets."""
    question = _question(context, first, last, by, queue_id, agent_id, team_id, channel)
    table = await tabulate(context.reports, context.services.configuration.current, question)
    return Response(
        as_csv(table),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="report-{first}-{last}.csv"'},
    )


@router.get("/mine")
async def own_figures(context: Ctx, session: AgentSession) -> Report:
    """The agent's own figures of today, by hour."""
    zone = context.services.configuration.current.settings.time_zone
    today = context.services.clock.now().astimezone(ZoneInfo(zone)).date()
    since, until = days(today, today, zone)
    question = Question(since=since, until=until, by="hour", zone=zone, agent_id=session.user_id)
    return await _answer(context, question)


async def _answer(context: Context, question: Question) -> Report:
    table = await tabulate(context.reports, context.services.configuration.current, question)
    return Report(
        by=table.by,
        time_zone=table.zone,
        rows=[ReportRow(key=r.key, name=r.name, figures=r.figures) for r in table.rows],
        total=table.total,
    )
