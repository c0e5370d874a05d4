"""A backup restores into an empty place, equal table by table and file by file."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
import re
import tarfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from typer.testing import CliRunner

from rapport.cli import app
from rapport.cli.backing_up import run_backup, run_restore
from rapport.storage import migrations
from rapport.storage.backup import BackupError, Source, back_up, restore, tables, taking
from rapport.storage.backup.restore import examine
from rapport.storage.files import LocalFiles
from tests.bucket import PREFIX, TestBucket
from tests.centre import Centre, TestClock, furnish, serving
from tests.database import DatabaseServer
from tests.journeys.test_outbox import SECRET, deliver

KEY = "k" * 40
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
WORDS = "correct horse battery"


@asynccontextmanager
async def empty_database(server: DatabaseServer) -> AsyncIterator[str]:
    async with server.new_database() as dsn:
        connection = await asyncpg.connect(dsn)
        await connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        await connection.close()
        yield dsn


async def contents(dsn: str) -> dict[str, list[str]]:
    """Every row of every table as text; the stream's epoch is left out, which is to change."""
    connection = await asyncpg.connect(dsn)
    try:
        names = await connection.fetch("SELECT relname FROM pg_stat_user_tables ORDER BY 1")
        found = {}
        for (name,) in names:
            rows = await connection.fetch(f'SELECT t::text FROM "{name}" t ORDER BY 1')
            found[name] = [row[0] for row in rows]
        found["sequences"] = [
            str(tuple(row))
            for row in await connection.fetch("SELECT sequencename, last_value FROM pg_sequences")
        ]
        found["installation"] = [re.sub(r"\(t,\w+,", "(t,-,", r) for r in found["installation"]]
        return found
    finally:
        await connection.close()


async def epoch(dsn: str) -> str:
    connection = await asyncpg.connect(dsn)
    try:
        return str(await connection.fetchval("SELECT stream_epoch FROM installation"))
    finally:
        await connection.close()


def files(data: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(data)): path.read_bytes()
        for name in ("files", "spool")
        for path in sorted((data / name).rglob("*"))
        if path.is_file()
    }


def source(dsn: str, data: Path) -> Source:
    return Source(dsn, data, KEY.encode(), "0.1.0")


async def lively(centre: Centre, data: Path) -> None:
    """A conversation with an answer, a file, and a request in the spool."""
    ana = await centre.sign_in("ana")
    page = await centre.visitor()
    await page.start("Tab\there,\nnew line, \\N and ünïcode \U0001f600")
    await centre.route()
    await ana.catch_up(await centre.position())
    task = next(iter(ana.state.tasks.values()))
    await ana.post(f"/tasks/{task['id']}/accept")
    await ana.post(f"/tasks/{task['id']}/messages", {"text": "Good morning", "client_id": "c1"})
    key = await LocalFiles(data / "files").put(b"\x00\xff a file")
    await centre.node.database.pool.execute(
        "INSERT INTO attachment SELECT 1, id, 'a.bin', 'application/pdf', 9, $1, true, now()"
        " FROM conversation LIMIT 1",
        key,
    )
    await centre.node.context.spool.keep(centre.ids["site"], b"{}")


