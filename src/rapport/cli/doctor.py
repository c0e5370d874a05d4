"""`rapport doctor`: is this installation sound, and what to do about what is not."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import asyncpg

import rapport
from rapport.bootstrap import SystemClock
from rapport.cli.connecting import reachable_database
from rapport.settings import Settings
from rapport.storage import migrations
from rapport.storage.database import LOST
from rapport.storage.examination import Findings, examine_database
from rapport.storage.secrets import KEY_FILE

OLDEST_SERVER = 150_000
LARGEST_SKEW = timedelta(seconds=2)
STALE_AFTER = timedelta(minutes=5)
LEAST_DISK = 1_000_000_000
ASSETS = ("desktop/index.html", "widget/widget.js", "widget/panel.js")
Status = Literal["ok", "warning", "failed"]
_SIGNS: dict[Status, str] = {"ok": "ok  ", "warning": "warn", "failed": "FAIL"}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at; `message` says what to do unless it is well."""

    name: str
    status: Status
    message: str


async def run_doctor(*, as_json: bool) -> int:
    """Look at everything and print it; returns 1 if anything failed."""
    settings = Settings()
    checks = [_disk(settings.data), _key(settings), _assets(), *await _database(settings)]
    failed = any(check.status == "failed" for check in checks)
    if as_json:
        print(json.dumps({"ok": not failed, "checks": [asdict(check) for check in checks]}))
    else:
        for check in checks:
            print(f"{_SIGNS[check.status]}  {check.name:<13} {check.message}")
    return 1 if failed else 0


async def _database(settings: Settings) -> list[Check]:
    if settings.database_url is not None:
        try:
            missing = await migrations.pending(settings.database_url)
        except (*LOST, asyncpg.PostgresError) as error:
            words = f"The database of RAPPORT_DATABASE_URL cannot be used: {error}"
            return [Check("database", "failed", words)]
        if missing:
            words = f"{len(missing)} migrations are missing. Run: rapport migrate"
            return [Check("migrations", "failed", words)]
    clock = SystemClock()
    try:
        async with reachable_database(settings) as dsn:
            started = clock.now()
            findings = await examine_database(dsn, STALE_AFTER)
            middle = started + (clock.now() - started) / 2
            missing = await migrations.pending(dsn)
    except SystemExit as error:
        return [Check("database", "failed", str(error))]
    except (*LOST, asyncpg.PostgresError) as error:
        return [Check("database", "failed", f"The database does not answer: {error}")]
    return [
        Check("migrations", "ok", "up to date")
        if not missing
        else Check("migrations", "failed", f"{len(missing)} are missing. Run: rapport migrate"),
        *judge(findings, middle),
    ]


def judge(found: Findings, now: datetime) -> list[Check]:
    """What the findings mean, at a time that this machine's clock showed then."""
    skew = abs(found.now - now)
    return [
        _if(
            found.version >= OLDEST_SERVER,
            "database",
            "failed",
            f"PostgreSQL {found.version // 10_000}.{found.version % 10_000} answers",
            f"PostgreSQL {found.version // 10_000} is too old; 15 or later is needed.",
        ),
        _if(
            found.fsync and found.synchronous_commit != "off",
            "durability",
            "failed",
            "a commit is on disk",
            "fsync or synchronous_commit is off: messages that were answered can be lost."
            " Switch both on.",
        ),
        _if(
            not found.wal_init_zero,
            "wal_init_zero",
            "warning",
            "off",
            "New log files are filled with zeros first, which delays messages by some 45 ms each"
            " time. Except on copy-on-write file systems: ALTER SYSTEM SET wal_init_zero = off.",
        ),
        _if(
            skew <= LARGEST_SKEW,
            "clock",
            "failed",
            "agrees with the database",
            f"This machine and the database differ by {skew.total_seconds():.1f} s. Deadlines go"
            " wrong; run a time service (NTP) on both.",
        ),
        _if(
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
        _if(
            found.parked_inputs == 0,
            "parked_input",
            "warning",
            "none",
            f"{found.parked_inputs} messages could not be taken in; the table parked_input says"
            " why.",
        ),
        _if(
            found.stale_lanes == 0,
            "outbox",
            "failed",
            "nothing overdue",
            f"{found.stale_lanes} conversations have messages overdue by more than"
            f" {STALE_AFTER.total_seconds() / 60:.0f} minutes. Is a node with the role worker"
            " running?",
        ),
        _if(
            found.dead_jobs == 0,
            "dead_letters",
            "warning",
            "none",
            f"{found.dead_jobs} messages were given up; the table outbox_dead says why.",
        ),
        _if(
            not found.broken_accounts,
            "accounts",
            "failed",
            "none is broken",
            f"Sending has stopped for: {', '.join(found.broken_accounts)}. Renew their secrets.",
        ),
    ]


def _people(found: Findings) -> list[Check]:
    return [
        _if(
            found.administrators > 0,
            "administrator",
            "warning",
            f"{found.administrators} of {found.people} people",
            "There is none. Run: rapport user add LOGIN --role administrator",
        )
    ]


def _disk(data: Path) -> Check:
    place = data.resolve()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    words = f"{free / 1e9:.1f} GB free at {place}"
    if not os.access(place, os.W_OK):
        return Check("disk", "failed", f"{place} cannot be written to by this user.")
    return _if(free >= LEAST_DISK, "disk", "failed", words, f"Only {words}. Make room.")


def _key(settings: Settings) -> Check:
    if settings.secret_key is not None:
        return Check("secret_key", "ok", "from the environment")
    path = settings.data / KEY_FILE
    if not path.exists():
        words = f"There is no key yet; {path} is made at the first start. Back it up then."
        return Check("secret_key", "warning", words)
    if os.name == "posix" and path.stat().st_mode & 0o077:
        words = f"{path} can be read by others. Run: chmod 600 {path}"
        return Check("secret_key", "failed", words)
    return Check("secret_key", "ok", f"{path}, keep a copy of it elsewhere")


def _assets() -> Check:
    static = Path(rapport.__file__).parent / "static"
    missing = [name for name in ASSETS if not (static / name).is_file()]
    words = f"Not built: {', '.join(missing)}. Install the wheel, or build with: uv sync"
    return _if(not missing, "assets", "failed", "desktop and widget are there", words)


def _if(good: bool, name: str, otherwise: Status, well: str, ill: str) -> Check:
    return Check(name, "ok", well) if good else Check(name, otherwise, ill)
