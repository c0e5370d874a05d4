"""What an agent can do about a message that waits in the outbox: cancel it, or send it now."""

from __future__ import annotations

from dataclasses import replace

from rapport.application.perform import (
    IDS_PER_COMMAND,
    Once,
    participants,
    recalled,
    remember,
    situation_of,
    task_unknown,
)
from rapport.application.ports import EventRecord, Services, Transaction
from rapport.application.recording import Recorder, message_audience
from rapport.application.views import View, message_view
from rapport.domain.commands import NoteTakenBack
from rapport.domain.decide import decide
from rapport.domain.errors import NotFound, Refused
from rapport.domain.events import Event
from rapport.domain.message import DeliveryStatus
from rapport.domain.rules.speaking import check_has_part, check_may_take_back
from rapport.domain.situation import Situation
from rapport.domain.task import TaskState


async def cancel_message(
    services: Services, *, agent_id: int, task_id: int, message_id: int, once: Once
) -> View:
    """Take a waiting message back; what waits behind it goes on.

    Where nothing else was said since the customer wrote, it is they who wait again: their silence
    is over (T11).

    Raises:
        NotFound: no such message in this task.
        Refused: `not_waiting` when it has gone out already, `being_sent` when it is about to.
    """
    ids = await services.store.new_ids(IDS_PER_COMMAND)

    async def work(transaction: Transaction) -> View:
        if (earlier := await recalled(transaction, once)) is not None:
            return earlier
        case = (await transaction.cases([task_id])).get(task_id)
        if case is None:
            raise task_unknown()
        agents = await transaction.agents(participants(case.task))
        situation = situation_of(case, agents, services)
        # The lane is locked before its messages, by everybody.
        taken_back = await transaction.take_from_outbox(case.conversation.id, message_id)
        message = await transaction.message(message_id)
        mine = message is not None and message.task_id == task_id
        author_id = message.author_id if message is not None and mine else None
        check_may_take_back(situation, agent_id, author_id)
        if message is None or not mine:
            raise NotFound("message_not_found", "This message does not exist.")
        if message.status is not DeliveryStatus.QUEUED:
            raise Refused("not_waiting", "This message does not wait any more.")
        if not taken_back:
            raise Refused("being_sent", "This message is being sent at this moment.")
        message = replace(
            message,
            version=message.version + 1,
            status=DeliveryStatus.FAILED,
            error_code="cancelled",
            error_message="It was cancelled before it was sent.",
        )
        recorder = Recorder(services.configuration.current, iter(ids), situation.now)
        recorder.changes.messages.append(message)
        recorder.changes.events.append(
            EventRecord(
                kind="message.status",
                at=situation.now,
                conversation_id=message.conversation_id,
                task_id=task_id,
                agent_id=agent_id,
                queue_id=case.task.queue_id,
                audience=message_audience(case.task, message.seq),
                facts={"status": DeliveryStatus.FAILED.value, "error": "cancelled"},
                entities={"message": message_view(message)},
            )
        )
        since = await transaction.unanswered_since(
            case.conversation.id, situation.now, without=message.id
        )
        if since is None:
            recorder.apply(case, agents, _taken_back(situation))
        await transaction.save(recorder.changes)
        view = {"message": message_view(message)}
        await remember(transaction, once, view, services)
        return view

    return await services.store.run(work)


def _taken_back(situation: Situation) -> list[Event]:
    active = situation.task.state is TaskState.ACTIVE
    return decide(situation, NoteTakenBack()) if active else []


async def send_now(services: Services, *, agent_id: int, task_id: int) -> View:
    """Try what waits in this conversation at once rather than after the back-off.

    It shortens no time for taking back: a mail that can be undone leaves after it.
    """

    async def work(transaction: Transaction) -> View:
        case = (await transaction.cases([task_id])).get(task_id)
        if case is None:
            raise task_unknown()
        situation = situation_of(case, {}, services)
        check_has_part(situation, agent_id)
        return {"woken": await transaction.wake_outbox(case.conversation.id)}

    return await services.store.run(work)
