"""When a report is sent, also over the change of clocks and after an outage."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from rapport.domain.report_schedule import Schedule, latest, next_after

BERLIN = "Europe/Berlin"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def following(schedule: Schedule, moment: str, count: int) -> list[str]:
    found, last = [], at(moment)
    for _ in range(count):
        last = next_after(schedule, last)
        found.append(f"{last:%Y-%m-%d %H:%M}")
    return found


@pytest.mark.parametrize(
    ("schedule", "moment", "planned"),
    [
        (
            Schedule(every="daily", hour=7, zone=BERLIN),
            "2026-11-23 05:59",
            ["2026-11-23 06:00", "2026-11-24 06:00"],
        ),
        (
            Schedule(every="daily", hour=7, zone=BERLIN),
            "2026-11-23 06:00",
            ["2026-11-24 06:00", "2026-11-25 06:00"],
        ),
        (
            Schedule(every="weekly", hour=0, zone="Asia/Kolkata", weekdays=(0, 4)),
            "2026-11-23 00:00",
            ["2026-11-26 18:30", "2026-11-29 18:30"],
        ),
        (
            Schedule(every="monthly", hour=12, zone="UTC", day=31),
            "2027-01-31 12:00",
            ["2027-02-28 12:00", "2027-03-31 12:00", "2027-04-30 12:00"],
        ),
        # At seven o'clock there, whichever time it is.
        (
            Schedule(every="daily", hour=7, zone=BERLIN),
            "2026-10-23 06:00",
            ["2026-10-24 05:00", "2026-10-25 06:00"],
        ),
        # Two o'clock is left out on the 29th of March, and comes twice on the 25th of October.
        (
            Schedule(every="daily", hour=2, zone=BERLIN),
            "2026-03-27 12:00",
            ["2026-03-28 01:00", "2026-03-29 01:00", "2026-03-30 00:00"],
        ),
        (
            Schedule(every="daily", hour=2, zone=BERLIN),
            "2026-10-24 12:00",
            ["2026-10-25 00:00", "2026-10-26 01:00"],
        ),
    ],
)
def test_planned_moments(schedule: Schedule, moment: str, planned: list[str]) -> None:
    assert following(schedule, moment, len(planned)) == planned


@pytest.mark.parametrize(
    ("zone", "hour"),
    [(BERLIN, 2), (BERLIN, 3), ("America/Sao_Paulo", 0), ("Australia/Lord_Howe", 2)],
)
def test_once_on_every_day_of_a_year(zone: str, hour: int) -> None:
    schedule = Schedule(every="daily", hour=hour, zone=zone)
    moment = at("2018-01-01 12:00")
    for _ in range(800):
        before, moment = moment, next_after(schedule, moment)
        assert timedelta(hours=22) <= moment - before <= timedelta(hours=26) or before.hour == 12


def test_what_was_missed_is_made_up_for_once() -> None:
    schedule = Schedule(every="daily", hour=7, zone="UTC")
    due, now = at("2026-11-01 07:00"), at("2026-11-30 08:00")
    planned = latest(schedule, due, now)
    assert planned == at("2026-11-30 07:00")
    assert next_after(schedule, planned) == at("2026-12-01 07:00")
    assert latest(schedule, due, due) == due
