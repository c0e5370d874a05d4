"""What was asked of customers, as the page by which they answer needs it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from rapport.storage.database import Database

_FIND = """
SELECT s.queue_id, s.until, s.rating, c.account_id, c.contact_key
FROM survey s JOIN conversation c ON c.id = s.conversation_id WHERE s.task_id = $1"""


@dataclass(frozen=True, slots=True)
class AskedSurvey:
    """A question, whose it is, and what was answered."""

    queue_id: int
    until: datetime
    rating: int | None
    account_id: int
    contact_key: str


class PostgresSurveys:
    """Surveys by their task."""

    def __init__(self, database: Database) -> None:
        self._pool = database.pool

    async def find(self, task_id: int) -> AskedSurvey | None:
        """The question after a task, if there was one."""
        row = await self._pool.fetchrow(_FIND, task_id)
        return None if row is None else AskedSurvey(**row)
