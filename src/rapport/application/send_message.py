"""An agent writes to the customer, or a note to colleagues (T4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rapport.application.perform import (
    IDS_PER_COMMAND,
    Once,
    participants,
    recalled,
    remember,
    situation_of,
    task_unknown,
)
from rapport.application.ports import Case, Services, Transaction
from rapport.application.privacy import cleared, with_removed
from rapport.application.received import END_PAYLOAD
from rapport.application.recording import Recorder
from rapport.application.templates import FromTemplate, as_written
from rapport.application.views import View, message_view
from rapport.domain.channel import ChannelType
from rapport.domain.commands import NoteAgentSpoke
from rapport.domain.decide import decide
from rapport.domain.errors import Invalid, NotFound, Refused
from rapport.domain.message import AuthorKind, Content, Purpose
from rapport.domain.policy import AccountPolicy
from rapport.domain.rules.files import check_files, check_kept
from rapport.domain.rules.speaking import check_may_retry, check_may_send, check_reachable
from rapport.domain.situation import Situation

END_BUTTONS = ((END_PAYLOAD, "End"), ("rapport:stay", "Not yet"))


async def send_message(
    services: Services,
    *,
    agent_id: int,
    task_id: int,
    text: str,
    attachment_ids: Sequence[int] = (),
    client_id: str,
    note: bool = False,
    purpose: Purpose | None = None,
    content: Content | None = None,
    latest_seq: int | None = None,
    made: FromTemplate | None = None,
    removed: Iterable[str] = (),
    hold_s: float = 0,
) -> View:
    """Store the message, and its way out, in one commit; sending twice is one message.

    Args:
        client_id: The sender's idempotency key; the same one gives the same message.
        content: Styles, what is answered, buttons, or the approved template that it is.
        latest_seq: The customer's newest mail as the agent has read it; a newer one that came
            meanwhile refuses the answer (M5).
        made: The template that the text was made from; the text is held to it (C1).
        hold_s: Seconds for which it can still be taken back; it leaves after them.
        removed: Kinds of card and health data that were taken out of `content` (P2).

    Raises:
        Refused: `customer_left`, `over_limit`, `task_parked`, `not_your_task`, …
    """
    written = text.replace("\x00", "")
    safe = with_removed(cleared(written, services.configuration.current), removed)
    text = safe.text
    ids = await services.store.new_ids(IDS_PER_COMMAND)

    async def work(transaction: Transaction) -> View:
        case = (await transaction.cases([task_id])).get(task_id)
        if case is None:
            raise task_unknown()
        earlier = await _earlier(transaction, case, client_id, agent_id, text)
        if earlier is not None:
            return earlier
        agents = await transaction.agents(participants(case.task))
        situation = situation_of(case, agents, services)
        files = await transaction.attachments(case.conversation.id, attachment_ids)
        if len(files) != len(set(attachment_ids)):
            raise Invalid.field(
                "attachment_ids", "A file is missing. Attach it again.", code="unknown_attachment"
            )
        check_kept(files)
        check_may_send(situation, agent_id, text, len(files), note=note)
        if not note:
            check_files(situation.account.files_from_agents, files)
            await _check_customer(transaction, case, situation, content, latest_seq)
        current = services.configuration.current
        right = as_written(current, case, agent_id, written, content, made)
        recorder = Recorder(services.configuration.current, iter(ids), situation.now)
        case, message = recorder.say(
            case,
            author_kind=AuthorKind.AGENT,
            author_id=agent_id,
            text=text,
            attachments=files,
            client_id=client_id,
            note=note,
            purpose=purpose,
            content=right,
            hold_s=hold_s,
        )
        if safe.kinds:
            case = recorder.line(case, safe.line)
        if not note:
            recorder.apply(case, agents, decide(situation, NoteAgentSpoke()))
        await transaction.save(recorder.changes)
        return {"message": message_view(message)}

    return await services.store.run(work)


async def sent_before(
    services: Services, *, agent_id: int, task_id: int, text: str, client_id: str
) -> View | None:
    """What `send_message` has answered under this key; None where it has not been asked.

    For callers who look at the conversation first: what it is by now is no reason to refuse a
    repetition.

    Raises:
        Refused: `idempotency_key_reused`.
    """
    safe = cleared(text.replace("\x00", ""), services.configuration.current)

    async def work(transaction: Transaction) -> View | None:
        case = (await transaction.cases([task_id])).get(task_id)
        if case is None:
            raise task_unknown()
        return await _earlier(transaction, case, client_id, agent_id, safe.text)

    return await services.store.run(work)


async def _earlier(
    transaction: Transaction, case: Case, client_id: str, agent_id: int, text: str
) -> View | None:
    earlier = await transaction.message_by_client_id(case.conversation.id, client_id)
    if earlier is None:
        return None
    if earlier.author_id != agent_id or earlier.text != text:
        raise Refused(
            "idempotency_key_reused", "This Idempotency-Key was used for another message."
        )
    return {"message": message_view(earlier)}


async def _check_customer(
    transaction: Transaction,
    case: Case,
    situation: Situation,
    content: Content | None,
    latest_seq: int | None,
) -> None:
    """What can't reach the customer, or answers what is not there, is refused."""
    by_template = content is not None and content.template is not None
    check_reachable(situation, case.conversation.last_inbound_at, by_template=by_template)
    if case.task.channel is ChannelType.EMAIL:
        await check_latest(transaction, case, content, latest_seq)
    if content is not None and (content.reply_to_seq or 0) > case.conversation.last_seq:
        raise Invalid.field("reply_to_seq", "There is no such message to answer.")


