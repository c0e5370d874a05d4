"""People as administrators and operators deal with them: found, exported, erased."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from rapport.storage.database import Database
from rapport.storage.files import Files
from rapport.storage.privacy import erase, export, find_people
from rapport.storage.privacy.erasure import Erased
from rapport.storage.removals import Removals
from rapport.storage.secrets import Vault


class People:
    """The doors to `storage.privacy` with what they need."""

    def __init__(self, database: Database, files: Files, vault: Vault, spool: Path) -> None:
        self._database = database
        self._removals = Removals(database, files)
        self._files = files
        self._vault = vault
        self._spool = spool

    async def find(self, text: str) -> list[dict[str, Any]]:
        """Contacts by part of a name, an address or a number."""
        async with self._database.pool.acquire() as connection:
            return await find_people(connection, text)

    async def export(self, contact_id: int, target: Path) -> dict[str, int]:
        """Write what is kept of a person as a zip; says how much it is.

        Raises:
            NotFound: `person_not_found`.
        """
        async with self._database.pool.acquire() as connection:
            return await export(connection, self._files, self._vault, contact_id, target)

    async def erase(self, contact_id: int, by: int | None, now: datetime) -> Erased:
        """Erase a person.

        Raises:
            NotFound: `person_not_found`.
            Refused: `person_in_conversation`.
        """
        return await erase(
            self._database, self._removals, self._vault, self._spool, contact_id, by, now
        )
