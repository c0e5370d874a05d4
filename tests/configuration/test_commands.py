"""The operators' commands on a database of their own."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest
from tools.settings_page import PAGE, page
from typer.testing import CliRunner

from rapport.cli import app
from rapport.cli.doctor import judge
from rapport.storage.examination import Findings, examine_database
from tests.configuration.test_document import COMPANY, ENVIRONMENT

GOOD = Findings(
    version=180_004,
    now=datetime(2026, 11, 23, tzinfo=UTC),
    fsync=True,
    synchronous_commit="on",
    data_checksums=True,
    wal_init_zero=False,
    wrong_loads=(),
    parked_inputs=0,
    dead_jobs=0,
    stale_lanes=0,
    broken_accounts=(),
    people=1,
    administrators=1,
)


class Commands:
    def __init__(self, dsn: str, data: Path) -> None:
        self._environment = {
            **ENVIRONMENT,
            "RAPPORT_DATABASE_URL": dsn,
            "RAPPORT_DATA": str(data),
        }

    def __call__(self, *arguments: str, given: str = "", code: int = 0) -> str:
        """Run a command that must end with this code; all that it printed."""
        done = CliRunner().invoke(app, arguments, input=given, env=self._environment)
        assert done.exit_code == code, done.output
        assert isinstance(done.exception, SystemExit | None), done.exception
        return done.output


@pytest.fixture
def rapport(database: str, tmp_path: Path) -> Commands:
    return Commands(database, tmp_path)


def test_people(rapport: Commands) -> None:
    add = ("user", "add", "root", "--role", "administrator", "--password-stdin")
    assert "at least 10" in rapport(*add, given="short\n", code=1)
    assert rapport(*add, given="a-good-password\n") == "Added root (administrator).\n"
    assert "This login belongs to" in rapport(*add, given="a-good-password\n", code=1)
    assert "roles" in rapport(
        "user", "add", "x1", "--role", "king", "--password-stdin", given="x" * 10, code=1
    )
    assert "new password" in rapport("user", "password", "ROOT", "--password-stdin", given="y" * 10)
    assert "no user with the login" in rapport("user", "deactivate", "nobody", code=1)
    assert "last active administrator" in rapport("user", "deactivate", "root", code=1)
    assert rapport("user", "list").splitlines()[1].split() == [
        "root",
        "root",
        "administrator",
        "active",
    ]


def test_configuration(rapport: Commands, tmp_path: Path) -> None:
    file = tmp_path / "company.yaml"
    file.write_text(COMPANY)
    assert "14 changes to make." in rapport("config", "diff", str(file), code=1)
    assert "14 changes to make." in rapport("config", "apply", "--dry-run", str(file))
    told = rapport("config", "apply", str(file))
    assert "14 changes made." in told
    assert "a-long-password" not in told
    assert rapport("config", "apply", str(file)) == "Nothing to change.\n"
    assert rapport("config", "diff", "-", given=COMPANY) == "Nothing to change.\n"
    exported = rapport("config", "export")
    assert rapport("config", "apply", "--prune", "-", given=exported) == "Nothing to change.\n"
    assert "line 2: teams.A.x: There is no key 'x'." in rapport(
        "config", "apply", "-", given="teams:\n  A: {x: 1}\n", code=2
    )
    assert "cannot be read" in rapport("config", "apply", str(tmp_path / "none"), code=2)


def test_doctor(rapport: Commands) -> None:
    checks = json.loads(rapport("doctor", "--json", code=1))["checks"]
    by_name = {check["name"]: check for check in checks}
    # The tests' database is told not to wait for the disk: that is found.
    assert by_name["durability"]["status"] == "failed"
    assert by_name["migrations"]["status"] == "ok"
    assert by_name["administrator"]["status"] == "warning"


def test_doctor_without_a_database(tmp_path: Path) -> None:
    told = Commands("postgresql://nobody@127.0.0.1:1/x", tmp_path)("doctor", code=1)
    assert "The database of RAPPORT_DATABASE_URL cannot be used" in told


@pytest.mark.parametrize(
    ("change", "name", "status"),
    [
        ({"version": 140_002}, "database", "failed"),
        ({"synchronous_commit": "off"}, "durability", "failed"),
        ({"wal_init_zero": True}, "wal_init_zero", "warning"),
        ({"now": GOOD.now + timedelta(seconds=5)}, "clock", "failed"),
        ({"wrong_loads": (7,)}, "agent_load", "failed"),
        ({"parked_inputs": 1}, "parked_input", "warning"),
        ({"stale_lanes": 2}, "outbox", "failed"),
        ({"dead_jobs": 2}, "dead_letters", "warning"),
        ({"broken_accounts": ("Hook",)}, "accounts", "failed"),
        ({"administrators": 0}, "administrator", "warning"),
    ],
)
def test_what_the_doctor_finds(change: dict[str, object], name: str, status: str) -> None:
    from dataclasses import replace

    assert {check.status for check in judge(GOOD, GOOD.now)} == {"ok"}
    found = [c for c in judge(replace(GOOD, **change), GOOD.now) if c.status != "ok"]  # type: ignore[arg-type]
    assert [(c.name, c.status) for c in found] == [(name, status)]


async def test_a_wrong_load_is_found(database: str) -> None:
    connection = await asyncpg.connect(database)
    await connection.execute(
        "INSERT INTO configuration (id, kind, name, spec) VALUES (5, 'users', 'A', '{}');"
        "INSERT INTO agent VALUES (5, 1, 'idle', NULL, now(), NULL, NULL, '{}', 'blended',"
        " '{0,1,0}', '{3,3,3}', now())"
    )
    await connection.close()
    assert (await examine_database(database, timedelta(minutes=5))).wrong_loads == (5,)


def test_the_settings_page_is_current() -> None:
    assert PAGE.read_text() == page(), "run: python tools/settings_page.py"
