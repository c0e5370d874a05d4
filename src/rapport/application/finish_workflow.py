"""What a workflow's answer does: told in the thread, and its effects, in one commit (C2)."""

from __future__ import annotations

from dataclasses import replace

from rapport.application.configuration.writing import WorkflowAnswer
from rapport.application.perform import IDS_PER_COMMAND, participants, situation_of
from rapport.application.ports import Case, Services, Transaction
from rapport.application.privacy import cleared
from rapport.application.recording import Recorder
from rapport.application.templates import values_of
from rapport.domain.agent import Agent
from rapport.domain.channel import ChannelType
from rapport.domain.errors import Refused
from rapport.domain.events import VariablesSet
from rapport.domain.message import Announcement, AuthorKind
from rapport.domain.rules.speaking import check_may_send, check_reachable
from rapport.domain.workflows import (
    INPUT,
    LONGEST_TEXT,
    Outcome,
    Run,
    RunState,
    answer_values,
    found_at,
    substituted,
)

Params = dict[str, str | int]


async def finish_run(services: Services, run: Run, outcome: Outcome) -> bool:
    """Record what became of a run; False if it was no longer this worker's."""
    ids = await services.store.new_ids(IDS_PER_COMMAND)

    async def work(transaction: Transaction) -> bool:
        case = (await transaction.cases([run.task_id]))[run.task_id]
        agents = await transaction.agents(participants(case.task))
        stored = await transaction.locked_run(run.id)
        if stored is None or stored.token != run.token or stored.state is not RunState.RUNNING:
            return False
        now = services.clock.now()
        recorder = Recorder(services.configuration.current, iter(ids), now)
        params: Params = {
            "agent_id": run.agent_id or 0,
            "workflow": run.name,
            "run_id": run.id,
            "ms": max(0, round((now - run.started_at).total_seconds() * 1000)),
        }
        if outcome.code is not None:
            state, code = RunState.FAILED, "workflow_failed"
            params["reason"] = outcome.code
            text = None
        else:
            state, code = RunState.DONE, "workflow_done"
            case, text = _effects(services, recorder, case, agents, run, outcome, params)
        recorder.line(case, Announcement(code=code, params=tuple(params.items())))
        await transaction.save(recorder.changes)
        await transaction.keep_run(
            replace(
                stored,
                state=state,
                finished_at=now,
                reason_code=outcome.code,
                reason=outcome.reason,
                text=text,
            )
        )
        return True

    return await services.store.run(work)


def _effects(
    services: Services,
    recorder: Recorder,
    case: Case,
    agents: dict[int, Agent],
    run: Run,
    outcome: Outcome,
    params: Params,
) -> tuple[Case, str | None]:
    """Variables and the customer's message; returns the text for the agent's message field."""
    current = services.configuration.current
    spec = current.workflows.get(run.workflow_id)
    answer = spec.answer if spec is not None else WorkflowAnswer()
    parsed, answered = answer_values(outcome.body)
    values = {
        **values_of(current, case.task, case.contact, run.agent_id or 0),
        **{f"{INPUT}{name}": value for name, value in run.inputs.items()},
        **answered,
    }

    def text_of(template: str | None) -> str:
        filled = substituted(template or "", values)
        return cleared(filled.replace("\x00", ""), current).text.strip()[:LONGEST_TEXT]

    found = [(name, found_at(parsed, path)) for name, path in answer.variables.items()]
    kept = tuple((name, value) for name, value in found if value is not None)
    if kept:
        event = VariablesSet(workflow_id=run.workflow_id, values=kept)
        case = recorder.apply(case, agents, [event])
    message = text_of(answer.message)
    if message:
        refusal = _may_tell(services, case, agents, run, message)
        if refusal is not None:
            params["not_told"] = refusal
        else:
            case, _ = recorder.say(
                case, author_kind=AuthorKind.SYSTEM, author_id=None, text=message
            )
    if announcement := text_of(answer.announcement):
        params["text"] = announcement
    text = text_of(answer.composer) or None
    if text is not None:
        params["composer"] = 1
    return case, text


def _may_tell(
    services: Services, case: Case, agents: dict[int, Agent], run: Run, text: str
) -> str | None:
    """Why the customer cannot be told; None if they can."""
    if case.task.channel is ChannelType.EMAIL:
        return "not_by_mail"
    situation = situation_of(case, agents, services)
    try:
        check_may_send(situation, run.agent_id or 0, text, 0)
        check_reachable(situation, case.conversation.last_inbound_at)
    except Refused as refused:
        return refused.code
    return None
