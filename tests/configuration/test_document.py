"""YAML: every fault with its line, all or nothing, nothing the second time, and back again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rapport.application.configuration.administration import Administration
from rapport.application.configuration.apply import Options, apply_document
from rapport.application.configuration.document import export
from rapport.application.configuration.yaml_text import DocumentRefused, dump, parse
from rapport.storage.configuration import StoredConfiguration
from rapport.storage.configuration_writer import PostgresConfigurationStore
from rapport.storage.database import Database
from rapport.storage.secrets import Vault
from tests.centre import Centre, TestClock
from tests.configuration.administrator import Administrator, error

COMPANY = """\
settings:
  settings: {company: Kettle & Clay}
skills: {German: {}}
profiles: {Standard: {chat: 4}}
teams: {Sales: {}, Support: {description: "no: 09:00"}}
hours:
  Day:
    time_zone: Europe/Berlin
    monday: [{opens: 09:00, closes: 17:30}]
    holidays: [2026-12-25]
idle_codes: {Break: {default: true}, Lunch: }
users:
  Ana Example:
    login: ana
    roles: [agent, administrator]
    teams: [Sales]
    skills: [{skill: German, level: 9}]
    profile: Standard
    password: ${ANA_PASSWORD}
queues:
  Sales:
    channels: [webchat, custom]
    hours: Day
    groups: [{teams: [Sales]}, {after_s: 30, teams: [Support]}]
    overflow: {queue: Later, after_s: 60}
  Later: {channels: [webchat, custom], agents: [Ana Example]}
reasons: {Sold: {queues: [Sales]}}
accounts:
  Hook:
    channel: custom
    settings: {per_second: 12.5}
    secrets: {signing_secret: "${HOOK_SECRET}"}
entry_points: {Hook: {account: Hook, queue: Sales, skills: [{skill: German}]}}
"""
ENVIRONMENT = {"ANA_PASSWORD": "a-long-password", "HOOK_SECRET": "s" * 30}


class Installation:
    """A database with the parts that change its configuration."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.configuration = StoredConfiguration(database)
        self.vault = Vault(b"k" * 40)
        self.administration = Administration(
            PostgresConfigurationStore(database, self.configuration),
            self.configuration,
            self.vault,
            TestClock(),
        )

    async def apply(self, text: str, **options: Any) -> list[dict[str, Any]]:
        options = {"environment": ENVIRONMENT, **options}
        return await apply_document(self.administration, text, Options(**options), None)

    async def faults(self, text: str, **options: Any) -> list[str]:
        before = await self.configuration.refresh()
        with pytest.raises(DocumentRefused) as refused:
            await self.apply(text, **options)
        assert (await self.configuration.refresh()).version == before.version
        return [str(fault) for fault in refused.value.faults]

    def export(self) -> str:
        return export(self.configuration.current)


@pytest.fixture
async def here(database: str) -> Any:
    pool = await Database.connect(database)
    yield Installation(pool)
    await pool.close()


async def test_apply_export_apply(here: Installation, database_server: Any) -> None:
    made = await here.apply(COMPANY)
    assert {c["action"] for c in made} == {"create"}
    assert len(made) == 14
    assert await here.apply(COMPANY) == []
    assert await here.apply(here.export()) == []
    async with database_server.new_database() as dsn:
        pool = await Database.connect(dsn)
        other = Installation(pool)
        await other.apply(here.export())
        assert other.export() == here.export()
        await pool.close()
    ana = next(i for i in here.configuration.current.by_kind["users"])
    hashed = await here.database.pool.fetchval(
        "SELECT password_hash FROM credential WHERE user_id = $1", ana.id
    )
    assert hashed.startswith("$argon2id$")
    (hook,) = here.configuration.current.by_kind["accounts"]
    assert here.vault.open(hook.secrets) == {"signing_secret": "s" * 30}
    assert "sss" not in here.export()


