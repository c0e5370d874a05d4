"""Business hours: weekly, in their own time zone, with holidays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MOMENT, MINUTE = timedelta(microseconds=1), timedelta(minutes=1)
HORIZON_DAYS = 60
"""How far ahead a closing is looked for; a waiting task is looked at long before."""

Shift = tuple[time, time]


@dataclass(frozen=True, slots=True)
class Hours:
    """When a queue or an entry point is open; `week` is from Monday to Sunday.

    A shift is open from its first to its last moment, both included.
    """

    zone: ZoneInfo
    week: tuple[tuple[Shift, ...], ...]
    holidays: frozenset[date] = frozenset()

    def open_at(self, moment: datetime) -> bool:
        """Whether a moment lies within the weekly hours and on no holiday, in the zone's time."""
        local = moment.astimezone(self.zone)
        return any(opens <= local.time() <= closes for opens, closes in self._shifts(local.date()))

    def closing_after(self, moment: datetime) -> datetime | None:
        """The first closed moment after an open one; None where none comes within the horizon.

        Shifts that follow each other without a gap, also over midnight, are one. The hour that
        clocks skip in spring ends what was open before it; the one that comes twice opens twice.
        """
        first = moment.astimezone(self.zone).date()
        for ahead in range(-1, HORIZON_DAYS):
            found = [x for x in self._endings(first + timedelta(days=ahead)) if x > moment]
            if found:
                return min(found)
        return None

    def _endings(self, day: date) -> list[datetime]:
        """Closed moments of a day that follow an open one."""
        shifts = self._shifts(day)
        ends = {x for _, closes in shifts for x in self._moments(day, closes)}
        ends.update(self._clock_change(day) if shifts else ())
        return [x for x in ends if not self.open_at(x) and self.open_at(x - MOMENT)]

    def _clock_change(self, day: date) -> list[datetime]:
        """When the clocks of a day change: an hour that begins again may be a closed one."""
        first = datetime.combine(day, time(), self.zone).astimezone(UTC)
        last = datetime.combine(day + timedelta(days=1), time(), self.zone).astimezone(UTC)
        before = first.astimezone(self.zone).utcoffset()
        if last.astimezone(self.zone).utcoffset() == before:
            return []
        while last - first > MINUTE:
            middle = first + (last - first) // 2
            changed = middle.astimezone(self.zone).utcoffset() != before
            first, last = (first, middle) if changed else (middle, last)
        return [last.replace(second=0, microsecond=0)]

    def _moments(self, day: date, closes: time) -> list[datetime]:
        """When a shift may end: where the clocks change, every minute about the change."""
        local = datetime.combine(day, closes, self.zone)
        first, last = sorted(local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
        minutes = int((last - first) / MINUTE)
        whole = first.replace(second=0, microsecond=0)
        return [first + MOMENT, last + MOMENT, *(whole + n * MINUTE for n in range(minutes + 1))]

    def _shifts(self, day: date) -> tuple[Shift, ...]:
        return () if day in self.holidays else self.week[day.weekday()]
