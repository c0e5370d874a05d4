"""Whether, and in which words, a customer is asked how satisfied they were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rapport.application.configuration.snapshot import Configuration
from rapport.application.configuration.survey import SurveySpec
from rapport.application.ports import Case
from rapport.domain import events as e
from rapport.domain.channel import Capabilities
from rapport.domain.message import Content
from rapport.domain.survey import OpenSurvey, answers_about
from rapport.domain.task import EndReason


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and the survey that it opens."""

    text: str
    content: Content | None
    """The answers to press, where the channel has a form for them."""
    survey: OpenSurvey


def question_for(
    case: Case, events: Sequence[e.Event], configuration: Configuration, now: datetime
) -> Question | None:
    """The question after an agent has ended the task; None where nobody is asked.

    Not asked: who has opted out, whose window for free text is closed, who never wrote in a task
    that an agent began; by e-mail, when no address of ours is set to which a link could lead. A
    task ends once, so that transfers and conferences give one question.
    """
    ended = next((x for x in events if isinstance(x, e.TaskEnded)), None)
    if ended is None or ended.reason is not EndReason.HANDLED:
        return None
    task, conversation = case.task, case.conversation
    queue = configuration.queue_specs.get(task.queue_id)
    account = configuration.accounts.get(task.account_id)
    spec = queue.survey if queue is not None else None
    if spec is None or account is None or (spec.channels and task.channel not in spec.channels):
        return None
    heard_at = conversation.last_inbound_at
    silent = task.outbound and (heard_at is None or heard_at < task.arrived_at)
    opted_out = task.customer_opted_out_at is not None or conversation.opted_out_at is not None
    late = account.window is not None and (heard_at is None or now >= heard_at + account.window)
    way = account.capabilities.survey
    if silent or opted_out or late or (way == "link" and not configuration.linked):
        return None
    hint = {"number": spec.number_hint, "link": spec.link_hint, "buttons": None}[way]
    return Question(
        spec.question if hint is None else f"{spec.question}\n{hint}",
        _to_press(task.id, account.capabilities, spec),
        OpenSurvey(
            task_id=task.id,
            queue_id=task.queue_id,
            agent_id=ended.agent_id,
            channel=task.channel.value,
            asked_at=now,
            until=now + timedelta(hours=spec.within_h),
        ),
    )


def _to_press(task_id: int, capabilities: Capabilities, spec: SurveySpec) -> Content | None:
    answers = answers_about(task_id)
    if capabilities.survey != "number" or not capabilities.can_tap([title for _, title in answers]):
        return None
    return Content(buttons=answers, choose=spec.choose)
