"""Ask somebody of a queue into a conversation (T6: on WhatsApp, agents or queues)."""

from __future__ import annotations

from rapport.application.offer_tasks import as_configured
from rapport.application.perform import Once, perform
from rapport.application.ports import OfferBoard, Services, Transaction
from rapport.application.views import View
from rapport.domain import commands as c
from rapport.domain.errors import Refused
from rapport.routing.engine import WaitingTask, decide
from rapport.routing.rules import bucket_of

ATTEMPTS = 3


async def ask_queue_into_conference(
    services: Services,
    board: OfferBoard,
    *,
    agent_id: int,
    task_id: int,
    queue_id: int,
    epoch: int | None,
    once: Once,
) -> View:
    """Let the queue's own strategy choose who is asked, of those free at this moment.

    Raises:
        Refused: `queue_not_available` for one that is closed or doesn't serve the channel,
            `nobody_available` when everyone of the queue is busy or away.
    """
    for _ in range(ATTEMPTS):
        target_id = await _choose(services, board, task_id, queue_id)

        def command(leg_id: int, target_id: int = target_id) -> c.Command:
            return c.RequestConference(
                agent_id=agent_id, epoch=epoch, target_id=target_id, leg_id=leg_id
            )

        try:
            return await perform(
                services, task_id, command, involved=(agent_id, target_id), once=once
            )
        except Refused as refused:
            # Somebody else was quicker: choose again.
            if not refused.code.startswith("target_"):
                raise
    raise _nobody()


async def _choose(services: Services, board: OfferBoard, task_id: int, queue_id: int) -> int:
    async def read(transaction: Transaction) -> WaitingTask:
        case = (await transaction.cases([task_id])).get(task_id)
        configuration, now = services.configuration.current, services.clock.now()
        if case is None or queue_id not in configuration.transferable_queues(
            case.task.channel, now
        ):
            raise Refused("queue_not_available", "That queue is closed or does not serve this.")
        # All groups at once: who waits for a colleague doesn't wait for the queue to widen.
        capabilities = configuration.accounts[case.task.account_id].capabilities
        if "queue" not in capabilities.conference_with:
            raise Refused("no_queue_here", "On this channel only agents can be asked in.")
        rule = configuration.queue_rules[queue_id]
        stage = len(rule.groups) + len(rule.relaxations)
        return WaitingTask(
            id=task_id,
            epoch=case.task.epoch,
            bucket=bucket_of(queue_id, stage, (), None),
            rank_at=now,
            queue_id=queue_id,
            kind=case.task.kind,
            stage=stage,
            excluded=frozenset(leg.agent_id for leg in case.task.open_legs),
        )

    task = await services.store.run(read)
    configuration = services.configuration.current
    agents = as_configured(await board.free_agents(), configuration)
    decisions = decide([task], agents, configuration.queue_rules, await board.last_served())
    if not decisions:
        raise _nobody()
    return decisions[0].agent_id


def _nobody() -> Refused:
    return Refused("nobody_available", "Nobody of that queue is free at the moment.")
