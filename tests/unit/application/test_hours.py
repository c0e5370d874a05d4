"""Business hours: weekly, in their own time zone, with holidays."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest
from pydantic import ValidationError

from rapport.application.configuration.snapshot import hours_open
from rapport.application.configuration.specs import HoursSpec, Shift

NINE_TO_FIVE = [Shift(opens=time(9), closes=time(17))]
WEEKDAYS = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), NINE_TO_FIVE)


def at(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (at(2026, 3, 2, 8, 59), False),
        (at(2026, 3, 2, 9), True),
        (at(2026, 3, 2, 16, 59), True),
        (at(2026, 3, 2, 17, 1), False),
        (at(2026, 3, 7, 12), False),
    ],
)
def test_weekly_hours(now: datetime, expected: bool) -> None:
    assert hours_open(HoursSpec(**WEEKDAYS), now) is expected


@pytest.mark.parametrize(
    ("zone", "expected"),
    [("Europe/Berlin", False), ("America/New_York", True), ("Asia/Tokyo", False)],
)
def test_in_the_time_of_their_zone(zone: str, expected: bool) -> None:
    assert hours_open(HoursSpec(time_zone=zone, **WEEKDAYS), at(2026, 1, 5, 20)) is expected


def test_the_zone_decides_the_weekday_too() -> None:
    sunday_evening = at(2026, 3, 1, 23, 30)  # Monday 08:30 in Tokyo, 10:30 in Sydney
    assert not hours_open(HoursSpec(time_zone="Asia/Tokyo", **WEEKDAYS), sunday_evening)
    assert hours_open(HoursSpec(time_zone="Australia/Sydney", **WEEKDAYS), sunday_evening)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (at(2026, 3, 27, 8), True),  # Friday before the change: 09:00 in Berlin
        (at(2026, 3, 27, 7), False),
        (at(2026, 3, 30, 7), True),  # Monday after it: 09:00 in Berlin is an hour earlier
        (at(2026, 3, 30, 15, 30), False),
        (at(2026, 10, 26, 7, 30), False),  # Monday after the change back
        (at(2026, 10, 26, 8), True),
    ],
)
def test_over_the_change_of_daylight_saving_time(now: datetime, expected: bool) -> None:
    assert hours_open(HoursSpec(time_zone="Europe/Berlin", **WEEKDAYS), now) is expected


def test_in_the_hour_that_comes_twice_and_the_one_that_never_comes() -> None:
    night = HoursSpec(time_zone="Europe/Berlin", sunday=[Shift(opens=time(2), closes=time(2, 59))])
    assert hours_open(night, at(2026, 10, 25, 0, 30))  # 02:30 summer time
    assert hours_open(night, at(2026, 10, 25, 1, 30))  # 02:30 winter time
    assert not hours_open(night, at(2026, 10, 25, 2))
    minutes = [at(2026, 3, 29, hour, minute) for hour in range(4) for minute in (0, 30, 59)]
    assert not any(hours_open(night, moment) for moment in minutes), "skipped in spring"


def test_holidays_are_days_of_the_zone() -> None:
    hours = HoursSpec(time_zone="Asia/Tokyo", holidays=[date(2026, 3, 3)], **WEEKDAYS)
    assert hours_open(hours, at(2026, 3, 2, 1))
    assert not hours_open(hours, at(2026, 3, 3, 1))
    assert not hours_open(hours, at(2026, 3, 2, 23)), "already the 3rd there"


def test_several_shifts_and_days_without() -> None:
    shifts = [Shift(opens=time(8), closes=time(12)), Shift(opens=time(13), closes=time(17))]
    hours = HoursSpec(monday=shifts)
    assert [hours_open(hours, at(2026, 3, 2, hour, 30)) for hour in (7, 11, 12, 16)] == [
        False,
        True,
        False,
        True,
    ]
    assert not hours_open(hours, at(2026, 3, 3, 9))


def test_round_the_clock() -> None:
    shift = Shift(opens=time(0), closes=time(23, 59, 59, 999999))
    hours = HoursSpec(monday=[shift])
    assert hours_open(hours, at(2026, 3, 2, 0))
    assert hours_open(hours, datetime(2026, 3, 2, 23, 59, 59, 999999, tzinfo=UTC))


def test_only_zones_that_exist() -> None:
    with pytest.raises(ValidationError, match="not a time zone"):
        HoursSpec(time_zone="Europe/Atlantis")