async def test_restored_equal_table_by_table_and_file_by_file(
    database: str, database_server: DatabaseServer, tmp_path: Path
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    async with serving(database, here, TestClock(), roles=frozenset()) as centre:
        await furnish(centre)
        await lively(centre, here)
    await made_and_compared(database, database_server, here, there, tmp_path / "one.backup")


async def made_and_compared(
    database: str, server: DatabaseServer, here: Path, there: Path, target: Path
) -> None:
    made = await back_up(source(database, here), target, NOW, passphrase=WORDS, with_key=True)
    assert made["files"] == 1
    assert made["spooled"] == 1
    assert target.stat().st_mode & 0o077 == 0
    assert b"Good morning" not in target.read_bytes()
    async with empty_database(server) as dsn:
        about = examine(target, WORDS)
        await restore(target, dsn, there, None, passphrase=WORDS, about=about)
        original, copy = await contents(database), await contents(dsn)
        assert original.keys() == copy.keys()
        assert len(original["message"]) >= 2
        for table, rows in original.items():
            assert copy[table] == rows, table
        assert files(there) == files(here)
        assert len(files(there)) == 2
        assert (there / "secret.key").read_text() == KEY
        assert await epoch(dsn) != await epoch(database)
        assert not list(there.glob(".restoring*"))
        # The copy is an installation: people sign in, and the numbers go on where they stood.
        async with serving(dsn, there, TestClock()) as centre:
            ben = await centre.sign_in("ben")
            assert ben.snapshot["position"].split(".")[0] == await epoch(dsn)
            page = await centre.visitor()
            await page.start("Hello again")


async def test_one_snapshot_while_messages_are_being_written(
    database: str,
    database_server: DatabaseServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    async with serving(database, here, TestClock()) as centre:
        await furnish(centre)
        account = await centre.put(
            "accounts", "custom", {"channel": "custom"}, {"signing_secret": SECRET}
        )
        await centre.put(
            "entry_points", "custom entry", {"account": account, "queue": centre.ids["sales"]}
        )

        async def say(number: int) -> None:
            message = {"id": f"m{number}", "from": "+100", "text": f"number {number}"}
            body = json.dumps({"messages": [message]}).encode()
            assert (await deliver(centre, account, body)).status_code == 200

        await say(0)
        keeper = LocalFiles(here / "files")
        written = 0

        async def write() -> None:
            nonlocal written
            while True:
                written += 1
                key = await keeper.put(f"file {written}".encode())
                await centre.node.database.pool.execute(
                    "INSERT INTO attachment SELECT $1, id, 'a', 'text/plain', 1, $2, true, now()"
                    " FROM conversation LIMIT 1",
                    written,
                    key,
                )
                await say(written)

        writer = asyncio.create_task(write())
        while written < 20 and not writer.done():
            await asyncio.sleep(0.01)
        target = tmp_path / "two.backup"
        before = written

        async def dump_between_commits(*arguments: Any) -> None:
            """The real one; commits fall between the reading of any two tables."""
            seen = written
            await tables.dump(*arguments)
            while written <= seen and not writer.done():
                await asyncio.sleep(0)

        monkeypatch.setattr(taking, "dump", dump_between_commits)
        await back_up(source(database, here), target, NOW, passphrase=None, with_key=False)
        assert written > before + 30
        during = written
        while written < during + 20 and not writer.done():
            await asyncio.sleep(0.01)
        assert writer.cancel(), writer.exception()
        async with empty_database(database_server) as dsn:
            about = examine(target, None)
            await restore(target, dsn, there, KEY, passphrase=None, about=about)
            await whole_and_a_past_of(dsn, database, there)


async def whole_and_a_past_of(dsn: str, original: str, data: Path) -> None:
    copy, now = await asyncpg.connect(dsn), await asyncpg.connect(original)
    try:
        count = await copy.fetchval("SELECT count(*) FROM message")
        assert 15 < count < await now.fetchval("SELECT count(*) FROM message")
        # All tables are of the same moment: the conversation counts what the messages are,
        # and the log says what happened until then, no more and no less.
        assert await copy.fetchval("SELECT last_seq FROM conversation") == await copy.fetchval(
            "SELECT max(seq) FROM message"
        )
        last = await copy.fetchval("SELECT max(pos) FROM stream_commit")
        log = (
            "SELECT e::text FROM event e JOIN stream_commit USING (commit_id) WHERE pos <= $1"
            " ORDER BY pos, ord"
        )
        assert await copy.fetch(log, last) == await now.fetch(log, last)
        stray = (
            "SELECT count(*) FROM event e LEFT JOIN stream_commit s USING (commit_id)"
            " WHERE s.pos IS NULL"
        )
        assert await copy.fetchval(stray) == 0
        for row in await copy.fetch("SELECT id, storage_key FROM attachment"):
            path = LocalFiles(data / "files").path(row["storage_key"])
            assert path.read_bytes() == f"file {row['id']}".encode()
    finally:
        await copy.close()
        await now.close()


async def test_an_older_backup_is_brought_up_to_date(
    database_server: DatabaseServer, tmp_path: Path
) -> None:
    oldest, newest = migrations.revisions()[0], migrations.revisions()[-1]
    target = tmp_path / "old.backup"
    async with empty_database(database_server) as old, empty_database(database_server) as dsn:
        await migrations.upgrade(old, oldest)
        connection = await asyncpg.connect(old)
        await connection.execute(
            "INSERT INTO configuration (id, kind, name, spec) VALUES (5, 'teams', 'Old', '{}')"
        )
        await connection.close()
        await back_up(source(old, tmp_path), target, NOW, passphrase=None, with_key=False)
        about = examine(target, None)
        assert about["revision"] == oldest
        await restore(target, dsn, tmp_path / "b", KEY, passphrase=None, about=about)
        assert await migrations.pending(dsn) == []
        found = await contents(dsn)
        assert found["alembic_version"] == [f"({newest})"]
        assert found["configuration"] == ["(5,teams,Old,{},,1)"]


async def test_what_is_refused(
    database: str, database_server: DatabaseServer, tmp_path: Path
) -> None:
    target = tmp_path / "a.backup"
    connection = await asyncpg.connect(database)
    await connection.execute(
        "INSERT INTO configuration (id, kind, name, spec) VALUES (5, 'teams', 'A', '{}')"
    )
    await connection.close()

    async def refusal(work: Any) -> str:
        with pytest.raises(BackupError) as refused:
            await work
        return refused.value.code

    def unread(path: Path, passphrase: str | None = None) -> str:
        with pytest.raises(BackupError) as refused:
            examine(path, passphrase)
        return refused.value.code

    made_with = source(database, tmp_path)
    assert (
        await refusal(back_up(made_with, target, NOW, passphrase=None, with_key=True))
        == "passphrase_needed"
    )
    await back_up(made_with, target, NOW, passphrase=WORDS, with_key=False)
    assert (
        await refusal(back_up(made_with, target, NOW, passphrase=None, with_key=False)) == "exists"
    )
    nowhere = tmp_path / "none" / "a"
    assert (
        await refusal(back_up(made_with, nowhere, NOW, passphrase=None, with_key=False))
        == "not_writable"
    )
    assert unread(target) == "passphrase_needed"
    assert unread(target, "another") == "passphrase_wrong"
    assert unread(tmp_path / "none") == "unreadable"
    cut = tmp_path / "cut"
    cut.write_bytes(target.read_bytes()[:-5])
    assert unread(cut, WORDS) == "passphrase_wrong"

    about = examine(target, WORDS)
    plain = {"passphrase": WORDS, "about": about}
    assert await refusal(restore(target, database, tmp_path / "b", KEY, **plain)) == "not_empty"
    async with empty_database(database_server) as dsn:
        assert await refusal(restore(target, dsn, tmp_path / "b", None, **plain)) == "wrong_key"
        assert await refusal(restore(target, dsn, tmp_path / "b", "z" * 40, **plain)) == "wrong_key"
        assert (await contents(dsn))["configuration"] == []
        used = tmp_path / "used"
        await LocalFiles(used / "files").put(b"somebody's")
        assert await refusal(restore(target, dsn, used, KEY, **plain)) == "not_empty"
        await restore(target, dsn, tmp_path / "b", KEY, **plain)
        assert len((await contents(dsn))["configuration"]) == 1


async def test_damage_and_the_future_are_found(database: str, tmp_path: Path) -> None:
    target = tmp_path / "a.backup"
    await back_up(source(database, tmp_path), target, NOW, passphrase=None, with_key=False)

    def altered(name: str, change: Any) -> Path:
        """The archive with one member changed; the manifest vouches for it if it is `about`."""
        members = {}
        with tarfile.open(target) as tar:
            for member in tar:
                file = tar.extractfile(member)
                assert file is not None
                members[member.name] = file.read()
        members[name] = change(members[name])
        manifest = json.loads(members["manifest.json"])
        if name == "about.json":
            manifest["sha256"][name] = hashlib.sha256(members[name]).hexdigest()
            members["manifest.json"] = json.dumps(manifest).encode()
        path = tmp_path / f"altered {len(list(tmp_path.iterdir()))}"
        with tarfile.open(path, "w:gz") as tar:
            for member_name, data in members.items():
                info = tarfile.TarInfo(member_name)
                info.size = len(data)
                tar.addfile(info, BytesIO(data))
        return path

    def code(path: Path) -> str:
        with pytest.raises(BackupError) as refused:
            examine(path, None)
        return refused.value.code

    assert examine(altered("about.json", lambda data: data), None)["format"] == 1
    newer = altered(
        "about.json", lambda d: json.dumps({**json.loads(d), "revision": "9999"}).encode()
    )
    assert code(newer) == "newer"
    later = altered("about.json", lambda d: json.dumps({**json.loads(d), "format": 2}).encode())
    assert code(later) == "newer"
    assert code(altered("database/installation/000000", lambda d: d + b"x")) == "damaged"
    cut = tmp_path / "cut"
    cut.write_bytes(target.read_bytes()[: target.stat().st_size // 2])
    assert code(cut) == "unreadable"
    nothing = tmp_path / "nothing"
    nothing.write_bytes(gzip.compress(b""))
    assert code(nothing) in {"unreadable", "damaged"}


def test_the_embedded_database_by_the_command_line(tmp_path: Path) -> None:
    def run(data: str, *arguments: str, given: str = "", code: int = 0) -> str:
        environment = {"RAPPORT_DATA": str(tmp_path / data), "RAPPORT_BACKUP_PASSPHRASE": WORDS}
        done = CliRunner().invoke(app, arguments, input=given, env=environment)
        assert done.exit_code == code, done.output
        return done.output

    target = str(tmp_path / "centre.backup")
    run("here", "user", "add", "root", "--password-stdin", given="a-good-password\n")
    assert "tables" in run("here", "backup", target, "--with-key")
    assert '"revision"' in run("there", "restore", target, "--check")
    assert not (tmp_path / "there").exists()
    assert "not_empty" in run("here", "restore", target, code=1)
    assert "Restored what Rapport" in run("there", "restore", target)
    assert run("there", "user", "list") == run("here", "user", "list")
    assert "root" in run("there", "user", "list")
    key = (tmp_path / "here" / "secret.key").read_text()
    assert (tmp_path / "there" / "secret.key").read_text() == key


async def test_files_of_a_bucket_are_not_in_it_and_it_says_so(
    database: str,
    database_server: DatabaseServer,
    bucket: TestBucket,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    (here / "files" / "ab").mkdir(parents=True)
    (here / "files" / "ab" / "abc").write_bytes(b"from before the bucket")
    target, place = tmp_path / "a.backup", f"s3://{bucket.name}/{PREFIX}"

    def installed(data: Path, dsn: str, *, in_bucket: bool) -> None:
        monkeypatch.setenv("RAPPORT_DATA", str(data))
        monkeypatch.setenv("RAPPORT_DATABASE_URL", dsn)
        monkeypatch.setenv("RAPPORT_SECRET_KEY", KEY)
        for name, value in bucket.settings.items():
            if in_bucket:
                monkeypatch.setenv(f"RAPPORT_{name.upper()}", value)
            else:
                monkeypatch.delenv(f"RAPPORT_{name.upper()}")

    installed(here, database, in_bucket=True)
    assert await run_backup(target, None, with_key=False) == 0
    told = capsys.readouterr().out
    assert " 0 files" in told
    assert f"Files are NOT in it: they are in {place}." in told
    assert await run_restore(target, None, check_only=True) == 0
    assert f'"files_in": "{place}"' in capsys.readouterr().out
    async with empty_database(database_server) as dsn:
        installed(there, dsn, in_bucket=True)
        assert await run_restore(target, None, check_only=False) == 0
        assert "both would delete in it" in capsys.readouterr().out
        assert files(there) == {}
    async with empty_database(database_server) as dsn:
        installed(tmp_path / "third", dsn, in_bucket=False)
        assert await run_restore(target, None, check_only=False) == 0
        assert f"The backup has no files: they were in {place}." in capsys.readouterr().out
