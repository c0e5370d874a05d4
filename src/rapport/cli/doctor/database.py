"""What was found in the database, judged."""

from __future__ import annotations

from datetime import datetime, timedelta

from rapport.cli.doctor.checks import Check, check
from rapport.cli.doctor.machine import STALE_AFTER
from rapport.storage.examination import Findings

OLDEST_SERVER = 150_000
LARGEST_SKEW = timedelta(seconds=2)


def judge(found: Findings, now: datetime) -> list[Check]:
    """What the findings mean, at a time that this machine's clock showed then."""
    skew = abs(found.now - now)
    return [
        check(
            found.version >= OLDEST_SERVER,
            "database",
            "failed",
            f"PostgreSQL {found.version // 10_000}.{found.version % 10_000} answers",
            f"PostgreSQL {found.version // 10_000} is too old; 15 or later is needed.",
        ),
        check(
            found.fsync and found.synchronous_commit != "off",
            "durability",
            "failed",
            "a commit is on disk",
            "fsync or synchronous_commit is off: messages that were answered can be lost."
            " Switch both on.",
        ),
        check(
            not found.wal_init_zero,
            "wal_init_zero",
            "warning",
            "off",
            "New log files are filled with zeros first, which delays messages by some 45 ms each"
            " time. Except on copy-on-write file systems: ALTER SYSTEM SET wal_init_zero = off.",
        ),
        check(
            skew <= LARGEST_SKEW,
            "clock",
            "failed",
            "agrees with the database",
            f"This machine and the database differ by {skew.total_seconds():.1f} s. Deadlines go"
            " wrong; run a time service (NTP) on both.",
        ),
        check(
            not found.wrong_loads,
            "agent_load",
            "failed",
            "equals the open conversations",
            f"The load of {len(found.wrong_loads)} agents is not what their open conversations add"
            f" up to (ids {', '.join(map(str, found.wrong_loads[:5]))}). Please report this.",
        ),
        *_traffic(found),
        *_people(found),
    ]


def _traffic(found: Findings) -> list[Check]:
    return [
        check(
            found.parked_inputs == 0,
            "parked_input",
            "warning",
            "none",
            f"{found.parked_inputs} messages could not be taken in; the table parked_input says"
            " why.",
        ),
        check(
            found.stale_lanes == 0,
            "outbox",
            "failed",
            "nothing overdue",
            f"{found.stale_lanes} conversations have messages overdue by more than"
            f" {STALE_AFTER.total_seconds() / 60:.0f} minutes. Is a node with the role worker"
            " running?",
        ),
        check(
            found.dead_jobs == 0,
            "dead_letters",
            "warning",
            "none",
            f"{found.dead_jobs} messages were given up; the table outbox_dead says why.",
        ),
        check(
            not found.broken_accounts,
            "accounts",
            "failed",
            "none is broken",
            f"Sending has stopped for: {', '.join(found.broken_accounts)}. Renew their secrets.",
        ),
    ]


def _people(found: Findings) -> list[Check]:
    return [
        check(
            found.administrators > 0,
            "administrator",
            "warning",
            f"{found.administrators} of {found.people} people",
            "There is none. Run: rapport user add LOGIN --role administrator",
        )
    ]
