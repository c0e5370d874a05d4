"""People as administrators and operators deal with them: found, exported, erased."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from rapport.application.audit import Entry
from rapport.storage.accounts.audit import note
from rapport.storage.database import Database
from rapport.storage.files import Files
from rapport.storage.privacy import Overview, erase, export, find_people, overview
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

    async def overview(self, contact_id: int) -> Overview:
        """How much there is of a person.

        Raises:
            NotFound: `person_not_found`.
        """
        async with self._database.pool.acquire() as connection:
            return await overview(connection, contact_id)

    async def export(
        self,
        contact_id: int,
        target: Path,
        by: int | None,
        now: datetime,
        address: str | None = None,
    ) -> dict[str, int]:
        """Write what is kept of a person as a zip; says how much it is, and tells the audit log.

        Raises:
            NotFound: `person_not_found`.
        """
        async with self._database.pool.acquire() as connection:
            counts = await export(connection, self._files, self._vault, contact_id, target)
            facts = {"contact_id": contact_id, "messages": counts["messages"]}
            entry = Entry(kind="person_exported", at=now, actor_id=by, address=address, facts=facts)
            await note(connection, entry)
        return counts

    async def erase(
        self, contact_id: int, by: int | None, now: datetime, address: str | None = None
    ) -> Erased:
        """Erase a person; the audit log is told in the same transaction.

        Raises:
            NotFound: `person_not_found`.
            Refused: `person_in_conversation`.
        """
        return await erase(
            self._database,
            self._removals,
            self._vault,
            self._spool,
            contact_id,
            by,
            now,
            address,
        )