async def check_latest(
    transaction: Transaction, case: Case, content: Content | None, latest_seq: int | None
) -> None:
    """Seed: "you can only respond to the latest email"; checked under the lock.

    Where the mailbox is set to `warn`, the agent was warned and decides.

    Raises:
        Refused: `not_latest`.
    """
    if content is not None and (content.details or {}).get("latest_only") == "warn":
        return
    newest = await transaction.newest_inbound_seq(case.conversation.id)
    if latest_seq is None or newest > latest_seq:
        raise Refused(
            "not_latest",
            "You are not replying to the latest email. Read it first.",
            {"latest_seq": newest},
        )


async def ask_to_end(services: Services, *, agent_id: int, task_id: int, client_id: str) -> View:
    """Send the account's own question whether the conversation may end (T7)."""

    async def account_of(transaction: Transaction) -> AccountPolicy:
        case = (await transaction.cases([task_id])).get(task_id)
        if case is None:
            raise task_unknown()
        return services.configuration.current.accounts[case.task.account_id]

    account = await services.store.run(account_of)
    by_button = account.capabilities.pushed and account.capabilities.customer_can_end
    return await send_message(
        services,
        agent_id=agent_id,
        task_id=task_id,
        text=account.ask_to_end_text,
        client_id=client_id,
        purpose=Purpose.ASK_TO_END,
        content=Content(buttons=END_BUTTONS) if by_button else None,
    )


async def retry_message(
    services: Services, *, agent_id: int, task_id: int, message_id: int, once: Once
) -> View:
    """Send a message again that has failed, or of which nobody knows whether it arrived.

    The same entry of the thread, not a new one.

    Raises:
        NotFound: no such message in this task.
        Refused: `not_failed`, or what would refuse a new message: `customer_left`, …
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
        message = await transaction.message(message_id)
        if message is None or message.task_id != task_id:
            raise NotFound("message_not_found", "This message does not exist.")
        check_may_retry(situation, agent_id, message)
        if case.task.channel is ChannelType.EMAIL and message.content is not None:
            await check_latest(transaction, case, message.content, message.content.reply_to_seq)
        recorder = Recorder(services.configuration.current, iter(ids), situation.now)
        message = recorder.send_again(case, message)
        recorder.apply(case, agents, decide(situation, NoteAgentSpoke()))
        await transaction.save(recorder.changes)
        view = {"message": message_view(message)}
        await remember(transaction, once, view, services)
        return view

    return await services.store.run(work)
