"""The doctor finds what is planted, and nothing where nothing is."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from rapport.cli import doctor
from rapport.cli.doctor import diagnose, machine
from rapport.cli.doctor.checks import RUNBOOKS, Check
from rapport.clock import SystemClock
from rapport.settings import Settings
from rapport.storage.embedded.endpoint import free_port
from rapport.storage.examination import Findings, examine_database
from tests.centre import Centre, TestClock, furnish, serving
from tests.contract.email.imap_servers import PASSWORD, USER, pymap
from tests.journeys.providers import GRAPH, whatsapp
from tests.journeys.test_email import mailbox

ROOT = Path(__file__).parents[2]


@dataclass
class Patient:
    """A running centre with a WhatsApp number and a mailbox, and the settings it runs by."""

    centre: Centre
    settings: Settings
    patch: pytest.MonkeyPatch
    whatsapp: int
    imap_port: int

    async def examined(self, **changed: Any) -> dict[str, Check]:
        settings = self.settings.model_copy(update=changed)
        return {check.name: check for check in await diagnose(settings, probing=True)}

    async def sql(self, statement: str, *arguments: Any) -> None:
        connection = await asyncpg.connect(self.settings.database_url)
        await connection.execute(statement, *arguments)
        await connection.close()

    async def mail_settings(self, secrets: dict[str, str] | None = None, **more: Any) -> None:
        spec = self.centre.node.configuration.current.account_specs[self.centre.ids["mail"]]
        raw = spec.model_dump(mode="json", exclude_defaults=True)
        raw["settings"].update(more)
        await self.centre.put("accounts", "mail", raw, secrets)


@pytest_asyncio.fixture
async def patient(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Patient]:
    monkeypatch.setattr(machine, "LEAST_DISK", 1)
    data = tmp_path / "data"
    async with AsyncExitStack() as stack:
        centre = await stack.enter_async_context(serving(database, data, TestClock()))
        await furnish(centre)
        await centre.person("root", "administrator")
        number = await stack.enter_async_context(whatsapp(centre))
        imap = stack.enter_context(pymap(tmp_path))
        await stack.enter_async_context(mailbox(centre))
        settings = Settings(
            data=data,
            database_url=database,
            port=int(centre.url.rsplit(":", 1)[1]),
            secret_key="k" * 40,
            public_url="https://rapport.example",
            private_networks="127.0.0.0/8",
            provider_timeout_s=2,
        )
        one = Patient(centre, settings, monkeypatch, number.account, imap.port)
        login = {
            "imap_host": "127.0.0.1",
            "imap_port": imap.port,
            "imap_security": "plain",
            "user": USER,
            # The postbox takes no password, and the mailbox's would be offered to it.
            "smtp_host": "",
        }
        await one.mail_settings({"password": PASSWORD}, **login)
        await centre.node.database.pool.execute("UPDATE agent SET seen_at = now()")

        async def resolved(_host: str, _port: int = 0) -> list[str]:
            return ["93.184.216.34"]

        # Names of the outside world are not asked for in tests.
        monkeypatch.setattr(machine, "addresses_of", resolved)
        yield one


async def old_server(p: Patient) -> dict[str, Check]:
    p.patch.setattr("rapport.cli.doctor.database.OLDEST_SERVER", 999_999)
    return await p.examined()


async def unreachable(p: Patient) -> dict[str, Check]:
    return await p.examined(database_url=f"postgresql://nobody@127.0.0.1:{free_port()}/x")


async def lacking_migrations(p: Patient) -> dict[str, Check]:
    await p.sql("UPDATE alembic_version SET version_num = '0001'")
    return await p.examined()


async def newer_schema(p: Patient) -> dict[str, Check]:
    await p.sql("UPDATE alembic_version SET version_num = '9999'")
    return await p.examined()


async def wrong_time(p: Patient) -> dict[str, Check]:
    class Slow(SystemClock):
        def now(self) -> Any:
            return super().now() - timedelta(seconds=7)

    p.patch.setattr(doctor, "SystemClock", Slow)
    return await p.examined()


async def full_disk(p: Patient) -> dict[str, Check]:
    p.patch.setattr(machine, "LEAST_DISK", 10**18)
    return await p.examined()


async def wrong_key(p: Patient) -> dict[str, Check]:
    return await p.examined(secret_key="z" * 40)


async def open_key(p: Patient) -> dict[str, Check]:
    path = p.settings.data / "secret.key"
    path.parent.mkdir(exist_ok=True)
    path.write_text("k" * 40)
    path.chmod(0o644)
    return await p.examined(secret_key=None)


async def refused_token(p: Patient) -> dict[str, Check]:
    spec = p.centre.node.configuration.current.account_specs[p.whatsapp]
    raw = spec.model_dump(mode="json", exclude_defaults=True)
    secrets = {
        "app_secret": GRAPH.app_secret,
        "verify_token": GRAPH.verify_token,
        "access_token": "expired",
    }
    await p.centre.put("accounts", "whatsapp", raw, secrets)
    return await p.examined()


async def refused_mailbox(p: Patient) -> dict[str, Check]:
    await p.mail_settings({"password": "another"})
    return await p.examined()


async def refused_smtp(p: Patient) -> dict[str, Check]:
    await p.mail_settings({"password": PASSWORD}, smtp_host="127.0.0.1", smtp_port=free_port())
    return await p.examined()


async def no_public_url(p: Patient) -> dict[str, Check]:
    return await p.examined(public_url=None)


async def not_https(p: Patient) -> dict[str, Check]:
    return await p.examined(public_url="http://rapport.example")


async def hidden_url(p: Patient) -> dict[str, Check]:
    async def resolved(_host: str, _port: int = 0) -> list[str]:
        return ["10.1.2.3"]

    p.patch.setattr(machine, "addresses_of", resolved)
    return await p.examined()


async def wrong_load(p: Patient) -> dict[str, Check]:
    await p.sql("UPDATE agent SET used = '{1,0,0}' WHERE id = $1", p.centre.ids["ana"])
    return await p.examined()


async def full_spool(p: Patient) -> dict[str, Check]:
    folder = p.settings.data / "spool" / "77"
    folder.mkdir(parents=True)
    kept = folder / "000000000001.request"
    kept.write_bytes(b"x")
    os.utime(kept, (1_000_000_000, 1_000_000_000))
    return await p.examined()


async def stuck_outbox(p: Patient) -> dict[str, Check]:
    await p.sql(
        "INSERT INTO outbox_lane (id, account_id, due, last_job_id)"
        " VALUES (1, 1, now() - interval '1 hour', 1)"
    )
    return await p.examined()


async def dead_letters(p: Patient) -> dict[str, Check]:
    await p.sql("INSERT INTO outbox_dead VALUES (1, 1, 1, now(), 'gone')")
    return await p.examined()


async def stream_behind(p: Patient) -> dict[str, Check]:
    p.patch.setattr("rapport.cli.doctor.server.PAUSE_S", 0)
    # A position that nobody was told of.
    await p.sql("INSERT INTO stream_commit VALUES (1000000, 1)")
    return await p.examined()


async def no_server(p: Patient) -> dict[str, Check]:
    return await p.examined(port=free_port())


async def missing_file(p: Patient) -> dict[str, Check]:
    page = await p.centre.visitor()
    await page.start()
    await p.sql(
        "INSERT INTO attachment SELECT 1, id, 'a', 'text/plain', 1, 'abc0', true, now()"
        " FROM conversation LIMIT 1"
    )
    return await p.examined()


async def zeroed_wal(p: Patient) -> dict[str, Check]:
    # Only a superuser may switch it on, for the whole server: what was found is altered instead.
    async def examined(dsn: str, stale: timedelta) -> Findings:
        return replace(await examine_database(dsn, stale), wal_init_zero=True)

    p.patch.setattr(doctor, "examine_database", examined)
    return await p.examined()


async def plain_sign_in(p: Patient) -> dict[str, Check]:
    return await p.examined(public_url="http://rapport.example")


PLANTED: list[tuple[Callable[[Patient], Awaitable[dict[str, Check]]], str, str, str]] = [
    (unreachable, "database", "failed", "RAPPORT_DATABASE_URL cannot be used"),
    (old_server, "database", "failed", "15 or later"),
    (lacking_migrations, "migrations", "failed", "rapport migrate"),
    (newer_schema, "migrations", "failed", "newer Rapport"),
    (wrong_time, "clock", "failed", "NTP"),
    (full_disk, "disk", "failed", "Make room"),
    (wrong_key, "secrets", "failed", "Put that key back"),
    (open_key, "secret_key", "failed", "chmod 600"),
    (refused_token, "account:whatsapp", "failed", "/admin"),
    (refused_mailbox, "account:mail", "failed", "imap_failed"),
    (refused_smtp, "account:mail", "failed", "/admin"),
    (no_public_url, "public_url", "failed", "Nothing arrives at: whatsapp"),
    (not_https, "public_url", "failed", "https"),
    (hidden_url, "public_url", "warning", "10.1.2.3"),
    (wrong_load, "agent_load", "failed", "report this"),
    (full_spool, "spool", "failed", "role api"),
    (stuck_outbox, "outbox", "failed", "role worker"),
    (dead_letters, "dead_letters", "warning", "outbox_dead"),
    (stream_behind, "stream", "failed", "Restart the node"),
    (no_server, "server", "warning", "No server answers"),
    (missing_file, "files", "failed", "Restore them"),
    (zeroed_wal, "wal_init_zero", "warning", "ALTER SYSTEM"),
    (plain_sign_in, "sign_in", "failed", "TLS"),
]
EXPECTED = {"durability"}
"""The tests' database does not wait for the disk; that is found in every patient."""


