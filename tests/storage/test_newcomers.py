"""New customers in one batch: those that are known already keep their contact."""

from __future__ import annotations

import asyncpg

from rapport.clock import SystemClock
from rapport.domain.message import InboundMessage
from rapport.storage.configuration_writer import Put, write_configuration
from rapport.storage.database import Database
from rapport.storage.ingest_customers import Newcomer, welcome


async def test_who_is_known_keeps_the_contact_and_others_get_one(database: str) -> None:
    pool = await Database.connect(database)
    now = SystemClock().now()
    put = Put("accounts", "a", {"channel": "custom"})
    (account,) = await write_configuration(pool, [put], None, now)
    raw = await asyncpg.connect(database)
    scope = str(account)
    await raw.execute("INSERT INTO contact (id, name) VALUES (7, 'Dana Example')")
    await raw.execute("INSERT INTO contact_identity VALUES ('custom', $1, 'dana', 7)", scope)
    await raw.execute(
        "INSERT INTO opt_out (account_id, contact_key, at) VALUES ($1, 'kim', $2)", account, now
    )
    newcomers = [
        Newcomer(
            (account, key),
            "custom",
            InboundMessage(external_id=key, contact_key=key, text="Hi", name=key.title()),
        )
        for key in ("dana", "kim", "robin")
    ]
    for _ in range(2):  # a second node makes the same ones
        async with pool.pool.acquire() as connection, connection.transaction():
            await welcome(connection, newcomers, await pool.new_ids(6), now)
    found = await raw.fetch(
        "SELECT c.contact_key, p.id = 7 AS known, p.name, c.opted_out_at IS NOT NULL AS out"
        " FROM conversation c JOIN contact p ON p.id = c.contact_id ORDER BY 1"
    )
    assert [tuple(row) for row in found] == [
        ("dana", True, "Dana Example", False),
        ("kim", False, "Kim", True),
        ("robin", False, "Robin", False),
    ]
    assert await raw.fetchval("SELECT count(*) FROM contact") == 3
    await raw.close()
    await pool.close()
