"""Workflows in a task: which there are, triggering one, how a run stands (C2)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from rapport.api.access import AgentSession, Ctx, OnceKey
from rapport.api.routes.desk import Id
from rapport.application.run_workflow import retry_run, run_view, start_workflow, workflows_here
from rapport.domain.errors import Forbidden, NotFound

router = APIRouter(prefix="/tasks/{task_id}", tags=["workflows"])
Given = Annotated[str, Field(max_length=2000, pattern=r"^[^\x00]*$")]


class Trigger(BaseModel):
    """What the agent filled in, by the inputs' names."""

    inputs: dict[Annotated[str, Field(max_length=40)], Given] = Field(default={}, max_length=20)


@router.get("/workflows")
async def workflows(task_id: Id, context: Ctx, session: AgentSession) -> dict[str, Any]:
    """Workflows for this task's channel and the agent's teams."""
    found = await context.template_files.part_of(task_id, session.user_id)
    if found is None:
        raise Forbidden("not_your_task", "You have no part in this conversation.")
    current = context.services.configuration.current
    return {"items": workflows_here(current, found[0], session.user_id)}


@router.post("/workflows/{workflow_id}/run")
async def run(
    task_id: Id, workflow_id: Id, body: Trigger, context: Ctx, session: AgentSession, once: OnceKey
) -> dict[str, Any]:
    """Trigger one; the thread tells how it goes."""
    return await start_workflow(
        context.services,
        agent_id=session.user_id,
        task_id=task_id,
        workflow_id=workflow_id,
        inputs=body.inputs,
        once=once,
    )


@router.get("/workflow-runs/{run_id}")
async def run_of(task_id: Id, run_id: Id, context: Ctx, session: AgentSession) -> dict[str, Any]:
    """How a run stands; once it is done, with its text for the message field."""
    if await context.template_files.part_of(task_id, session.user_id) is None:
        raise Forbidden("not_your_task", "You have no part in this conversation.")
    found = await context.workflow_runs.run(task_id, run_id)
    if found is None:
        raise NotFound("run_not_found", "This workflow was not started here.")
    return {"run": run_view(found)}


@router.post("/workflow-runs/{run_id}/retry")
async def retry(
    task_id: Id, run_id: Id, context: Ctx, session: AgentSession, once: OnceKey
) -> dict[str, Any]:
    """Run a failed one again, under the same Idempotency-Key."""
    return await retry_run(
        context.services, agent_id=session.user_id, task_id=task_id, run_id=run_id, once=once
    )