async def test_a_document_that_changes(here: Installation) -> None:
    await here.apply(COMPANY)
    text = COMPANY.replace("per_second: 12.5", "per_second: 13").replace("level: 9", "level: 8")
    text = text.replace("Lunch: }", "Lunch: {default: true}}").replace(
        "{default: true}, L", "{}, L"
    )
    planned = await here.apply(text, dry_run=True)
    assert await here.apply(COMPANY) == []
    made = await here.apply(text)
    assert made == planned
    assert [(c["kind"], c["name"]) for c in made] == [
        ("idle_codes", "Break"),
        ("idle_codes", "Lunch"),
        ("users", "Ana Example"),
        ("accounts", "Hook"),
    ]
    assert made[3]["fields"] == [{"path": "settings.per_second", "before": 12.5, "after": 13}]
    assert await here.apply(text) == []
    changed = {**ENVIRONMENT, "ANA_PASSWORD": "another-password", "HOOK_SECRET": "other"}
    made = await here.apply(text, environment=changed)
    assert [c["fields"] for c in made] == [
        [{"path": "password"}],
        [{"path": "secrets.signing_secret"}],
    ]


async def test_making_a_default_takes_it_from_the_other(here: Installation) -> None:
    await here.apply(COMPANY)
    await here.apply("idle_codes: {Lunch: {default: true}}")
    assert await here.apply("idle_codes: {Lunch: {default: true}}") == []
    assert "Break: {}" in here.export()


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("teams:\n  A: [", ["line 2: while parsing a flow node expected the node content"]),
        ("- teams", ["line 1: The document is a mapping with the keys settings"]),
        ("taems: {}", ["line 1: taems: There is no key 'taems'. Did you mean 'teams'?"]),
        ("teams:\n  A: {}\n  A: {}", ["line 3: teams.A: The key 'A' is given twice."]),
        ("teams:\n  - A", ["line 1: teams: Under teams stands a mapping"]),
        (
            "teams:\n  A:\n    descripton: x",
            ["line 3: teams.A.descripton: There is no key 'descripton'. Did you mean 'desc"],
        ),
        (
            "queues:\n  Q:\n    channels: [webchat]\n    groups:\n    - after_s: 3\n      tems: []",
            [
                "line 5: queues.Q.groups.0.teams: Field required.",
                "line 6: queues.Q.groups.0.tems: There is no key 'tems'. Did you mean 'teams'?",
            ],
        ),
        (
            "teams: {Sales: }\nqueues:\n  Q:\n    channels: []\n    groups: [{teams: [Sale]}]",
            ["line 5: queues.Q.groups.0.teams.0: There is no team named 'Sale'. Did you mean 'S"],
        ),
        (
            "queues:\n  Q:\n    channels: []\n    hours: 12",
            ["line 4: queues.Q.hours: Write the name of a business hours here."],
        ),
        (
            "queues:\n  A:\n    channels: []\n    overflow: &o {queue: B, after_s: 1}\n  B:\n    channels: []\n    overflow: {queue: A, after_s: 1}",  # noqa: E501
            ["line 4: queues.A.overflow.queue: Tasks would go round", "line 7: queues.B.overflow"],
        ),
        (
            "users:\n  A: {login: a1}\n  B:\n    login: A1",
            ["line 2: users.A.login: This login belongs to 'B'", "line 4: users.B.login"],
        ),
        ("users:\n  A:\n    login: aa\n    password: short", ["line 4: users.A.password: A pass"]),
        (
            "users:\n  A:\n    login: aa\n    password: ${NOPE}",
            ["line 4: users.A.password: The environment has no variable NOPE."],
        ),
        (
            "accounts:\n  A:\n    channel: custom\n    secrets: {BAD: x}",
            ["line 4: accounts.A.secrets.BAD: A name is like signing_secret."],
        ),
        ("teams: {A: {secrets: {a: b}}}", ["line 1: teams.A.secrets: There is no key 'secrets'."]),
        (
            "idle_codes:\n  A: {default: true}\n  B: {default: true}",
            ["line 3: idle_codes.B.default: Only one idle code can be the default; 'A' is one"],
        ),
        (
            "accounts:\n  A:\n    channel: sms\n    address: 4912345",
            ["line 4: accounts.A.address: Input should be a valid string; put it in quotes."],
        ),
        ("a: &a [x]\nteams: {A: !!python/object:os.system {}}", ["line 1: a: There is no key"]),
        ("settings: {other: {}}", ["line 1: settings.other: There is one set of settings"]),
    ],
)
async def test_every_fault_has_its_line(here: Installation, text: str, faults: list[str]) -> None:
    found = await here.faults(text)
    assert len(found) == len(faults), found
    for one, wanted in zip(found, faults, strict=True):
        assert one.startswith(wanted), one


