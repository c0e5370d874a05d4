"""What a customer's message does to its conversation (T1, R3)."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from rapport.application.configuration.snapshot import Configuration
from rapport.application.ports import Changes
from rapport.application.receive_messages import receive
from rapport.application.received import Received, Thread
from rapport.domain.message import Contact, Conversation, InboundMessage
from rapport.domain.task import Task, TaskState
from tests.builders import NOW, a_task
from tests.builders.configuration import (
    ACCOUNT,
    ANA,
    BEN,
    OTHER_QUEUE,
    QUEUE,
    a_configuration,
)

SKILL = 8


class Line:
    """One conversation, and what has been recorded about it."""

    def __init__(
        self, task: Task | None = None, configuration: Configuration | None = None, **known: int
    ) -> None:
        self.configuration = configuration or a_configuration()
        self.changes = Changes()
        self.thread = Thread(
            conversation=Conversation(
                id=1,
                account_id=ACCOUNT,
                contact_key="visitor-1",
                contact_id=1,
                task_id=task.id if task else None,
                last_agent_id=ANA,
                created_at=NOW,
            ),
            contact=Contact(id=1, name="Zoe"),
            task=replace(task, account_id=ACCOUNT) if task else None,
            known=known,
        )
        self.ids = count(1000)

    def say(self, *texts: str | None, **fields: Any) -> list[Received]:
        messages = [
            InboundMessage(external_id=f"m{n}", contact_key="visitor-1", text=text, **fields)
            for n, text in enumerate(texts)
        ]
        return receive(self.thread, messages, self.configuration, self.ids, NOW, self.changes)

    @property
    def kinds(self) -> list[str]:
        return [event.kind for event in self.changes.events]


@pytest.mark.parametrize(
    "task",
    [
        a_task().queued(),
        a_task().offered_to(ANA),
        a_task().active_with(ANA),
        a_task().active_with(ANA, parked=True),
        a_task().in_conference(ANA, BEN),
        a_task().after(ANA, wrapped_up=False).queued(),
    ],
    ids=["queued", "offered", "active", "parked", "in conference", "transferred"],
)
def test_it_joins_a_task_that_can_still_serve_it(task: Task) -> None:
    line = Line(task)
    (received,) = line.say("Hello")
    assert received.task_id == task.id
    assert not line.changes.new_task_ids
    assert line.changes.messages[0].task_id == task.id


@pytest.mark.parametrize(
    "task",
    [None, a_task().wrapping_up(ANA), a_task().closed_by(ANA)],
    ids=["the first ever", "during the wrap-up after End", "after it"],
)
def test_else_it_opens_a_new_one(task: Task | None) -> None:
    line = Line(task)
    (received,) = line.say("Hello")
    assert received.task_id in line.changes.new_task_ids
    (opened,) = line.changes.tasks
    assert (opened.state, opened.queue_id) == (TaskState.QUEUED, QUEUE)
    assert (opened.arrived_at, opened.queued_at) == (NOW, NOW)
    assert opened.due_at is not None, "it has a timer from the first moment"
    assert line.kinds == ["task.queued", "message.received"]


def test_all_of_a_batch_join_the_task_that_the_first_one_opens() -> None:
    received = Line().say("One", "Two", "Three")
    assert [r.seq for r in received] == [1, 2, 3]
    assert len({r.task_id for r in received}) == 1


def test_duplicates_are_recognised_in_storage_and_in_the_batch() -> None:
    line = Line(a_task().active_with(ANA), m0=7)
    again, new, *_ = line.say("Hello", "World")
    assert (again.duplicate, again.seq) == (True, 7)
    assert not new.duplicate
    repeated = line.say("Hello", "World")
    assert [r.duplicate for r in repeated] == [True, False], "only what was stored is known"
    assert len(line.changes.messages) == 2


def test_the_last_agent_is_preferred_where_the_queue_waits_for_them() -> None:
    for wait, preferred in ((0, None), (20, ANA)):
        line = Line(configuration=a_configuration(queue={"last_agent_s": wait}))
        line.say("Hello")
        (task,) = line.changes.tasks
        assert task.preferred_agent_id == preferred
        assert task.due_at is not None
        assert (task.due_at - NOW).total_seconds() == (wait or 600)


def test_priority_and_skills_come_from_the_entry_point_and_the_queue() -> None:
    skill = {"skill": SKILL, "level": 7}
    line = Line(
        configuration=a_configuration(
            queue={"skills": [{"skill": SKILL, "level": 2}, {"skill": 6}]},
            entry={"priority": 1, "skills": [skill]},
        )
    )
    line.say("Hello")
    (task,) = line.changes.tasks
    assert task.priority == 1
    assert [(s.skill_id, s.level) for s in task.skills] == [(6, 5), (SKILL, 7)]


@pytest.mark.parametrize(
    ("text", "fields", "queue", "priority", "skills"),
    [
        ("Hello", {}, QUEUE, 5, []),
        ("I want to return it", {}, OTHER_QUEUE, 5, [(SKILL, 8)]),
        ("It is URGENT", {}, QUEUE, 1, []),
        # The first route counts, not the first word.
        ("Urgent: my returns", {}, OTHER_QUEUE, 5, [(SKILL, 8)]),
        ("See below", {"details": {"subject": "Re: Return 7"}}, OTHER_QUEUE, 5, [(SKILL, 8)]),
        (None, {"variables": (("topic", "Returns"),)}, OTHER_QUEUE, 5, [(SKILL, 8)]),
        ("Hello", {"variables": (("page", "https://shop.example/return"),)}, QUEUE, 5, []),
    ],
)
def test_words_of_the_first_message_choose(
    text: str | None,
    fields: dict[str, Any],
    queue: int,
    priority: int,
    skills: list[tuple[int, int]],
) -> None:
    routes = [
        {
            "words": ["return*", "refund"],
            "queue": OTHER_QUEUE,
            "skills": [{"skill": SKILL, "level": 8}],
        },
        {"words": ["urgent"], "priority": 1},
    ]
    line = Line(configuration=a_configuration(entry={"keywords": routes}))
    line.say(text, **fields)
    (task,) = line.changes.tasks
    assert (task.queue_id, task.priority) == (queue, priority)
    assert [(s.skill_id, s.level) for s in task.skills] == skills
    # What follows joins the task, whatever it says.
    line.say("Please return it", "urgent")
    assert {t.queue_id for t in line.changes.tasks} == {queue}


def test_a_chat_opened_without_words_waits_too() -> None:
    line = Line()
    line.say(None)
    assert line.kinds == ["task.queued"]
    assert not line.changes.messages


@pytest.mark.parametrize(
    "task", [a_task().active_with(ANA), a_task().offered_to(BEN), a_task().queued()]
)
def test_who_had_left_is_back(task: Task) -> None:
    line = Line(replace(task, customer_left_at=NOW))
    line.say("I forgot something")
    assert line.changes.tasks[-1].customer_left_at is None
    assert "customer.returned" in line.kinds


def test_a_parked_task_is_due_at_once() -> None:
    line = Line(a_task().active_with(ANA, parked=True))
    line.say("Here are the papers")
    assert line.changes.tasks[-1].due_at == NOW


def test_agents_are_never_touched() -> None:
    line = Line(a_task().active_with(ANA, parked=True))
    line.say("Hello")
    assert not line.changes.agents


def test_what_a_visitor_types_stays_with_their_own_contact() -> None:
    line = Line(a_task().active_with(ANA))
    line.say("Hello", name="Bill", email="bill@example.com")
    (contact,) = line.changes.contacts
    assert (contact.id, contact.name, contact.email) == (1, "Bill", "bill@example.com")
    (conversation,) = line.changes.conversations
    assert conversation.contact_id == 1, "never merged with anyone of that name or address"
    assert conversation.contact_key == "visitor-1"
