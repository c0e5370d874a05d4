"""`rapport doctor`: is this installation sound, and what to do about what is not."""

from __future__ import annotations

import json
import os
from dataclasses import asdict

import asyncpg

from rapport.cli.connecting import reachable_database
from rapport.cli.doctor import machine
from rapport.cli.doctor.accounts import examine_accounts
from rapport.cli.doctor.checks import Check, Status, check
from rapport.cli.doctor.database import judge
from rapport.cli.doctor.files import bucket_check, examine_files
from rapport.cli.doctor.server import examine_server
from rapport.cli.doctor.tracing import examine_tracing
from rapport.clock import SystemClock
from rapport.settings import Settings
from rapport.storage import migrations
from rapport.storage.database import LOST
from rapport.storage.examination import examine_database
from rapport.storage.virus_scan import Clamd

_SIGNS: dict[Status, str] = {"ok": "ok  ", "warning": "warn", "failed": "FAIL"}
__all__ = ["diagnose", "judge", "run_doctor"]


async def run_doctor(*, as_json: bool, probing: bool = True) -> int:
    """Look at everything and print it; returns 1 if anything failed."""
    checks = await diagnose(Settings(), probing=probing)
    failed = any(check.status == "failed" for check in checks)
    if as_json:
        told = [{**asdict(check), "runbook": check.runbook} for check in checks]
        print(json.dumps({"ok": not failed, "checks": told}))
        return 1 if failed else 0
    for found in checks:
        print(f"{_SIGNS[found.status]}  {found.name:<15} {found.message}")
        if found.runbook:
            print(f"{'':22}{found.runbook}")
    return 1 if failed else 0


async def diagnose(settings: Settings, *, probing: bool) -> list[Check]:
    """Everything that can be looked at, in the order of a way in: machine, database, providers."""
    clock = SystemClock()
    checks = [
        machine.disk(settings.data),
        machine.key(settings),
        machine.assets(),
        machine.sign_in(settings),
        machine.spool(settings.data, clock.now()),
    ]
    if settings.clamd is not None:
        checks.append(await _scanner(settings.clamd))
    if (bucket := await bucket_check(settings)) is not None:
        checks.append(bucket)
    checks.append(await examine_tracing(settings, os.environ))
    return [*checks, *await _database(settings, clock, probing=probing)]


async def _database(settings: Settings, clock: SystemClock, *, probing: bool) -> list[Check]:
    if settings.database_url is not None:
        try:
            missing = await migrations.pending(settings.database_url)
        except (*LOST, asyncpg.PostgresError) as error:
            words = f"The database of RAPPORT_DATABASE_URL cannot be used: {error}"
            return [Check("database", "failed", words)]
        except migrations.NewerSchemaError as error:
            return [Check("migrations", "failed", str(error))]
        if missing:
            words = f"{len(missing)} migrations are missing. Run: rapport migrate"
            return [Check("migrations", "failed", words)]
    try:
        async with reachable_database(settings) as dsn:
            started = clock.now()
            findings = await examine_database(dsn, machine.STALE_AFTER)
            middle = started + (clock.now() - started) / 2
            missing = await migrations.pending(dsn)
            return [
                check(
                    not missing,
                    "migrations",
                    "failed",
                    "up to date",
                    f"{len(missing)} are missing. Run: rapport migrate",
                ),
                *judge(findings, middle),
                await examine_files(settings, dsn),
                *await examine_accounts(settings, dsn, probing=probing),
                *await examine_server(settings, dsn),
            ]
    except SystemExit as error:
        return [Check("database", "failed", str(error))]
    except (*LOST, asyncpg.PostgresError) as error:
        return [Check("database", "failed", f"The database does not answer: {error}")]


async def _scanner(address: str) -> Check:
    words = f"clamd at {address} does not answer: files are held or refused. Start it, or correct"
    return check(
        await Clamd(address).ping(),
        "virus_scanner",
        "failed",
        f"clamd answers at {address}",
        f"{words} RAPPORT_CLAMD.",
    )
