"""Agents."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from rapport.domain.agent import Agent, AgentStatus, CapacityMode, new_agent
from tests.builders.tasks import NOW


def an_agent(agent_id: int = 1, **changes: Any) -> Agent:
    """Available since an hour ago, blended, with room for three chats, five mails, five others."""
    fresh = new_agent(agent_id, CapacityMode.BLENDED, (3, 5, 5), NOW - timedelta(hours=1))
    return replace(fresh, **{"status": AgentStatus.AVAILABLE, **changes})
