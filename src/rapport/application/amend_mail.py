"""Mails that are read again (M10), and mails that got a conversation of their own (M9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from rapport.application.perform import (
    IDS_PER_COMMAND,
    Once,
    recalled,
    remember,
    situation_of,
)
from rapport.application.ports import Case, Changes, EventRecord, Services, Transaction
from rapport.application.privacy import cleared
from rapport.application.received import Received
from rapport.application.recording import Recorder, message_audience
from rapport.application.views import View, message_view
from rapport.domain.errors import NotFound, Refused
from rapport.domain.message import Announcement, Attachment, Content, InboundMedia, Message
from rapport.domain.rules.speaking import check_has_part

SPLIT = "split_to"
"""In a mail's details: the conversation that it was split to. It is no longer to be answered."""


async def read_again(
    services: Services,
    *,
    agent_id: int,
    message_id: int,
    text: str,
    details: Mapping[str, Any],
    media: Sequence[InboundMedia],
) -> View:
    """A mail as it is understood now; files that it did not have before are fetched.

    Raises:
        NotFound, Forbidden: no such mail, or no part in its conversation.
    """
    ids = await services.store.new_ids(IDS_PER_COMMAND + len(media))

    async def work(transaction: Transaction) -> View:
        message, case = await _mail(transaction, services, agent_id, message_id)
        fresh = iter(ids)
        changes = Changes()
        content = message.content or Content(kind="email")
        kept = {k: v for k, v in (content.details or {}).items() if k == SPLIT}
        files = message.attachments
        if not files:
            files = tuple(
                Attachment(
                    id=next(fresh),
                    filename=item.filename or item.kind,
                    media_type=item.media_type or "application/octet-stream",
                    size=item.size or 0,
                    fetching=True,
                )
                for item in media
            )
            changes.media += [
                (file.id, case.conversation, item) for file, item in zip(files, media, strict=True)
            ]
        message = replace(
            message,
            version=message.version + 1,
            text=cleared(text.replace("\x00", ""), services.configuration.current).text,
            attachments=files,
            content=replace(content, details={**details, **kept}),
        )
        _changed(changes, message, case, services)
        await transaction.save(changes)
        return {"message": message_view(message)}

    return await services.store.run(work)


async def mark_split(
    services: Services, *, agent_id: int, message_id: int, received: Received, once: Once
) -> View:
    """The mail stays where it was, with a line that says where it is answered from now on.

    Args:
        received: Where it is now; told in the answer, which is remembered under `once`.
    """
    ids = await services.store.new_ids(IDS_PER_COMMAND)
    where = received.conversation_id

    async def work(transaction: Transaction) -> View:
        message, case = await _mail(transaction, services, agent_id, message_id)
        # Asked under the lock: a repetition that came at the same time has waited for it.
        if (earlier := await recalled(transaction, once)) is not None:
            return earlier
        content = message.content or Content(kind="email")
        if (content.details or {}).get(SPLIT) != where:
            message = replace(
                message,
                version=message.version + 1,
                content=replace(content, details={**(content.details or {}), SPLIT: where}),
            )
            recorder = Recorder(services.configuration.current, iter(ids), services.clock.now())
            _changed(recorder.changes, message, case, services)
            recorder.line(case, Announcement(code="split", params=(("agent_id", agent_id),)))
            await transaction.save(recorder.changes)
        view = {
            "conversation_id": where,
            "task_id": received.task_id,
            "message": message_view(message),
        }
        await remember(transaction, once, view, services)
        return view

    return await services.store.run(work)


async def check_may_split(
    services: Services, *, agent_id: int, message_id: int, once: Once
) -> View | None:
    """Refuse what is no mail of the agent's, or the only one of its conversation.

    Returns the answer that was given under this key, if it was.

    Raises:
        Refused: `only_mail`, `split_already`.
    """

    async def work(transaction: Transaction) -> View | None:
        if (earlier := await recalled(transaction, once)) is not None:
            return earlier
        message, _ = await _mail(transaction, services, agent_id, message_id)
        if SPLIT in ((message.content and message.content.details) or {}):
            raise Refused("split_already", "This mail has a conversation of its own already.")
        if message.inbound_seq <= 1:
            raise Refused("only_mail", "This is the conversation's first mail: it stays here.")
        return None

    return await services.store.run(work)


async def _mail(
    transaction: Transaction, services: Services, agent_id: int, message_id: int
) -> tuple[Message, Case]:
    message = await transaction.message(message_id)
    if message is None or message.task_id is None:
        raise NotFound("message_not_found", "This message does not exist.")
    case = await transaction.case_of_conversation(message.conversation_id)
    if case is None:
        raise NotFound("message_not_found", "This message does not exist.")
    check_has_part(situation_of(case, {}, services), agent_id)
    return message, case


def _changed(changes: Changes, message: Message, case: Case, services: Services) -> None:
    changes.messages.append(message)
    changes.events.append(
        EventRecord(
            kind="message.changed",
            at=services.clock.now(),
            conversation_id=message.conversation_id,
            task_id=case.task.id,
            queue_id=case.task.queue_id,
            audience=message_audience(case.task, message.seq),
            entities={"message": message_view(message)},
        )
    )
