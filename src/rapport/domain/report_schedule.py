"""When a report is sent: every day, on days of the week, or once a month, at an hour of a place.

The hour is the clock's on the wall there. Where a clock that is put forward leaves it out, the
report goes at the moment that follows; where it comes twice, it goes the first time only.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Pace = Literal["daily", "weekly", "monthly"]
_LONGEST_GAP = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """`weekdays` from 0, Monday; a month that is shorter than `day` has its last day for it."""

    every: Pace
    hour: int
    zone: str
    weekdays: tuple[int, ...] = ()
    day: int = 1

    def on(self, day: date) -> bool:
        """Whether it goes on this day."""
        if self.every == "weekly":
            return day.weekday() in self.weekdays
        if self.every == "monthly":
            return day.day == min(self.day, monthrange(day.year, day.month)[1])
        return True


def next_after(schedule: Schedule, moment: datetime) -> datetime:
    """The first planned moment that is later, in UTC."""
    place = ZoneInfo(schedule.zone)
    first = moment.astimezone(place).date()
    for ahead in range(_LONGEST_GAP + 1):
        day = first + timedelta(days=ahead)
        planned = datetime.combine(day, time(schedule.hour), place).astimezone(UTC)
        if schedule.on(day) and planned > moment:
            return planned
    raise ValueError("a schedule without a day")


def latest(schedule: Schedule, due: datetime, now: datetime) -> datetime:
    """Of the planned moments from `due` to now the last: what was missed is made up for once."""
    planned = due
    while (following := next_after(schedule, planned)) <= now:
        planned = following
    return planned
