"""The Python client is the one of the API, and its examples work against a real server."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from tools import python_client

from tests.centre import PASSWORD, PATIENCE_S, Centre, TestClock, furnish, serving
from tests.configuration.administrator import Administrator

CLIENT = Path(__file__).parents[2] / "clients" / "python"
SECRET = "a-signing-secret"


@pytest_asyncio.fixture
async def centre(database: str, tmp_path: Path) -> AsyncIterator[Centre]:
    async with serving(database, tmp_path, TestClock()) as centre:
        await furnish(centre)
        await centre.person("root", "administrator", "supervisor")
        yield centre


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(CLIENT), **more}


async def example(centre: Centre, name: str, *arguments: str, code: int = 0) -> str:
    """Run an example as root; what it prints, errors included."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(CLIENT / "examples" / f"{name}.py"), *arguments),
        env=environment(RAPPORT_URL=centre.url, RAPPORT_LOGIN="root", RAPPORT_PASSWORD=PASSWORD),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await process.communicate()
    assert process.returncode == code, out.decode()
    return out.decode()


def test_it_is_made_from_the_description() -> None:
    for path, text in python_client.files().items():
        assert path.read_text(encoding="utf-8") == text, f"run tools/python_client.py: {path.name}"
    made = {path.name for path in python_client.files()}
    assert {p.name for p in (CLIENT / "rapport_client" / "api").glob("*.py")} <= made


async def test_conversations_are_listed(centre: Centre) -> None:
    page = await centre.visitor()
    await page.start("Where is my teapot?")
    await centre.node.indexer.catch_up()
    (found,) = (await example(centre, "list_conversations", "teapot")).splitlines()
    stored = await centre.node.database.pool.fetchval("SELECT id FROM conversation")
    assert stored in json.loads(found).values()


async def test_a_report_is_exported(centre: Centre) -> None:
    told = await example(centre, "export_report", "2026-11-23", "2026-11-23")
    assert "arrived" in told.lower()


async def test_a_configuration_is_applied_or_refused_by_path(
    centre: Centre, tmp_path: Path
) -> None:
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text("teams: {Nights: {}}\n", encoding="utf-8")
    bad.write_text("queues: {Slow: {channels: [fax]}}\n", encoding="utf-8")
    assert "Nights" in await example(centre, "apply_configuration", str(good))
    assert "Nights" in [i.name for i in centre.node.configuration.current.by_kind["teams"]]
    assert "channels" in await example(centre, "apply_configuration", str(bad), code=1)


async def test_webhooks_are_received_once(centre: Centre) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(CLIENT / "examples" / "receive_webhooks.py"), "0"),
        env=environment(RAPPORT_WEBHOOK_SECRET=SECRET),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(PATIENCE_S):
            port = int((await process.stdout.readline()).split()[-1])
            # The centre's clock stands still; the receiver's does not.
            root = await Administrator.sign_in(centre, "root")
            spec = {"url": f"http://127.0.0.1:{port}/"}
            made = await root.create("webhooks", "X", spec, secrets={"signing_secret": SECRET})
            path = f"/webhooks/{made['id']}/test"
            late = (await root.send("POST", path, {})).json()
            assert late["status"] == 401, "too old to be believed"
            centre.clock.moment = await centre.node.database.pool.fetchval("SELECT now()")
            root = await Administrator.sign_in(centre, "root")
            assert (await root.send("POST", path, {})).json()["state"] == "delivered"
            assert b"test" in await process.stdout.readline()
    finally:
        process.kill()
        await process.wait()


async def call(centre: Centre, code: str, **more: str) -> str:
    """Run some lines with a client signed in as root."""
    script = (
        "import json, os\nfrom rapport_client import ApiError, Client\n"
        f"client = Client({centre.url!r}, retries=0)\n"
        f"client.sign_in('root', {PASSWORD!r})\n{code}\n"
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", script), env=environment(**more), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    return out.decode()


async def test_versions_keys_and_refusals(centre: Centre) -> None:
    told = await call(
        centre,
        _lines(
            [
                "draft = {'name': 'Days', 'spec': {}}",
                "one = client.configuration.create_team(draft, idempotency_key='the-same-key')",
                "two = client.configuration.create_team(draft, idempotency_key='the-same-key')",
                "codes = []",
                "def refused(ask):",
                "    try: ask()",
                "    except ApiError as error: codes.append([error.status, error.code])",
                "refused(lambda: client.configuration.delete_team(one['id'], version=99))",
                "refused(lambda: client.configuration.get_team(1))",
                "client.configuration.delete_team(one['id'], version=one['version'])",
                "print(json.dumps([one['id'] == two['id'], codes]))",
            ]
        ),
    )
    assert json.loads(told) == [True, [[412, "stale_version"], [404, "not_found"]]]


async def test_a_token_is_sent_as_such_and_nowhere_else(centre: Centre) -> None:
    asked: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readuntil(b"\r\n\r\n")).decode().lower())
        writer.write(b"HTTP/1.1 302 x\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        told = await call(
            centre,
            f"other = Client('http://127.0.0.1:{port}', 'rpt_abc', retries=0)\n"
            "try: other.reports.own_figures()\n"
            "except ApiError as error: print(error.status)",
        )
    assert told.strip() == "302"
    (head,) = asked
    assert "authorization: bearer rpt_abc" in head


def _lines(lines: list[str]) -> str:
    return "\n".join(lines)
