"""A supervisor's word to the agents of a conversation, which the customer never sees."""

from __future__ import annotations

from rapport.application.perform import (
    IDS_PER_COMMAND,
    Once,
    participants,
    recalled,
    remember,
    task_unknown,
)
from rapport.application.ports import Services, Transaction
from rapport.application.privacy import cleared
from rapport.application.recording import Recorder
from rapport.application.views import View, message_view
from rapport.domain.errors import Invalid, Refused
from rapport.domain.message import AuthorKind, Purpose
from rapport.domain.rules.speaking import NOTE_LIMIT
from rapport.domain.task import TaskState


async def whisper(
    services: Services, *, supervisor_id: int, task_id: int, text: str, once: Once
) -> View:
    """An internal note from outside the conversation; the supervisor takes no part in it.

    Raises:
        NotFound: no such task.
        Invalid: `empty_message`, `over_limit`.
        Refused: `nobody_listens`, `task_ended`.
    """
    safe = cleared(text.replace("\x00", ""), services.configuration.current)
    if not safe.text.strip():
        raise Invalid.field("text", "Write something.", code="empty_message")
    if len(safe.text) > NOTE_LIMIT:
        over = len(safe.text) - NOTE_LIMIT
        raise Invalid("over_limit", f"The message is {over} characters too long.", {"over": over})
    ids = await services.store.new_ids(IDS_PER_COMMAND)

    async def work(transaction: Transaction) -> View:
        case = (await transaction.cases([task_id])).get(task_id)
        if (earlier := await recalled(transaction, once)) is not None:
            return earlier
        if case is None:
            raise task_unknown()
        if case.task.state is TaskState.ENDED:
            raise Refused("task_ended", "This conversation has already ended.")
        if case.task.owner is None:
            raise Refused("nobody_listens", "No agent is in this conversation who could read it.")
        await transaction.agents(participants(case.task))
        recorder = Recorder(services.configuration.current, iter(ids), services.clock.now())
        case, message = recorder.say(
            case,
            author_kind=AuthorKind.AGENT,
            author_id=supervisor_id,
            text=safe.text,
            note=True,
            purpose=Purpose.WHISPER,
        )
        if safe.kinds:
            recorder.line(case, safe.line)
        await transaction.save(recorder.changes)
        view = {"message": message_view(message)}
        await remember(transaction, once, view, services)
        return view

    return await services.store.run(work)
