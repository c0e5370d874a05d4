"""Supervisors looking at others' conversations, and speaking to whole teams: both are logged."""

from __future__ import annotations

from typing import Literal

from rapport.application.perform import Once, recalled, remember, task_unknown
from rapport.application.ports import EventRecord, Services, Transaction
from rapport.application.recording import Recorder
from rapport.application.views import View, contact_view, task_view
from rapport.domain.errors import Invalid


async def begin_watching(services: Services, *, supervisor_id: int, task_id: int) -> View:
    """Note that a supervisor reads a conversation, and show it: `{task, contact}`.

    Its agents are told where the setting `tell_when_watched` says so.

    Raises:
        NotFound: no such task.
    """
    configuration = services.configuration.current

    async def work(transaction: Transaction) -> View:
        case = (await transaction.cases([task_id])).get(task_id)
        if case is None:
            raise task_unknown()
        recorder = Recorder(configuration, iter(()), services.clock.now())
        recorder.changes.events.append(
            EventRecord(
                kind="supervisor.watched",
                at=recorder.now,
                conversation_id=case.conversation.id,
                task_id=case.task.id,
                agent_id=supervisor_id,
                queue_id=case.task.queue_id,
            )
        )
        owner = case.task.owner
        if configuration.settings.tell_when_watched and owner is not None:
            recorder.notice(
                (f"agent.{owner.agent_id}",),
                "info",
                "supervisor_reading",
                {"task_id": task_id, "agent_id": supervisor_id},
            )
        await transaction.save(recorder.changes)
        return {"task": task_view(case.task), "contact": contact_view(case.contact)}

    return await services.store.run(work)


async def send_notice(
    services: Services,
    *,
    supervisor_id: int,
    team_id: int | None,
    level: Literal["info", "warning", "critical"],
    text: str,
    once: Once,
) -> View:
    """A notice to the desktops of a team, or of everybody (C3): `{recipients}`.

    Raises:
        Invalid: there is no such team, or nobody is in it.
    """
    configuration = services.configuration.current
    people = [
        i
        for i, user in configuration.users.items()
        if user.active and (team_id is None or team_id in user.teams)
    ]
    teams = {item.id for item in configuration.by_kind["teams"]}
    if team_id is not None and team_id not in teams:
        raise Invalid.field("team_id", "There is no such team.", code="unknown_team")
    if not people:
        raise Invalid.field("team_id", "Nobody is in this team.", code="empty_team")

    async def work(transaction: Transaction) -> View:
        if (earlier := await recalled(transaction, once)) is not None:
            return earlier
        recorder = Recorder(configuration, iter(()), services.clock.now())
        audience = tuple(f"agent.{i}" for i in sorted(people))
        params = {"agent_id": supervisor_id, "text": text}
        recorder.notice(audience, level, "team_notice", params)
        await transaction.save(recorder.changes)
        view = {"recipients": len(people)}
        await remember(transaction, once, view, services)
        return view

    return await services.store.run(work)
