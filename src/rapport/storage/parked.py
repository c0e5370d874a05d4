"""Raw input that was not taken in, encrypted, with the reason."""

from __future__ import annotations

from datetime import datetime

from rapport.storage.database import Database
from rapport.storage.secrets import Vault

MOST = 10_000
"""Kept at once; a flood must not fill the disk."""
_PARK = """
INSERT INTO parked_input (id, account_id, at, reason, raw)
SELECT $1, $2, $3, $4, $5 WHERE (SELECT count(*) FROM parked_input) < $6"""


async def park_input(
    database: Database, vault: Vault, account_id: int, reason: str, raw: bytes, now: datetime
) -> None:
    """Keep it, unless too much is kept already."""
    (parked_id,) = await database.new_ids(1)
    await database.pool.execute(_PARK, parked_id, account_id, now, reason, vault.encrypt(raw), MOST)
