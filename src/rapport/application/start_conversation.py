"""An agent writes to a customer first, or follows up a conversation that has ended.

Conversation, task and queued message are one commit: after a crash all of it is there or nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from rapport.application.configuration.snapshot import Configuration
from rapport.application.perform import (
    IDS_PER_COMMAND,
    Once,
    recalled,
    remember,
    situation_of,
    task_unknown,
)
from rapport.application.ports import Case, Services, Transaction
from rapport.application.privacy import cleared, with_removed
from rapport.application.recording import Recorder
from rapport.application.start_by_rules import start_by_rules
from rapport.application.templates import FromTemplate, as_written
from rapport.application.views import View, contact_view, message_view, task_view
from rapport.domain.channel import STARTED_ON
from rapport.domain.errors import Forbidden, Invalid, Refused
from rapport.domain.message import Addressee, AuthorKind, Contact, Content, Conversation
from rapport.domain.rules.files import check_files, check_kept
from rapport.domain.rules.speaking import check_may_send, check_reachable
from rapport.domain.rules.starting import check_first_words, check_may_write_first, start
from rapport.domain.task import DueFor, Task, TaskState

Finding = Callable[[Transaction, Sequence[int], datetime], Awaitable[tuple[Conversation, Contact]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstMessage:
    """What is written. `people` are a mail's recipients; `removed` as for `send_message`."""

    text: str
    content: Content | None = None
    made: FromTemplate | None = None
    attachment_ids: Sequence[int] = ()
    people: Sequence[str] = ()
    removed: Iterable[str] = ()


def outbound_queue(configuration: Configuration, user_id: int, account_id: int) -> int:
    """The queue on whose behalf a person may write first on an account.

    It is the one that the account's entry point leads to, so that an answer that comes after the
    end finds those who wrote.

    Raises:
        Refused: `outbound_off`: by the queue, the channel, or because the account is at rest.
        Forbidden: `not_your_queue`.
    """
    account = configuration.account_specs.get(account_id)
    if account is None or not account.active or account.channel not in STARTED_ON:
        raise Refused("outbound_off", "On this channel the customer writes first.")
    entry = configuration.entry_points.get(account_id)
    queue = None if entry is None else configuration.queues.get(entry.queue)
    teams = configuration.teams_of.get(user_id, frozenset())
    supervisor = user_id in configuration.supervisors
    check_may_write_first(queue, user_id, teams, supervisor=supervisor)
    assert queue is not None  # noqa: S101 - the rule has refused it
    return queue.id


def may_write_first(configuration: Configuration, user_id: int, account_id: int) -> int | None:
    """As `outbound_queue`; None where they may not."""
    try:
        return outbound_queue(configuration, user_id, account_id)
    except (Refused, Forbidden):
        return None


NOBODY = Contact(id=0)
"""Whom templates address where only an address is known: they say nothing of the customer."""


def not_started(
    configuration: Configuration, account_id: int, queue_id: int, contact_id: int, now: datetime
) -> Task:
    """The task that a first message would start, as templates know it; its number is 0."""
    return Task(
        id=0,
        version=1,
        epoch=1,
        state=TaskState.QUEUED,
        conversation_id=0,
        contact_id=contact_id,
        account_id=account_id,
        channel=configuration.accounts[account_id].channel,
        queue_id=queue_id,
        priority=5,
        arrived_at=now,
        queued_at=now,
        waiting_since=now,
        due_for=DueFor.WAITING,
        outbound=True,
    )


async def start_conversation(
    services: Services, *, agent_id: int, whom: Addressee, first: FirstMessage, once: Once
) -> View:
    """Write to an address first; the conversation is the agent's own.

    Raises:
        Refused: `already_open` with the task, `outbound_off`, `opted_out`, `template_needed`, …
        Forbidden: `not_your_queue`.
    """

    async def found(
        transaction: Transaction, ids: Sequence[int], now: datetime
    ) -> tuple[Conversation, Contact]:
        return await transaction.conversation_with(whom, ids, now)

    known = NOBODY if whom.contact_id is None else None
    return await _start(services, agent_id, whom.account_id, first, once, found, known=known)