async def test_prune_deletes_only_what_is_free_and_named(here: Installation) -> None:
    await here.apply(COMPANY)
    used = "line 1: skills.German: The skill 'German' is used by the"
    first, second = await here.faults("skills: {}", prune=True)
    assert first == f"{used} entry point 'Hook' (skills.0.skill). Change that first."
    assert second == f"{used} user 'Ana Example' (skills.0.skill). Change that first."
    assert "last active administrator" in "".join(
        await here.faults("users: {}\nqueues: {}\nreasons: {}\nentry_points: {}", prune=True)
    )
    made = await here.apply("reasons: {}\nteams: {Support: , Sales: , New: }", prune=True)
    assert [(c["action"], c["name"]) for c in made] == [
        ("replace", "Support"),
        ("create", "New"),
        ("delete", "Sold"),
    ]
    await here.apply("entry_points: {}\naccounts: {}", prune=True)
    assert "Hook" not in here.export()


async def test_prune_refuses_what_is_at_work(centre: Centre, root: Administrator) -> None:
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    await page.start()
    assert await centre.route() == 1
    await ana.catch_up(await centre.position())
    text = (
        (await root.send("GET", "/config"))
        .text.replace("Ana:", "Anna:")
        .replace("login: ana", "login: anna")
    )
    answer = await root.send("PUT", "/config?prune=true", content=text)
    refused = error(answer, 422, "invalid_document")
    assert [f["message"] for f in refused["details"]["fields"]] == [
        "'Ana' has 1 open conversation. They must be transferred, or ended and wrapped up, first."
    ]


async def test_over_http(centre: Centre, root: Administrator) -> None:
    answer = await root.send("GET", "/config")
    assert answer.headers["content-type"].startswith("application/yaml")
    same = await root.send("PUT", "/config", content=answer.text)
    assert same.json() == {"dry_run": False, "changes": []}
    text = answer.text.replace("company: Test", "company: Other")
    dry = (await root.send("PUT", "/config?dry_run=true", content=text)).json()
    assert dry == {
        "dry_run": True,
        "changes": [
            {
                "action": "replace",
                "kind": "settings",
                "name": "settings",
                "fields": [{"path": "company", "before": "Test", "after": "Other"}],
            }
        ],
    }
    assert (await root.send("GET", "/config")).text == answer.text
    bad = await root.send("PUT", "/config", content="users: {A: {login: aa, password: '${HOME}'}}")
    words = error(bad, 422, "invalid_document")["details"]["fields"][0]
    assert words["line"] == 1
    assert "on the server only" in words["message"]
    error(await root.send("PUT", "/config", content=b"\xff"), 400, "malformed")
    error(await root.send("PUT", "/config", content="x" * 2_000_001), 413, "too_large")


async def test_aliases_do_not_explode(here: Installation) -> None:
    text = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{','.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(9)
    )
    assert "too many values" in (await here.faults(text))[0]
    assert "too many values" in (await here.faults("teams: &a {A: *a}"))[0]
    assert "nested too deeply" in (await here.faults("[" * 5000))[0]


def test_yaml_has_no_surprises(tmp_path: Path) -> None:
    values = ["no", "on", "09:00", "12:30:00", "2026-12-24", "1e3", "0x10", "~", "", "1_000", "="]
    values += [
        "null",
        "true",
        "+49",
        " x ",
        "a: b",
        "# x",
        "é☃\u2028",
        "multi\nline\n",
        "'\"",
        "<<",
    ]
    assert parse(dump({"v": values, "yes": {"1": 2.5}})).data == {"v": values, "yes": {"1": 2.5}}
