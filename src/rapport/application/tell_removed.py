"""Agent and customer are told that a file was taken out of a message (P2), or had a virus."""

from __future__ import annotations

from rapport.application.perform import IDS_PER_COMMAND
from rapport.application.ports import Services, Transaction
from rapport.application.privacy import Cleared
from rapport.application.recording import Recorder
from rapport.domain.channel import ChannelKind
from rapport.domain.message import AuthorKind, Direction
from rapport.domain.task import TaskState


async def tell_removed(services: Services, message_id: int, kinds: tuple[str, ...]) -> None:
    """Add the line to the thread and send the customer the account's words; once per file.

    Where the task has ended nobody is told: the file's own refusal says it.
    """
    ids = await services.store.new_ids(IDS_PER_COMMAND)

    async def work(transaction: Transaction) -> None:
        message = await transaction.message(message_id)
        if message is None or message.task_id is None:
            return
        case = (await transaction.cases([message.task_id])).get(message.task_id)
        if case is None or case.task.state is TaskState.ENDED:
            return
        configuration = services.configuration.current
        recorder = Recorder(configuration, iter(ids), services.clock.now())
        case = recorder.line(case, Cleared("", kinds).line)
        words = configuration.settings.privacy.customer_text
        pushed = configuration.accounts[case.task.account_id].capabilities.pushed
        if words and pushed and case.task.customer_opted_out_at is None:
            recorder.say(case, author_kind=AuthorKind.SYSTEM, author_id=None, text=words)
        await transaction.save(recorder.changes)

    await services.store.run(work)


async def tell_infected(services: Services, message_id: int) -> None:
    """Send the customer the installation's words about a file of theirs that has a virus.

    In WebChat the upload itself was refused. By mail nobody is told: who a virus is from is
    forged more often than not, and an answer would only be one mail more (M11).
    """
    ids = await services.store.new_ids(IDS_PER_COMMAND)
    configuration = services.configuration.current

    async def work(transaction: Transaction) -> None:
        message = await transaction.message(message_id)
        if message is None or message.task_id is None or message.direction is not Direction.INBOUND:
            return
        case = (await transaction.cases([message.task_id])).get(message.task_id)
        if case is None or case.task.state is TaskState.ENDED:
            return
        capabilities = configuration.accounts[case.task.account_id].capabilities
        words = configuration.settings.infected_text
        by_mail = capabilities.kind is ChannelKind.EMAIL
        opted_out = case.task.customer_opted_out_at is not None
        if not words or by_mail or opted_out or not capabilities.pushed:
            return
        recorder = Recorder(configuration, iter(ids), services.clock.now())
        recorder.say(case, author_kind=AuthorKind.SYSTEM, author_id=None, text=words)
        await transaction.save(recorder.changes)

    await services.store.run(work)
