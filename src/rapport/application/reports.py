"""Reports: what can be asked for, and how figures follow from the counts (T12)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

from rapport.application.views import View
from rapport.domain.errors import Invalid
from rapport.domain.survey import BEST

By = Literal["channel", "queue", "team", "agent", "reason", "quarter", "hour", "day"]
Period = Literal["today", "yesterday", "week", "last_week", "month", "last_month"]
"""`week` and `month` are the last 7 and 30 days with today; the others whole ones before it."""
LONGEST = timedelta(days=400)
LONGEST_FINE = timedelta(days=32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which figures: from one moment until another (exclusive), grouped, perhaps filtered."""

    since: datetime
    until: datetime
    by: By
    zone: str
    queue_id: int | None = None
    agent_id: int | None = None
    team_id: int | None = None
    channel: str | None = None


Counts = Mapping[str, tuple[int, int]]
"""Per metric: how many, and milliseconds in all."""


@dataclass(frozen=True, slots=True)
class Row:
    """One group's counts; `key` is an id, a channel or a moment in ISO 8601."""

    key: str
    counts: Counts


class ReportReader(Protocol):
    """Counts from the sums and, for the newest moments, from the log itself."""

    async def counts(self, question: Question) -> list[Row]:
        """Groups in which anything was counted, in order of their keys."""


def days(first: date, last: date, zone: str) -> tuple[datetime, datetime]:
    """From the first day's midnight to the end of the last, in the company's time zone.

    Raises:
        Invalid: the wrong way round, or longer than a report may be.
    """
    if last < first:
        raise Invalid.field("last", "The last day is before the first.", code="period_wrong")
    if last - first > LONGEST:
        raise Invalid.field("last", "A report spans 400 days at most.", code="period_too_long")
    place = ZoneInfo(zone)
    # The last midnight of the calendar is not to be reached by counting on.
    after = min(last, date.max - timedelta(days=1)) + timedelta(days=1)
    return (
        datetime.combine(first, time(), place),
        datetime.combine(after, time(), place),
    )


def days_of(period: Period, today: date) -> tuple[date, date]:
    """A relative period's first and last day."""
    monday = today - timedelta(days=today.weekday())
    month_end = today.replace(day=1) - timedelta(days=1)
    spans: Mapping[Period, tuple[date, date]] = {
        "today": (today, today),
        "yesterday": (today - timedelta(days=1), today - timedelta(days=1)),
        "week": (today - timedelta(days=6), today),
        "last_week": (monday - timedelta(days=7), monday - timedelta(days=1)),
        "month": (today - timedelta(days=29), today),
        "last_month": (month_end.replace(day=1), month_end),
    }
    return spans[period]


def check(question: Question) -> None:
    """Refuse what would be too many rows to read, or is not kept so finely.

    Raises:
        Invalid: quarters or hours of more than a month; quarters of an agent or a team.
    """
    if question.by == "quarter" and (question.agent_id or question.team_id):
        raise Invalid.field("by", "Agents and teams are counted by the hour.", code="too_fine")
    fine = question.by in {"quarter", "hour"}
    if fine and question.until - question.since > LONGEST_FINE:
        raise Invalid.field("by", "By hours a report spans a month.", code="period_too_long")


def figures(counts: Counts) -> View:
    """All figures of one group; None where there is nothing to divide by."""

    def count(name: str) -> int:
        return counts.get(name, (0, 0))[0]

    def ms(name: str) -> int:
        return counts.get(name, (0, 0))[1]

    def average(total_ms: int, number: int) -> float | None:
        return round(total_ms / number / 1000, 3) if number else None

    awaited = count("answer") + count("abandoned")
    busy = ms("handle") + ms("wrap_up")
    asked, answered = count("surveys_asked"), count("surveys_answered")
    rated = sum(n * count(f"rated_{n}") for n in range(1, BEST + 1))
    return {
        **{name: count(name) for name in COUNTED},
        "service_level": round(count("answered_in_time") / awaited, 4) if awaited else None,
        "speed_of_answer_s": average(ms("answer"), count("answer")),
        "first_response_s": average(ms("first_response"), count("first_response")),
        "handle_time_s": average(busy, count("handle")),
        "wrap_up_time_s": average(ms("wrap_up"), count("wrap_up")),
        "available_s": round(ms("available") / 1000, 3),
        "occupancy": round(busy / ms("available"), 4) if ms("available") else None,
        "satisfaction": round(rated / answered, 2) if answered else None,
        "survey_rate": round(answered / asked, 4) if asked else None,
    }


COUNTED = (
    "arrived",
    "started",
    "offered",
    "accepted",
    "rona",
    "abandoned",
    "timed_out",
    "closed",
    "dropped",
    "handled",
    "answered_in_time",
    "transfers",
    "conferences",
    "supervised",
    "taken_over",
    "received",
    "sent",
    "reason",
    "surveys_asked",
    "surveys_answered",
    "rated_1",
    "rated_2",
    "rated_3",
    "rated_4",
    "rated_5",
)
"""Figures that are plain counts; they add up over every grouping."""


FIGURES = (*COUNTED, *(name for name in figures({}) if name not in COUNTED))
"""The names of all figures, in their order."""


def total(rows: list[Row]) -> Counts:
    """All groups together."""
    sums: dict[str, tuple[int, int]] = {}
    for row in rows:
        for name, (number, ms) in row.counts.items():
            before = sums.get(name, (0, 0))
            sums[name] = (before[0] + number, before[1] + ms)
    return sums
