"""The floor as supervisors see it, and what they can do to an agent's state."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from rapport.application import agent_state
from rapport.application.access import Access
from rapport.application.ports import Services
from rapport.application.views import View
from rapport.domain.errors import NotFound
from rapport.domain.rights import Right

LIVE = "floor.live"
"""The audience of those who have the board open."""


class FloorReader(Protocol):
    """Queues and agents now; bounded queries."""

    async def floor(self, now: datetime, limit: int) -> View:
        """At most `limit` queues and `limit` agents, the busiest first."""

    async def queues(self, now: datetime) -> list[View]:
        """Every queue's counters."""

    async def tasks(self, queue_id: int | None, agent_id: int | None, limit: int) -> View:
        """Open conversations of a queue or an agent: `{items: [{task, contact, text}], more}`."""


async def set_state(
    services: Services, by: int, agent_id: int, status: str, idle_code_id: int | None
) -> View:
    """Available or Idle, by a supervisor's hand.

    Raises:
        NotFound: this is nobody with an agent desktop.
        Refused: `offer_ringing`, `agent_offline`.
    """
    _check(services, agent_id)
    return await agent_state.change_state(services, agent_id, status, idle_code_id, by=by)


async def sign_out(
    services: Services, access: Access, by: int, agent_id: int, *, force: bool
) -> None:
    """Offline, and all sessions end.

    With `force` it is as if the agent's desktop had gone: what rings returns to its queue
    without RONA, and open conversations follow their queue's `when_agent_gone`.

    Raises:
        NotFound: this is nobody with an agent desktop.
        Refused: `offer_ringing` or `tasks_open`, without `force`.
    """
    _check(services, agent_id)
    if force:
        await agent_state.disconnect(services, agent_id, by=by)
    else:
        await agent_state.sign_out(services, agent_id, by=by)
    await access.end_all(agent_id)


def _check(services: Services, agent_id: int) -> None:
    if Right.DESK not in services.configuration.current.grants(agent_id):
        raise NotFound("agent_not_found", "There is no such agent.")
