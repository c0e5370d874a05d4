"""Whom a conversation can be handed to: queues and agents, as they are now (T5, T6)."""

from __future__ import annotations

from datetime import datetime

from rapport.application.configuration.snapshot import Configuration
from rapport.application.views import View
from rapport.domain.agent import Agent
from rapport.domain.channel import CAPABILITIES, ChannelType
from rapport.storage.database import Database
from rapport.storage.rows import agent_from

MOST = 200


async def handover_targets(
    database: Database,
    configuration: Configuration,
    task_id: int,
    reader_id: int,
    query: str,
    now: datetime,
    *,
    conference: bool,
) -> View:
    """Queues and agents for the Transfer Request or Conference Request dialog.

    Queues are those that are open, serve the channel and take transfers from the reader's teams.
    For a transfer only agents who can take one more are listed; for a conference agents in every
    state where the channel says so, those who cannot be reached with the reason.
    """
    task = await database.pool.fetchrow(
        "SELECT account_id, channel, queue_id FROM task WHERE id = $1", task_id
    )
    if task is None:
        return {"queues": [], "agents": []}
    channel = ChannelType(task["channel"])
    capabilities = configuration.accounts[task["account_id"]].capabilities
    involved = {
        row["agent_id"]
        for row in await database.pool.fetch(
            "SELECT agent_id FROM leg WHERE task_id = $1 AND state <> 'closed'", task_id
        )
    } | {reader_id}
    wanted = query.casefold().strip()
    targets = capabilities.conference_with if conference else capabilities.transfer_to
    everyone = conference and capabilities.conference_lists == "all_agents"
    agents = []
    for row in await database.pool.fetch("SELECT * FROM agent ORDER BY id"):
        agent = agent_from(row)
        user = configuration.users.get(agent.id)
        if user is None or not user.active or agent.id in involved:
            continue
        supervisor = agent.id in configuration.supervisors
        # Who only supervises is no agent to transfer to, but where supervisors are listed (T5).
        serves = conference or agent.id in configuration.agents
        allowed = ("agent" in targets and serves) or (supervisor and "supervisor" in targets)
        view = _agent(agent, configuration, channel, supervisor=supervisor)
        if allowed and (everyone or view["reachable"]) and wanted in view["name"].casefold():
            agents.append(view)
    queues = await _queues(database, configuration, channel, now) if "queue" in targets else []
    teams = configuration.teams_of.get(reader_id, frozenset())
    if not conference:
        queues = [q for q in queues if configuration.queues[q["id"]].takes_transfers_from(teams)]
    return {
        "queues": [
            q
            for q in queues
            if wanted in q["name"].casefold() and not (conference and q["id"] == task["queue_id"])
        ][:MOST],
        "agents": sorted(agents, key=lambda a: (not a["reachable"], a["name"].casefold()))[:MOST],
    }


def _agent(
    agent: Agent, configuration: Configuration, channel: ChannelType, *, supervisor: bool
) -> View:
    reason = agent.unreachable_reason(CAPABILITIES[channel].kind)
    return {
        "id": agent.id,
        "name": configuration.name(agent.id) or "",
        "status": agent.status.value,
        "idle_code_id": agent.idle_code_id,
        "engaged": agent.engaged,
        "supervisor": supervisor,
        "reachable": reason is None,
        "reason": reason,
    }


async def _queues(
    database: Database, configuration: Configuration, channel: ChannelType, now: datetime
) -> list[View]:
    waiting = {
        row["queue_id"]: row["waiting"]
        for row in await database.pool.fetch(
            "SELECT queue_id, count(*) AS waiting FROM task WHERE state = 'queued' GROUP BY 1"
        )
    }
    available = await database.pool.fetch("SELECT id FROM agent WHERE status = 'available'")
    free = [configuration.users[row["id"]] for row in available if row["id"] in configuration.users]
    result = []
    for queue_id in configuration.transferable_queues(channel, now):
        spec = configuration.queue_specs[queue_id]
        teams = {team for group in spec.groups for team in group.teams}
        count = sum(1 for user in free if not teams or teams & set(user.teams))
        result.append(
            {
                "id": queue_id,
                "name": configuration.name(queue_id) or "",
                "waiting": waiting.get(queue_id, 0),
                "available_agents": count,
            }
        )
    return sorted(result, key=lambda q: q["name"].casefold())
