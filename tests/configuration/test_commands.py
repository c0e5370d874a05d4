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
        "user",
        "add",
        "x1",
        "--role",
        "king",
        "--password-stdin",
        given="entirely new words",
        code=1,
    )
    assert "new password" in rapport(
        "user", "password", "ROOT", "--password-stdin", given="entirely new words"
    )
    assert "no user with the login" in rapport("user", "deactivate", "nobody", code=1)
    assert "last active administrator" in rapport("user", "deactivate", "root", code=1)
    assert rapport("user", "list").splitlines()[1].split() == [
        "root",
        "root",
        "administrator",
        "active",
    ]


def test_people_with_roles_of_ones_own(rapport: Commands, tmp_path: Path) -> None:
    def add(login: str, *roles: str, code: int = 0) -> str:
        options = [part for role in roles for part in ("--role", role)]
        given = "entirely new words"
        return rapport("user", "add", login, *options, "--password-stdin", given=given, code=code)

    assert add("root", "administrator", "supervisor", "administrator") == (
        "Added root (administrator, supervisor).\n"
    )
    unknown = "There is no role 'Analyst'. There are these roles: agent, supervisor, administrator"
    assert f"{unknown}. [unknown_role]" in add("eve", "Analyst", code=1)
    path = tmp_path / "roles.yaml"
    path.write_text("roles:\n  Analyst: {rights: [reports]}\n  Clerk: {rights: [desk]}\n")
    rapport("config", "apply", str(path))
    assert add("eve", "Analyst") == "Added eve (Analyst).\n"
    assert (
        add("fay", "agent", "Clerk", "Analyst", "Clerk") == "Added fay (agent, Clerk, Analyst).\n"
    )
    unknown = "There is no role 'analyst'. There are these roles: agent, supervisor, administrator"
    assert f"{unknown}, Analyst, Clerk. [unknown_role]" in add("gus", "analyst", code=1)
    assert [line.split(maxsplit=2)[2].rsplit(maxsplit=1)[0] for line in listed(rapport)] == [
        "Analyst",
        "agent, Clerk, Analyst",
        "administrator, supervisor",
    ]


def listed(rapport: Commands) -> list[str]:
    return rapport("user", "list").splitlines()[1:]


def test_tokens(rapport: Commands) -> None:
    rapport(
        "user",
        "add",
        "root",
        "--role",
        "administrator",
        "--password-stdin",
        given="a-good-password",
    )
    create = ("token", "create", "root", "--name", "Nightly report", "--scope")
    assert "no right to: desk" in rapport(*create, "desk", code=1)
    assert "Choose at least one of" in rapport(*create, "everything", code=1)
    told = rapport(*create, "reports:read", "--days", "0").splitlines()
    assert "good until it is revoked" in told[0]
    (listed,) = rapport("token", "list", "ROOT").splitlines()
    assert listed.endswith("Nightly report  reports:read  used never  good")
    assert told[1].startswith("rpt_")
    assert told[1] not in listed
    number = listed.split()[0]
    assert "good no more" in rapport("token", "revoke", number)
    assert rapport("token", "list").strip().endswith("revoked")
    assert "no such token" in rapport("token", "revoke", "1", code=1)


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


def test_templates_as_a_table(rapport: Commands) -> None:
    add = ("config", "templates", "import", "-")
    rapport("config", "apply", "-", given="teams: {Sales: {}}\n")
    table = (
        "channel,group,name,text,lock,language,teams\n"
        'webchat;sms,Orders,On its way,"Your order <order>\n, is on its way",Yes,en,Sales\n'
        "common,Ends,Bye,Bye @@customer.name|you@@,no,,\n"
    )
    assert "2 changes to make." in rapport(*add, "--dry-run", given=table)
    assert "2 changes made." in rapport(*add, given="\ufeff" + table)
    assert rapport(*add, given=table) == "Nothing to change.\n"
    exported = rapport("config", "templates", "export")
    assert exported.splitlines()[1] == "common,Ends,Bye,Bye @@customer.name|you@@,No,,"
    assert rapport(*add, given=exported) == "Nothing to change.\n"
    head = "channel,group,name,text,lock\n"
    told = rapport(*add, given=head + "sms,,BYE,Other,No\n,,,x,No\n,,Y,x,maybe\n", code=2)
    assert "line 2: there is already a template named 'Bye' with another text" in told
    assert "line 3: name and text must be filled in" in told
    assert "line 4: lock is Yes or No" in told
    assert "1 change made." in rapport(*add, "--replace", given=head + "sms,,BYE,Other,No\n")
    assert "templates.Z.channels.0" in rapport(*add, given=head + "fax,,Z,x,No\n", code=2)
    assert "columns channel, lock are missing" in rapport(*add, given="group,name,text\n", code=2)
    assert "after line 2" in rapport(*add, given=head + 'sms,,A,x,No\nsms,,B,"x" y,No\n', code=2)
    assert "named 'A'" in rapport(*add, given=head + "sms,,A,x,No\nsms,,A,x,No\n", code=2)


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
