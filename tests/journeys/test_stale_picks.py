"""What a sweep has picked may be over by the time it is its turn: then nothing happens.

The board is the real one; between its pick and the use case somebody comes back, as they do when a
whole site's network has been away and the sweep has many to see to.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from rapport.jobs.due import Sweeper
from tests.centre import Centre


class BackJustThen:
    """A board whose picks come back before anything is done about them."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre
        self._board: Any = centre.node.sweeper._board

    def __getattr__(self, name: str) -> Any:
        return getattr(self._board, name)

    async def agents_unseen_since(self, moment: datetime) -> list[int]:
        found: list[int] = await self._board.agents_unseen_since(moment)
        await self._board.mark_seen(found, self._centre.clock.now())
        return found

    async def abandoned(self, now: datetime) -> list[tuple[int, int, datetime]]:
        found: list[tuple[int, int, datetime]] = await self._board.abandoned(now)
        for task_id, _, _ in found:
            conversation_id = await self._centre.node.database.pool.fetchval(
                "SELECT conversation_id FROM task WHERE id = $1", task_id
            )
            await self._centre.node.context.visits.came(conversation_id)
        return found


def late(centre: Centre) -> Sweeper:
    return Sweeper(
        BackJustThen(centre),
        centre.node.context.services,
        centre.clock.now() - timedelta(days=1),
    )


async def test_an_agent_whose_desktop_is_back_is_not_put_offline(centre: Centre) -> None:
    # T10: "No live desktop for 60 s (setting) → Offline".
    ana = await centre.sign_in("ana")
    centre.clock.advance(minutes=10)
    await late(centre).sweep()
    await ana.catch_up(await centre.position())
    assert ana.state.me["status"] == "available"
    centre.clock.advance(minutes=10)
    await centre.sweep()
    await ana.catch_up(await centre.position())
    assert ana.state.me["status"] == "offline"


async def test_a_visitor_who_is_back_in_the_line_is_not_given_up(centre: Centre) -> None:
    # T9: the visitor leaves: the task ends.
    page = await centre.visitor()
    await page.start("Hello")
    pool = centre.node.database.pool
    conversation_id = await pool.fetchval("SELECT id FROM conversation")
    await centre.node.context.visits.went(conversation_id, centre.clock.now())
    centre.clock.advance(minutes=2)
    await late(centre).sweep()
    assert await pool.fetchval("SELECT state FROM task") == "queued"
    await centre.node.context.visits.went(conversation_id, centre.clock.now())
    centre.clock.advance(minutes=2)
    await centre.sweep()
    assert await pool.fetchval("SELECT end_reason FROM task") == "abandoned"
