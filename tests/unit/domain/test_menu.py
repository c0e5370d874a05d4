"""The question before the queue: what an answer means, and that it always ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from rapport.domain import commands as c
from rapport.domain import events as e
from rapport.domain.decide import decide
from rapport.domain.evolve import fold
from rapport.domain.menu import PAYLOAD, Choice, Menu, Said, answer_in
from rapport.domain.task import DueFor, EndReason, SkillRequirement, Task, TaskState
from tests.builders import NOW, a_queue, a_situation, a_task

WITHIN = timedelta(minutes=2)
MENU = Menu(
    choices=(
        Choice(labels=("Orders", "Bestellungen"), queue_id=1, priority=5),
        Choice(
            labels=("Returns", "Rückgaben"),
            words=("refund*", "send back"),
            queue_id=2,
            priority=2,
            skills=(SkillRequirement(skill_id=7, level=3),),
        ),
        Choice(labels=("Anything else", "Etwas anderes"), queue_id=1, priority=8),
    ),
    tries=2,
    within=WITHIN,
    variable="topic",
)
LATER = NOW + timedelta(seconds=20)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("2", 2),
        (" 2. ", 2),
        ("(2)", 2),
        ("#2!", 2),
        ("2️⃣", 2),
        ("２", 2),
        ("02", 2),
        ("2 Returns", 2),
        ("returns", 2),
        ("RÜCKGABEN.", 2),
        ("ru\u0308ckgaben", 2),
        ("I want my returns, please", 2),
        ("two refunds", 2),
        ("I'd like to send  back a cup", 2),
        ("anything else", 3),
        ("0", None),
        ("4", None),
        ("12", None),
        ("2 cups are broken", None),
        ("1 or 2", None),
        ("Orders and returns", None),
        ("Hello", None),
        ("", None),
        ("👍", None),
    ],
)
def test_what_an_answer_means(text: str, number: int | None) -> None:
    expected = None if number is None else MENU.choices[number - 1]
    assert answer_in(Said(text), MENU) == expected


@pytest.mark.parametrize(
    ("payload", "number"),
    [(f"{PAYLOAD}3", 3), (f"{PAYLOAD}9", None), (f"{PAYLOAD}x", None), (f"{PAYLOAD}", None)],
)
def test_what_was_tapped_counts_whatever_it_says(payload: str, number: int | None) -> None:
    expected = None if number is None else MENU.choices[number - 1]
    assert answer_in(Said("Returns", payload), MENU) == expected


def test_a_payload_of_something_else_is_a_text_like_any_other() -> None:
    assert answer_in(Said("Returns", "start"), MENU) == MENU.choices[1]


def heard(
    text: str,
    task: Task | None = None,
    menu: Menu | None = MENU,
    *,
    after_s: float = 20,
    **said: bool,
) -> tuple[Task, list[e.Event]]:
    """The task after a message, and what it made happen."""
    task = task or a_task().asking(within=WITHIN)
    now = NOW + timedelta(seconds=after_s)
    s = a_situation(task, queues=[a_queue(2, last_agent_wait=timedelta(0))], now=now)
    events = decide(s, c.HearAnswer(menu=menu, said=Said(text, **said)))
    return fold(task, s.agents, events, now)[0], events


def test_an_answer_chooses_queue_skills_and_priority() -> None:
    task, (event,) = heard("2", replace(a_task().asking(within=WITHIN), variables=(("page", "x"),)))
    assert isinstance(event, e.TaskQueued)
    assert (event.by, event.answer) == ("answer", "Returns")
    assert (task.state, task.queue_id, task.priority) == (TaskState.QUEUED, 2, 2)
    assert task.skills == (SkillRequirement(skill_id=7, level=3),)
    assert dict(task.variables) == {"page": "x", "topic": "Returns"}
    assert task.arrived_at == NOW, "who has come first is first"
    assert task.queued_at == task.waiting_since == LATER, "the answering is no waiting"
    assert task.due_for is DueFor.WAITING
    assert task.due_at is not None
    assert task.due_at > LATER
    assert task.epoch == 2


def test_not_understood_is_asked_again_and_then_given_up() -> None:
    task, (event,) = heard("Hello")
    assert event == e.MenuAsked(repeats=1, due_at=LATER + WITHIN)
    assert (task.state, task.silence_stage, task.epoch) == (TaskState.ASKING, 1, 1)
    task, (event,) = heard("Hello?", task, after_s=60)
    assert isinstance(event, e.TaskQueued)
    assert (event.by, task.state, task.queue_id, task.priority) == (
        "not_understood",
        TaskState.QUEUED,
        1,
        5,
    )
    assert (task.silence_stage, dict(task.variables)) == (0, {})


@pytest.mark.parametrize("after_s", [0, 2.9])
def test_who_writes_on_has_not_read_the_question_yet(after_s: float) -> None:
    assert heard("and my name is Dana", after_s=after_s)[1] == []
    assert heard("2", after_s=after_s)[0].queue_id == 2, "an answer counts at once"


def test_a_file_alone_is_no_wrong_answer() -> None:
    assert heard("", attempt=False)[1] == []


def test_one_try_is_one() -> None:
    _, (event,) = heard("Hello", menu=replace(MENU, tries=1))
    assert isinstance(event, e.TaskQueued)


def test_without_a_menu_any_more_it_waits_like_others() -> None:
    task, _ = heard("2", menu=None)
    assert (task.state, task.queue_id) == (TaskState.QUEUED, 1)


def test_a_choice_whose_queue_is_gone_is_not_understood() -> None:
    gone = replace(MENU, choices=(replace(MENU.choices[0], queue_id=99), *MENU.choices[1:]))
    assert isinstance(heard("1", menu=gone)[1][0], e.MenuAsked)


def test_without_a_variable_none_is_set() -> None:
    assert heard("2", menu=replace(MENU, variable=None))[0].variables == ()


@pytest.mark.parametrize("seconds", [119, 120, 500])
def test_time_is_up_when_it_is_up(seconds: int) -> None:
    task = a_task().asking(within=WITHIN)
    s = a_situation(task, now=NOW + timedelta(seconds=seconds))
    events = decide(s, c.PassDeadline())
    if seconds < 120:
        assert events == []
        return
    (event,) = events
    assert isinstance(event, e.TaskQueued)
    assert event.by == "time"
    task, _ = fold(task, s.agents, events, s.now)
    assert (task.state, task.queue_id, task.waiting_since) == (TaskState.QUEUED, 1, s.now)


def test_who_leaves_has_arrived_and_abandoned() -> None:
    task = a_task().asking()
    s = a_situation(task, now=LATER)
    queued, ended = decide(s, c.LeaveAsCustomer())
    assert isinstance(queued, e.TaskQueued)
    assert isinstance(ended, e.TaskEnded)
    assert (queued.by, ended.reason) == ("customer_left", EndReason.ABANDONED)


def test_the_last_agent_is_asked_first_where_the_queue_waits_for_them() -> None:
    task = replace(a_task().asking(), preferred_agent_id=3)
    for wait, preferred in ((timedelta(0), None), (timedelta(seconds=30), 3)):
        s = a_situation(task, queues=[a_queue(2, last_agent_wait=wait)], now=LATER)
        after, _ = fold(task, s.agents, decide(s, c.HearAnswer(menu=MENU, said=Said("2"))), LATER)
        assert after.preferred_agent_id == preferred
        assert preferred is None or after.due_at == LATER + wait
