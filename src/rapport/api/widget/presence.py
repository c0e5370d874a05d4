"""Whether a customer's page is open, and who of the agents is told."""

from __future__ import annotations

from typing import Any

import msgspec

from rapport.api.context import Context

encode = msgspec.json.Encoder().encode


async def tell_agents(context: Context, conversation_id: int, frame: dict[str, Any]) -> None:
    """Tell those who take part in it something that is not kept."""
    agents = await context.reader.participants(conversation_id)
    context.asides.tell(
        (f"agent.{i}" for i in agents), encode({**frame, "conversation_id": conversation_id})
    )


async def came(context: Context, conversation_id: int) -> None:
    """A page is open here: the customer is not away, whatever other pages do."""
    await context.visits.came(conversation_id)
    await tell_agents(context, conversation_id, {"type": "presence", "online": True})


async def still_here(context: Context, conversation_id: int) -> None:
    """The customer has left another node and has a page here; or had, when that is noted."""
    await came(context, conversation_id)
    if not context.hub.followers(conversation_id):
        await went(context, conversation_id)


async def went(context: Context, conversation_id: int) -> None:
    """The last page here has gone: the customer is away, unless another node has one (T9)."""
    await context.visits.went(conversation_id, context.services.clock.now())
    await tell_agents(context, conversation_id, {"type": "presence", "online": False})
    context.asides.left(conversation_id)
