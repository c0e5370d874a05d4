"""Webhooks: how endpoints fare, what was delivered, testing, replaying, going on."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, model_validator

from rapport.api.access import AdministratorSession, Ctx, OnceKey
from rapport.api.context import Context
from rapport.api.routes.desk import Id
from rapport.application.configuration.integration import WebhookSpec
from rapport.domain.errors import NotFound, Refused
from rapport.domain.webhooks import PAYLOAD_VERSION, Delivery

router = APIRouter(prefix="/webhooks", tags=["webhooks"])
State = Literal["pending", "delivered", "failed"]
UNKNOWN_HEALTH = {"state": "unknown", "backlog": 0, "failed": 0, "failures": 0}


class Replay(BaseModel):
    """Which deliveries to send once more: some by id, or a span of time."""

    model_config = ConfigDict(extra="forbid")

    ids: Annotated[list[Id], Field(min_length=1, max_length=1000)] | None = None
    since: datetime | None = None
    until: datetime | None = None
    state: Literal["delivered", "failed"] | None = None

    @model_validator(mode="after")
    def _something(self) -> Replay:
        if self.ids is None and self.since is None and self.state is None:
            raise ValueError("Say which: ids, since, or a state")
        for moment in (self.since, self.until):
            if moment is not None and moment.tzinfo is None:
                raise ValueError("A moment has a time zone, such as 2026-01-31T09:00:00Z")
        return self


@router.get("")
async def webhooks(context: Ctx, _: AdministratorSession) -> dict[str, Any]:
    """Every endpoint and how it fares."""
    current = context.services.configuration.current
    health = await context.webhook_reader.health()
    return {
        "payload_version": PAYLOAD_VERSION,
        "items": [
            {
                "id": endpoint_id,
                "name": current.name(endpoint_id),
                "active": spec.active,
                **health.get(endpoint_id, UNKNOWN_HEALTH),
            }
            for endpoint_id, spec in sorted(current.webhooks.items())
        ],
    }


@router.get("/{endpoint_id}/deliveries")
async def deliveries(
    endpoint_id: Id,
    context: Ctx,
    _: AdministratorSession,
    cursor: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
    state: State | None = None,
    event: Annotated[str | None, Query(max_length=60)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """What was told to an endpoint, the newest first."""
    _endpoint(context, endpoint_id)
    return await context.webhook_reader.page(endpoint_id, cursor, state, event, limit)


@router.get("/{endpoint_id}/deliveries/{delivery_id}")
async def delivery(
    endpoint_id: Id, delivery_id: Id, context: Ctx, _: AdministratorSession
) -> dict[str, Any]:
    """One delivery with its body, and the beginning of what was answered last."""
    found = await context.webhook_reader.one(endpoint_id, delivery_id)
    if found is None:
        raise NotFound("delivery_not_found", "This delivery does not exist, or no longer does.")
    return found


@router.post("/{endpoint_id}/test")
async def test(
    endpoint_id: Id, context: Ctx, _: AdministratorSession, once: OnceKey
) -> dict[str, Any]:
    """Send a delivery of the type `test` now, once; answers with what came of it."""
    del once
    spec = _endpoint(context, endpoint_id)
    made: Delivery = await context.webhook_board.test(endpoint_id, context.services.clock.now())
    await context.webhook_runner.attempt(made, spec)
    return await context.webhook_reader.one(endpoint_id, made.id) or {}


@router.post("/{endpoint_id}/replay")
async def replay(
    endpoint_id: Id, body: Replay, context: Ctx, _: AdministratorSession, once: OnceKey
) -> dict[str, Any]:
    """Send finished deliveries once more, under their ids; at most 10,000 at a time."""
    del once
    _endpoint(context, endpoint_id)
    count = await context.webhook_board.replay(
        endpoint_id, body.ids, body.since, body.until, body.state
    )
    return {"replayed": count}


@router.post("/{endpoint_id}/resume")
async def resume(
    endpoint_id: Id, context: Ctx, _: AdministratorSession, once: OnceKey
) -> dict[str, Any]:
    """Go on with a paused endpoint: what waits is sent at once."""
    del once
    if not _endpoint(context, endpoint_id).active:
        raise Refused("webhook_inactive", "The webhook is switched off. Switch it on first.")
    await context.webhook_board.resume(endpoint_id)
    health = await context.webhook_reader.health()
    return {"id": endpoint_id, **health.get(endpoint_id, UNKNOWN_HEALTH)}


def _endpoint(context: Context, endpoint_id: int) -> WebhookSpec:
    spec = context.services.configuration.current.webhooks.get(endpoint_id)
    if spec is None:
        raise NotFound("webhook_not_found", "This webhook does not exist, or no longer does.")
    return spec
