"""The question before the queue: asked, answered, asked again, given up.

Whatever happens, the task gets into a queue: by the answer, by the last try, by time, or, for the
figures, when the customer leaves.
"""

from __future__ import annotations

from rapport.domain import commands as c
from rapport.domain import events as e
from rapport.domain.deadlines import queued_deadline
from rapport.domain.menu import TYPING_ON, Choice, Menu, answer_in
from rapport.domain.policy import QueuePolicy
from rapport.domain.situation import Situation


def hear_answer(s: Situation, command: c.HearAnswer) -> list[e.Event]:
    """A message came while the question is open; without a menu it is open no longer."""
    menu = command.menu
    if menu is None:
        return [queue_up(s, "taken_back")]
    choice = answer_in(command.said, menu)
    if choice is not None and choice.queue_id in s.queues:
        return [_chosen(s, choice, menu)]
    asked_at = None if s.task.due_at is None else s.task.due_at - menu.within
    if not command.said.attempt or (asked_at is not None and s.now < asked_at + TYPING_ON):
        return []
    wrong = s.task.silence_stage + 1
    if wrong >= menu.tries:
        return [queue_up(s, "not_understood")]
    return [e.MenuAsked(repeats=wrong, due_at=s.now + menu.within)]


def queue_up(s: Situation, by: str) -> e.TaskQueued:
    """Without an answer: to the entry point's own queue, as it would have gone without asking."""
    task = s.task
    return _queued(s, task.queue_id, by, priority=task.priority, skills=task.skills)


def _chosen(s: Situation, choice: Choice, menu: Menu) -> e.TaskQueued:
    label = choice.labels[0]
    return _queued(
        s,
        choice.queue_id,
        "answer",
        priority=choice.priority,
        skills=choice.skills,
        answer=label,
        values=((menu.variable, label),) if menu.variable else (),
    )


def _queued(s: Situation, queue_id: int, by: str, **fields: object) -> e.TaskQueued:
    # One that was removed meanwhile: its policy is the default until somebody moves the task.
    queue = s.queues.get(queue_id) or QueuePolicy(id=queue_id)
    wait = queue.last_agent_wait
    preferred = s.task.preferred_agent_id if wait else None
    due_at = queued_deadline(queue, s.now, stage=0, now=s.now)
    return e.TaskQueued(
        queue_id=queue_id,
        by=by,
        preferred_agent_id=preferred,
        due_at=min(due_at, s.now + wait) if preferred is not None else due_at,
        **fields,  # type: ignore[arg-type]
    )
