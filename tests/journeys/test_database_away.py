"""The database goes away and comes back: nothing acknowledged is lost, doubled or out of order."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from rapport.storage.embedded import EmbeddedPostgres
from rapport.storage.migrations import upgrade
from tests.centre import TestClock, furnish, serving
from tests.journeys.test_outbox import SECRET, deliver


async def test_webhooks_are_spooled_and_replayed_in_order(tmp_path: Path) -> None:
    postgres = EmbeddedPostgres(tmp_path / "postgres")
    await postgres.start()
    try:
        await upgrade(postgres.dsn)
        async with serving(postgres.dsn, tmp_path / "data", TestClock()) as centre:
            await furnish(centre)
            account = await centre.put(
                "accounts", "custom", {"channel": "custom"}, {"signing_secret": SECRET}
            )
            await centre.put(
                "entry_points", "custom entry", {"account": account, "queue": centre.ids["sales"]}
            )

            def body(number: int) -> bytes:
                message = {"id": f"m{number}", "from": "+100", "text": f"number {number}"}
                return json.dumps({"messages": [message]}).encode()

            assert (await deliver(centre, account, body(0))).status_code == 200
            await postgres.stop()
            for number in range(1, 6):
                assert (await deliver(centre, account, body(number))).status_code == 200
            spooled = list((tmp_path / "data" / "spool").rglob("*.request"))
            assert len(spooled) == 5
            assert not any(b"number" in path.read_bytes() for path in spooled), "encrypted"
            assert (await deliver(centre, account, body(9), "sha256=00")).status_code == 401

            await postgres.start()
            # A provider repeats itself while the spool is being drained.
            for _ in range(3):
                assert (await deliver(centre, account, body(3))).status_code == 200
            async with asyncio.timeout(60):
                while centre.node.context.spool.depth:
                    await asyncio.sleep(0.01)
            rows = await centre.node.database.pool.fetch(
                "SELECT text FROM message WHERE direction = 'inbound' ORDER BY seq"
            )
            assert [row["text"] for row in rows] == [f"number {n}" for n in range(6)]
    finally:
        await postgres.stop()
