"""An agent has read a thread up to a message; on WebChat the visitor sees it."""

from __future__ import annotations

from rapport.application.perform import IDS_PER_COMMAND, participants, situation_of, task_unknown
from rapport.application.ports import Services, Transaction
from rapport.application.recording import Recorder
from rapport.application.views import View, task_view
from rapport.domain.commands import ReadUpTo
from rapport.domain.decide import decide


async def read_thread(services: Services, *, agent_id: int, task_id: int, seq: int) -> View:
    """Move the read mark forward; never back, never beyond the thread."""
    ids = await services.store.new_ids(IDS_PER_COMMAND)

    async def work(transaction: Transaction) -> View:
        case = (await transaction.cases([task_id])).get(task_id)
        if case is None:
            raise task_unknown()
        at, inbound = await transaction.inbound_seq_at(case.conversation.id, seq)
        agents = await transaction.agents(participants(case.task))
        situation = situation_of(case, agents, services)
        events = decide(situation, ReadUpTo(agent_id=agent_id, seq=at, inbound_seq=inbound))
        recorder = Recorder(services.configuration.current, iter(ids), situation.now)
        case = recorder.apply(case, agents, events)
        if events:
            await transaction.save(recorder.changes)
        return {"task": task_view(case.task)}

    return await services.store.run(work)
