"""Workflows at the desk: started by an agent, run by a worker, told in the thread (C2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from rapport.application.configuration.snapshot import Configuration
from rapport.application.configuration.writing import WorkflowSpec
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
from rapport.application.recording import Recorder
from rapport.application.views import View, moment
from rapport.application.workflow_calls import call_of, checked_inputs
from rapport.domain.errors import NotFound, Refused
from rapport.domain.message import Announcement
from rapport.domain.rules.speaking import check_has_part
from rapport.domain.task import Task
from rapport.domain.workflows import Run, RunState


def workflows_here(configuration: Configuration, task: Task, agent_id: int) -> list[View]:
    """Workflows for this task's channel and the agent's teams, by name."""
    found = [
        {
            "id": workflow_id,
            "name": configuration.name(workflow_id) or "",
            "inputs": [one.model_dump() for one in spec.inputs],
        }
        for workflow_id, spec in configuration.workflows.items()
        if _is_for(configuration, spec, task, agent_id)
    ]
    return sorted(found, key=lambda view: str(view["name"]).casefold())


async def start_workflow(
    services: Services,
    *,
    agent_id: int,
    task_id: int,
    workflow_id: int,
    inputs: Mapping[str, str],
    once: Once,
) -> View:
    """Start a workflow: its run and its line in the thread in one commit; a worker does the rest.

    Raises:
        NotFound: no such workflow for this channel and these teams.
        Invalid: an input is missing, or is not what it may be.
    """
    ids = await services.store.new_ids(IDS_PER_COMMAND)

    async def work(transaction: Transaction) -> View:
        case = (await transaction.cases([task_id])).get(task_id)
        if (earlier := await recalled(transaction, once)) is not None:
            return earlier
        case = await _case_of_agent(transaction, services, case, agent_id)
        current, fresh = services.configuration.current, iter(ids)
        spec = workflow_here(current, case.task, agent_id, workflow_id)
        given = checked_inputs(spec.inputs, inputs)
        run_id = next(fresh)
        run = Run(
            id=run_id,
            workflow_id=workflow_id,
            name=current.name(workflow_id) or "",
            conversation_id=case.conversation.id,
            task_id=task_id,
            agent_id=agent_id,
            state=RunState.RUNNING,
            # Keyed with this installation's secret: no other one has the same.
            key=f"{run_id}-{once.fingerprint[:24]}",
            call=call_of(current, case, agent_id, spec, given),
            inputs=given,
            started_at=services.clock.now(),
        )
        return await _started(
            transaction,
            services,
            case,
            run,
            Recorder(current, fresh, run.started_at),
            agent_id,
            once,
        )

    return await services.store.run(work)


async def retry_run(
    services: Services, *, agent_id: int, task_id: int, run_id: int, once: Once
) -> View:
    """Run a failed one again: the same request under the same Idempotency-Key.

    Raises:
        NotFound: no such run in this task.
        Refused: `run_not_failed`.
    """
    ids = await services.store.new_ids(IDS_PER_COMMAND)

    async def work(transaction: Transaction) -> View:
        case = (await transaction.cases([task_id])).get(task_id)
        if (earlier := await recalled(transaction, once)) is not None:
            return earlier
        case = await _case_of_agent(transaction, services, case, agent_id)
        run = await transaction.locked_run(run_id)
        if run is None or run.task_id != task_id:
            raise NotFound("run_not_found", "This workflow was not started here.")
        if run.state is not RunState.FAILED:
            raise Refused("run_not_failed", "This workflow has not failed.")
        now = services.clock.now()
        run = replace(
            run,
            state=RunState.RUNNING,
            attempts=0,
            token=run.token + 1,
            agent_id=agent_id,
            started_at=now,
            finished_at=None,
            reason_code=None,
            reason=None,
        )
        recorder = Recorder(services.configuration.current, iter(ids), now)
        return await _started(transaction, services, case, run, recorder, agent_id, once)

    return await services.store.run(work)


async def _started(
    transaction: Transaction,
    services: Services,
    case: Case,
    run: Run,
    recorder: Recorder,
    agent_id: int,
    once: Once,
) -> View:
    params = (("agent_id", agent_id), ("workflow", run.name), ("run_id", run.id))
    recorder.line(case, Announcement(code="workflow_started", params=params))
    await transaction.save(recorder.changes)
    await transaction.keep_run(run)
    view = {"run": run_view(run)}
    await remember(transaction, once, view, services)
    return view


async def _case_of_agent(
    transaction: Transaction, services: Services, case: Case | None, agent_id: int
) -> Case:
    if case is None:
        raise task_unknown()
    agents = await transaction.agents(participants(case.task))
    check_has_part(situation_of(case, agents, services), agent_id)
    return case


def run_view(run: Run) -> View:
    """A run, as the agent sees it."""
    return {
        "id": run.id,
        "workflow_id": run.workflow_id,
        "name": run.name,
        "state": run.state.value,
        "agent_id": run.agent_id,
        "started_at": moment(run.started_at),
        "finished_at": moment(run.finished_at),
        "error": {"code": run.reason_code, "message": run.reason} if run.reason_code else None,
        "text": run.text,
    }


def workflow_here(
    configuration: Configuration, task: Task, agent_id: int, workflow_id: int
) -> WorkflowSpec:
    """A workflow that the agent has in this task.

    Raises:
        NotFound: it is gone, or not for here.
    """
    spec = configuration.workflows.get(workflow_id)
    if spec is None or not _is_for(configuration, spec, task, agent_id):
        raise NotFound("workflow_not_found", "This workflow is not available here, or no longer.")
    return spec


def _is_for(configuration: Configuration, spec: WorkflowSpec, task: Task, agent_id: int) -> bool:
    teams = configuration.teams_of.get(agent_id, frozenset())
    right_channel = not spec.channels or task.channel in spec.channels
    return right_channel and (not spec.teams or bool(teams & set(spec.teams)))