async def follow_up(
    services: Services,
    *,
    agent_id: int,
    account_id: int,
    conversation_id: int,
    first: FirstMessage,
    once: Once,
) -> View:
    """Write again in a conversation whose last task has ended; the new one names it.

    Raises:
        Refused, Forbidden: as `start_conversation`; `window_closed` where a template is needed.
    """

    async def found(
        transaction: Transaction, ids: Sequence[int], now: datetime
    ) -> tuple[Conversation, Contact]:
        del ids, now
        held = await transaction.conversation(conversation_id)
        if held is None:
            raise task_unknown()
        return held

    return await _start(services, agent_id, account_id, first, once, found, follows=True)


async def _start(
    services: Services,
    agent_id: int,
    account_id: int,
    first: FirstMessage,
    once: Once,
    found: Finding,
    *,
    follows: bool = False,
    known: Contact | None = None,
) -> View:
    configuration = services.configuration.current
    queue_id = outbound_queue(configuration, agent_id, account_id)
    written = first.text.replace("\x00", "")
    safe = with_removed(cleared(written, configuration), first.removed)
    ids = await services.store.new_ids(IDS_PER_COMMAND + 4 + 4 * len(configuration.rules))

    async def work(transaction: Transaction) -> View:
        now = services.clock.now()
        fresh = iter(ids)
        new = (next(fresh), next(fresh))
        # Asked under the lock: of two clicks the second has waited for the first.
        conversation, contact = await found(transaction, new, now)
        if (earlier := await recalled(transaction, once)) is not None:
            return earlier
        held = await transaction.open_task_with(account_id, contact.id)
        if held is not None:
            raise Refused(
                "already_open",
                "A conversation with this customer is open on this account.",
                {"task_id": held[0], "conversation_id": held[1]},
            )
        task = replace(
            not_started(configuration, account_id, queue_id, contact.id, now),
            id=next(fresh),
            conversation_id=conversation.id,
            customer_opted_out_at=conversation.opted_out_at,
            follow_up_of=conversation.task_id if follows else None,
        )
        case = Case(
            conversation=replace(conversation, task_id=task.id, customer_away_since=None),
            task=task,
            contact=contact,
            last_message=None,
        )
        agents = await transaction.agents([agent_id])
        situation = situation_of(case, agents, services)
        events = start(situation, agent_id=agent_id, leg_id=next(fresh))
        recorder = Recorder(configuration, fresh, now)
        recorder.changes.new_task_ids.add(task.id)
        case = recorder.apply(case, agents, events)
        situation = replace(situation, task=case.task)
        by_template = first.content is not None and first.content.template is not None
        heard_at = conversation.last_inbound_at
        check_reachable(situation, heard_at, by_template=by_template)
        check_first_words(situation, heard=heard_at is not None, by_template=by_template)
        files = await transaction.take_files(conversation.id, agent_id, first.attachment_ids)
        if len(files) != len(set(first.attachment_ids)):
            raise Invalid.field(
                "attachment_ids", "A file is missing. Attach it again.", code="unknown_attachment"
            )
        check_kept(files)
        check_may_send(situation, agent_id, safe.text, len(files))
        check_files(situation.account.files_from_agents, files)
        # As the template was loaded, before there was anything.
        before = replace(case, task=replace(case.task, id=0), contact=known or contact)
        content = as_written(configuration, before, agent_id, written, first.content, first.made)
        case, message = recorder.say(
            case,
            author_kind=AuthorKind.AGENT,
            author_id=agent_id,
            text=safe.text,
            attachments=files,
            client_id=once.key,
            content=content,
        )
        if safe.kinds:
            case = recorder.line(case, safe.line)
        runs = start_by_rules(recorder, case, events, fresh)
        await transaction.save(recorder.changes)
        for run in runs:
            await transaction.keep_run(run)
        if first.people:
            await transaction.writes_to(conversation.id, first.people)
        view = {
            "task": task_view(case.task),
            "contact": contact_view(contact),
            "message": message_view(message),
        }
        await remember(transaction, once, view, services)
        return view

    return await services.store.run(work)