async def test_a_sound_one_is_found_sound(patient: Patient) -> None:
    found = await patient.examined()
    assert {n: c for n, c in found.items() if c.status != "ok"}.keys() == EXPECTED
    assert {"account:whatsapp", "account:mail", "stream", "files"} <= found.keys()


@pytest.mark.parametrize(
    ("plant", "name", "status", "words"), PLANTED, ids=[p[0].__name__ for p in PLANTED]
)
async def test_planted(
    patient: Patient,
    plant: Callable[[Patient], Awaitable[dict[str, Check]]],
    name: str,
    status: str,
    words: str,
) -> None:
    found = await plant(patient)
    assert found[name].status == status, found
    assert words in found[name].message
    # And nothing else is blamed, but for what follows from it.
    follows = {not_https: {"sign_in"}, plain_sign_in: {"public_url"}}.get(plant, set())
    ill = {n for n, check in found.items() if check.status != "ok"}
    assert ill - EXPECTED == {name} | follows


@pytest.mark.parametrize("page", sorted(set(RUNBOOKS.values())))
def test_every_runbook_is_there(page: str) -> None:
    text = (ROOT / "docs" / "operations" / "runbooks" / f"{page}.md").read_text()
    assert text.startswith("# ")
    for part in ("## What you see", "## What to do"):
        assert part in text
    assert any(f"`{n}`" in text for n, found in RUNBOOKS.items() if found == page)
