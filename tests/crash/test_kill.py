"""kill -9 of the server under load: what was acknowledged is there, once."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import os
import signal
import socket
import sys
from pathlib import Path

import asyncpg
import httpx2

from rapport.bootstrap import SystemClock
from rapport.storage.configuration_writer import Put, write_configuration
from rapport.storage.database import Database
from rapport.storage.embedded import EmbeddedPostgres
from rapport.storage.migrations import upgrade
from rapport.storage.secrets import Vault

KEY, SECRET = "k" * 40, "a-signing-secret"
MESSAGES, SENDERS, KILLS = 900, 12, 3


async def start(dsn: str, data: Path, port: int) -> asyncio.subprocess.Process:
    env = {
        **os.environ,
        "RAPPORT_DATABASE_URL": dsn,
        "RAPPORT_DATA": str(data),
        "RAPPORT_PORT": str(port),
        "RAPPORT_SECRET_KEY": KEY,
        "RAPPORT_LOG_LEVEL": "error",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "rapport.cli", "serve", env=env
    )
    async with asyncio.timeout(60), httpx2.AsyncClient() as client:
        while True:
            try:
                if (await client.get(f"http://127.0.0.1:{port}/readyz")).status_code == 200:
                    return process
            except httpx2.HTTPError:
                pass
            assert process.returncode is None
            await asyncio.sleep(0.02)


async def test_nothing_acknowledged_is_lost_or_doubled(tmp_path: Path) -> None:
    postgres = EmbeddedPostgres(tmp_path / "postgres")
    await postgres.start()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    try:
        await upgrade(postgres.dsn)
        account = await configure(postgres.dsn)
        server = await start(postgres.dsn, tmp_path / "data", port)
        acknowledged: set[str] = set()
        numbers = iter(range(MESSAGES))

        async def sender() -> None:
            """A provider: repeats a delivery until it is answered, like all of them."""
            async with httpx2.AsyncClient(timeout=5) as client:
                for number in numbers:
                    message = {"id": f"m{number}", "from": f"c{number % 40}", "text": str(number)}
                    body = json.dumps({"messages": [message]}).encode()
                    digest = hmac.digest(SECRET.encode(), body, hashlib.sha256).hex()
                    url = f"http://127.0.0.1:{port}/webhooks/custom/{account}"
                    while True:
                        try:
                            answer = await client.post(
                                url,
                                content=body,
                                headers={"X-Rapport-Signature": f"sha256={digest}"},
                            )
                        except httpx2.HTTPError:
                            await asyncio.sleep(0.05)
                            continue
                        if answer.status_code == 200:
                            acknowledged.add(f"m{number}")
                            break
                        await asyncio.sleep(0.05)

        async def killer() -> asyncio.subprocess.Process:
            current = server
            for kill in range(KILLS):
                while len(acknowledged) < MESSAGES * (kill + 1) // (KILLS + 1):
                    await asyncio.sleep(0.01)
                os.kill(current.pid, signal.SIGKILL)
                await current.wait()
                current = await start(postgres.dsn, tmp_path / "data", port)
            return current

        async with asyncio.timeout(100):
            last, *_ = await asyncio.gather(killer(), *(sender() for _ in range(SENDERS)))
        connection = await asyncpg.connect(postgres.dsn)
        stored = [r["external_id"] for r in await connection.fetch("SELECT * FROM message")]
        logged = await connection.fetchval(
            "SELECT count(*) FROM event JOIN stream_commit USING (commit_id)"
            " WHERE kind = 'message.received'"
        )
        gaps = await connection.fetchval(
            "SELECT count(*) FROM conversation c WHERE last_seq <>"
            " (SELECT count(*) FROM message m WHERE m.conversation_id = c.id)"
        )
        positions = await connection.fetchrow(
            "SELECT max(pos) AS top, count(*) AS count FROM stream_commit"
        )
        await connection.close()
        last.terminate()
        await last.wait()
        assert len(stored) == len(set(stored)) == MESSAGES == len(acknowledged) == logged
        assert gaps == 0
        assert positions is not None
        assert positions["top"] == positions["count"]
    finally:
        await postgres.stop()


async def configure(dsn: str) -> int:
    database = await Database.connect(dsn)
    clock = SystemClock()
    sealed = Vault(KEY.encode()).seal({"signing_secret": SECRET})
    (queue,) = await write_configuration(
        database, [Put("queues", "q", {"channels": ["custom"]})], None, clock.now()
    )
    (account,) = await write_configuration(
        database, [Put("accounts", "a", {"channel": "custom"}, secrets=sealed)], None, clock.now()
    )
    await write_configuration(
        database,
        [Put("entry_points", "e", {"account": account, "queue": queue})],
        None,
        clock.now(),
    )
    await database.close()
    return account
