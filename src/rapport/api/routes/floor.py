"""Supervisors: who waits, who works, and changing an agent's state."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel

from rapport.api.access import Ctx, OnceKey, SupervisorSession
from rapport.api.routes.desk import Id, StateChange
from rapport.application import floor as use_cases

router = APIRouter(tags=["floor"])
Kind = Literal["chat", "email", "social"]


class Today(BaseModel):
    """A queue's figures since midnight in the company's time zone."""

    arrived: int
    offered: int
    handled: int
    abandoned: int
    service_level: float | None


class FloorQueue(BaseModel):
    """A queue now."""

    id: int
    name: str
    waiting: int
    waiting_since: AwareDatetime | None
    longest_wait_s: int
    available_agents: int
    service_level_s: int
    today: Today


class PendingState(BaseModel):
    """The state that follows the last open conversation."""

    status: Literal["available", "idle", "offline"]
    idle_code_id: int | None


class FloorAgent(BaseModel):
    """An agent now."""

    id: int
    name: str
    status: Literal["available", "idle", "rona", "offline"]
    status_since: AwareDatetime
    idle_code_id: int | None
    idle_code: str | None
    pending: PendingState | None
    rona_kinds: list[Kind]
    load: dict[Kind, int]
    capacity: dict[Kind, int]
    team_ids: list[int]


class Floor(BaseModel):
    """The longest waiting queues and the busiest agents; `more` when not all are shown."""

    queues: list[FloorQueue]
    agents: list[FloorAgent]
    more: bool


class SignOut(BaseModel):
    """Whether to sign an agent out who has work."""

    force: bool = False


@router.get("/floor")
async def see_floor(
    context: Ctx,
    _: SupervisorSession,
    limit: Annotated[int, Query(ge=1, le=1000)] = 500,
) -> Floor:
    """Queues and agents as they are now."""
    view = await context.floor.floor(context.services.clock.now(), limit)
    return Floor.model_validate(view)


@router.post("/agents/{agent_id}/state")
async def set_agent_state(
    agent_id: Id, change: StateChange, context: Ctx, session: SupervisorSession, once: OnceKey
) -> dict[str, Any]:
    """Make an agent Available or Idle; the state is absolute, so twice is once."""
    del once
    return await use_cases.set_state(
        context.services, session.user_id, agent_id, change.status, change.idle_code_id
    )


@router.post("/agents/{agent_id}/sign-out", status_code=204)
async def sign_agent_out(
    agent_id: Id, body: SignOut, context: Ctx, session: SupervisorSession, once: OnceKey
) -> None:
    """End an agent's sessions; refused while an offer rings or conversations are open.

    With `force` what rings goes back to its queue without RONA, and open conversations follow
    their queue's rule for an agent who has gone.
    """
    del once
    await use_cases.sign_out(
        context.services, context.access, session.user_id, agent_id, force=body.force
    )
