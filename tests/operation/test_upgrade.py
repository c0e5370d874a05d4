"""From the first schema's data to today's, looked at first."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest
from alembic.script import ScriptDirectory
from typer.testing import CliRunner

from rapport.cli import app
from rapport.storage import migrations
from rapport.storage.migrations.running import configuration
from tests.centre import PASSWORD, Centre, TestClock, serving
from tests.database import DatabaseServer
from tests.storage.test_backup import empty_database

FOUNDATION = """
INSERT INTO configuration (id, kind, name, spec) VALUES
    (1, 'settings', 'settings', '{"company": "Old"}'),
    (2, 'users', 'Sam', '{"login": "sam", "roles": ["agent", "supervisor"]}'),
    (3, 'queues', 'sales', '{"channels": ["webchat"]}'),
    (4, 'accounts', 'site', '{"channel": "webchat", "webchat": {"site_key": "old-site"}}'),
    (5, 'reasons', 'Sold', '{"default": true}');
INSERT INTO agent (id, version, status, status_since, mode, used, capacity, ready_since)
    VALUES (2, 1, 'offline', now(), 'blended', '{0,0,0}', '{3,5,5}', now());
INSERT INTO credential VALUES (2, 'old hash');
INSERT INTO session VALUES ('\\x01', 2, 'csrf', now(), now());
INSERT INTO contact (id, name, email) VALUES (10, 'Dana Example', 'dana@mail.example');
INSERT INTO contact_identity VALUES ('webchat', '4', 'v1', 10);
INSERT INTO conversation (id, account_id, contact_key, contact_id, last_seq, inbound_seq,
    created_at, last_message_at) VALUES (11, 4, 'v1', 10, 1, 1, now(), now());
INSERT INTO task (id, version, epoch, state, end_reason, conversation_id, contact_id, account_id,
    channel, kind, queue_id, priority, arrived_at, queued_at, waiting_since, ended_at, bucket,
    rank_at)
    VALUES (12, 3, 2, 'ended', 'handled', 11, 10, 4, 'webchat', 'chat', 3, 5, now(), now(), now(),
    now(), '3', now());
INSERT INTO leg (id, task_id, agent_id, queue_id, role, origin, state, outcome, offered_at,
    accepted_at, closed_at, reason_ids)
    VALUES (13, 12, 2, 3, 'owner', 'routed', 'closed', 'handled', now(), now(), now(), '{5}');
INSERT INTO message (id, conversation_id, account_id, task_id, seq, inbound_seq, direction,
    author_kind, text, customer_sees, created_at)
    VALUES (14, 11, 4, 12, 1, 1, 'inbound', 'customer', 'From the first days', true, now());
INSERT INTO event (commit_id, ord, at, kind, conversation_id, task_id, audience, customer)
    VALUES (15, 0, now(), 'message.received', 11, 12, '{queue.3}', true);
SELECT seal(15);
SELECT setval('id_block', 5);
"""


def command(dsn: str, data: Path, *arguments: str, code: int = 0) -> str:
    environment = {"RAPPORT_DATABASE_URL": dsn, "RAPPORT_DATA": str(data)}
    done = CliRunner().invoke(app, arguments, env=environment)
    assert done.exit_code == code, done.output
    return done.output


async def run(dsn: str, data: Path, *arguments: str, code: int = 0) -> str:
    return await asyncio.to_thread(command, dsn, data, *arguments, code=code)


async def execute(dsn: str, statements: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(statements)
    await connection.close()


async def test_the_foundations_data_is_served_by_todays_server(
    database_server: DatabaseServer, tmp_path: Path
) -> None:
    async with empty_database(database_server) as dsn:
        await migrations.upgrade(dsn, migrations.revisions()[0])
        await execute(dsn, FOUNDATION)
        later = migrations.revisions()[1:]
        told = await run(dsn, tmp_path, "migrate", "--check")
        assert f"{len(later)} migrations to run: {', '.join(later)}" in told
        assert "rapport backup FILE" in told
        assert await migrations.pending(dsn) == later, "looking changes nothing"
        await run(dsn, tmp_path, "migrate")
        assert "up to date" in await run(dsn, tmp_path, "migrate", "--check")
        async with serving(dsn, tmp_path, TestClock()) as centre:
            await read_and_go_on(centre)


async def read_and_go_on(centre: Centre) -> None:
    await centre.node.context.access.set_password(2, PASSWORD)
    sam = await centre.sign_in("sam", available=False)
    thread = await sam.get("/conversations/11/messages")
    assert [m["text"] for m in thread["items"]] == ["From the first days"]
    contact = await sam.get("/contacts/10")
    assert contact["contact"]["name"] == "Dana Example"
    assert contact["conversations"][0]["tasks"] == 1
    # New ids do not meet old ones, and the configuration can still be written.
    created = await centre.put("teams", "New", {})
    assert created >= 6000
    await centre.settle()


async def test_a_newer_database_is_left_alone(database: str, tmp_path: Path) -> None:
    await execute(database, "UPDATE alembic_version SET version_num = '9999'")
    assert "newer Rapport (schema 9999)" in await run(
        database, tmp_path, "migrate", "--check", code=1
    )
    assert "newer Rapport" in await run(database, tmp_path, "migrate", code=1)


@pytest.mark.parametrize("url", ["postgresql://nobody@127.0.0.1:1/x"])
def test_without_a_database(url: str, tmp_path: Path) -> None:
    assert "cannot be used" in command(url, tmp_path, "migrate", "--check", code=1)


def test_the_numbers_of_the_files_are_alembics_chain() -> None:
    script = ScriptDirectory.from_config(configuration())
    chain = [found.revision for found in script.walk_revisions()]
    assert migrations.revisions() == chain[::-1]


def test_a_start_without_migrations_does_without_alembic(database: str) -> None:
    code = (
        "import asyncio, sys; from rapport.storage import migrations;"
        " asyncio.run(migrations.upgrade(sys.argv[1]));"
        " sys.exit('alembic' in sys.modules or 'sqlalchemy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code, database], check=False).returncode == 0
