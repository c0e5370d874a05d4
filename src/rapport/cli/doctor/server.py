"""The server of these settings, asked over HTTP as a load balancer would."""

from __future__ import annotations

import asyncio
import re

import asyncpg
import httpx2

from rapport.cli.doctor.checks import Check, check
from rapport.settings import Settings

TRIES = 5
PAUSE_S = 0.5
PATIENCE_S = 15.0
"""A server under load answers late; one that takes longer stands still."""
_POSITION = re.compile(r"^rapport_stream_position (\S+)$", re.MULTILINE)
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - recognised, not listened on


async def examine_server(settings: Settings, dsn: str) -> list[Check]:
    """Whether it answers, is ready, and has fanned out what the database holds."""
    base = f"http://{_EVERYWHERE.get(settings.host, settings.host)}:{settings.port}"
    async with httpx2.AsyncClient(base_url=base, timeout=PATIENCE_S) as client:
        try:
            ready = await client.get("/readyz")
        except httpx2.HTTPError as error:
            words = (
                f"No server answers at {base} ({type(error).__name__})."
                " That is right if none should run here."
            )
            return [Check("server", "warning", words)]
        words = f"The server at {base} is not ready: {ready.text[:200]}"
        server = check(ready.status_code == 200, "server", "failed", f"{base} is ready", words)
        return [server, await _stream(client, dsn)]


async def _stream(client: httpx2.AsyncClient, dsn: str) -> Check:
    """Positions committed before we asked must have been fanned out soon after."""
    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        newest = await connection.fetchval("SELECT coalesce(max(pos), 0) FROM stream_commit")
    finally:
        await connection.close()
    there = 0.0
    for _ in range(TRIES):
        found = _POSITION.search((await client.get("/metrics")).text)
        there = float(found[1]) if found else 0.0
        if there >= newest:
            return Check("stream", "ok", f"at position {newest}")
        await asyncio.sleep(PAUSE_S)
    words = (
        f"The server has sent desktops what happened until {there:.0f}, the database is at"
        f" {newest}: desktops stand still. Restart the node with the role api."
    )
    return Check("stream", "failed", words)
