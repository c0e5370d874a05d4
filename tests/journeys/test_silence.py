"""A silent customer is reminded and then given up, whoever answers for the conversation (T11)."""

from __future__ import annotations

import pytest

from rapport.domain.message import DeliveryReceipt, DeliveryStatus
from tests.centre import Centre, Desktop, Json, VisitorPage
from tests.journeys.test_outbox import Receiver, custom_task, receiving
from tests.journeys.test_task_life import active

REMINDERS = [{"after_s": 60, "text": "Still there?"}, {"after_s": 60, "text": "Hello?"}]
SILENCE = {"reminders": REMINDERS, "close_after_s": 60}


async def asked(centre: Centre) -> tuple[Desktop, VisitorPage, int]:
    """Ana has asked and the customer been reminded once."""
    await centre.put("queues", "sales", {"channels": ["webchat", "custom"], "silence": SILENCE})
    await centre.put("settings", "settings", {"company": "Test", "desktop_gone_s": 3600})
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    task_id = await active(centre, ana, page)
    await ana.post(f"/tasks/{task_id}/messages", {"text": "Which cup?"})
    centre.clock.advance(seconds=60)
    assert await centre.sweep() == 1
    return ana, page, task_id


async def said(desktop: Desktop, task_id: int) -> list[str]:
    """What the customer was told."""
    conversation = desktop.task(task_id)["conversation_id"]
    page = await desktop.get(f"/conversations/{conversation}/messages")
    return [m["text"] for m in page["items"] if m["direction"] == "outbound"]


async def is_reminded_and_given_up(centre: Centre, desktop: Desktop, task_id: int) -> None:
    """The one reminder that is left, and the end."""
    centre.clock.advance(seconds=60)
    assert await centre.sweep() == 1
    await desktop.catch_up(await centre.position())
    assert await said(desktop, task_id) == ["Which cup?", "Still there?", "Hello?"]
    centre.clock.advance(seconds=60)
    assert await centre.sweep() == 1
    await desktop.catch_up(await centre.position())
    task = desktop.task(task_id)
    assert (task["state"], task["end_reason"]) == ("ended", "closed")


@pytest.mark.parametrize("parked", [False, True])
async def test_taken_over_by_a_supervisor_it_goes_on(centre: Centre, parked: bool) -> None:
    # T11: "reminders to a silent customer, then closed with a reason"
    ana, _, task_id = await asked(centre)
    sam = await centre.sign_in("sam")
    if parked:
        until = centre.clock.now().replace(hour=23).isoformat()
        await ana.post(f"/tasks/{task_id}/park", {"until": until})
        centre.clock.advance(seconds=600)
    await sam.post(f"/floor/tasks/{task_id}/take-over", {})
    await is_reminded_and_given_up(centre, sam, task_id)
    await centre.settle()


@pytest.mark.parametrize("by", ["the agent", "its time"])
async def test_a_parked_task_taken_up_again_it_goes_on(centre: Centre, by: str) -> None:
    # T11: "an agent can park a task until a time": the customer is not expected to write until
    # then, and is not reminded or given up at once.
    ana, _, task_id = await asked(centre)
    until = centre.clock.now().replace(minute=30)
    await ana.post(f"/tasks/{task_id}/park", {"until": until.isoformat()})
    centre.clock.advance(seconds=1800 if by == "its time" else 600)
    if by == "its time":
        assert await centre.sweep() == 1
    else:
        await ana.post(f"/tasks/{task_id}/resume")
    assert await centre.sweep() == 0
    await is_reminded_and_given_up(centre, ana, task_id)
    await centre.settle()


async def test_who_wrote_while_it_was_parked_is_not_silent(centre: Centre) -> None:
    ana, page, task_id = await asked(centre)
    until = centre.clock.now().replace(minute=30)
    await ana.post(f"/tasks/{task_id}/park", {"until": until.isoformat()})
    await page.say("The blue one")
    assert await centre.sweep() == 1
    centre.clock.advance(seconds=300)
    assert await centre.sweep() == 0
    assert await said(ana, task_id) == ["Which cup?", "Still there?"]
    await centre.settle()


async def by_provider(centre: Centre, receiver: Receiver) -> tuple[Desktop, int]:
    """A conversation whose messages go out by a provider."""
    ana, task_id = await custom_task(centre, receiver)
    await centre.put("queues", "sales", {"channels": ["webchat", "custom"], "silence": SILENCE})
    await centre.put("settings", "settings", {"company": "Test", "desktop_gone_s": 3600})
    await ana.catch_up(await centre.position())
    return ana, task_id


async def sent(centre: Centre, desktop: Desktop, task_id: int, text: str) -> Json:
    """Written and handed to the provider, whatever it says."""
    answer = await desktop.post(f"/tasks/{task_id}/messages", {"text": text})
    assert await centre.node.postman.deliver() == 1
    message: Json = answer["message"]
    return message


async def silence(centre: Centre) -> float | None:
    """In how many seconds the timer is due."""
    due_at = await centre.node.database.pool.fetchval("SELECT due_at FROM task")
    return None if due_at is None else round((due_at - centre.clock.now()).total_seconds())


async def test_what_was_rejected_leaves_nobody_to_remind(centre: Centre) -> None:
    # T11: "reminders to a silent customer": one whom nothing has reached is not silent.
    async with receiving() as receiver:
        ana, task_id = await by_provider(centre, receiver)
        receiver.answers = [b"400 Bad Request"]
        message = await sent(centre, ana, task_id, "Which cup?")
        centre.clock.advance(seconds=60)
        assert await centre.sweep() == 1
        assert await said(ana, task_id) == ["Which cup?"]
        assert await silence(centre) is None
        # Sent again it reaches them, and only then their silence begins.
        centre.clock.advance(seconds=300)
        await ana.post(f"/tasks/{task_id}/messages/{message['id']}/retry")
        assert await centre.node.postman.deliver() == 1
        assert await centre.sweep() == 0
        centre.clock.advance(seconds=61)
        assert await centre.sweep() == 1
        assert await said(ana, task_id) == ["Which cup?", "Still there?"]
        await centre.settle()


async def test_what_reached_them_before_still_counts(centre: Centre) -> None:
    async with receiving() as receiver:
        ana, task_id = await by_provider(centre, receiver)
        receiver.answers = [b"200 OK", b"400 Bad Request"]
        for text in ("Which cup?", "The blue one?"):
            await sent(centre, ana, task_id, text)
        centre.clock.advance(seconds=60)
        assert await centre.sweep() == 1
        assert await said(ana, task_id) == ["Which cup?", "The blue one?", "Still there?"]
        await centre.settle()


@pytest.mark.parametrize("outcome", [None, b"200 OK"])
async def test_what_may_have_reached_them_counts(centre: Centre, outcome: bytes | None) -> None:
    async with receiving() as receiver:
        ana, task_id = await by_provider(centre, receiver)
        receiver.answers = [outcome]
        await sent(centre, ana, task_id, "Which cup?")
        centre.clock.advance(seconds=61)
        assert await centre.sweep() == 1
        assert await said(ana, task_id) == ["Which cup?", "Still there?"]
        await centre.settle()


async def test_a_silence_begins_when_the_message_leaves(centre: Centre) -> None:
    async with receiving() as receiver:
        ana, task_id = await by_provider(centre, receiver)
        receiver.answers = [b"503 Service Unavailable", b"200 OK"]
        await sent(centre, ana, task_id, "Which cup?")
        for _ in range(5):
            centre.clock.advance(seconds=60)
            assert await centre.sweep() == 1
        assert await said(ana, task_id) == ["Which cup?"]
        await ana.post(f"/tasks/{task_id}/send-now")
        centre.clock.advance(seconds=30)
        assert await centre.node.postman.deliver() == 1
        centre.clock.advance(seconds=30)
        assert await centre.sweep() == 1
        assert await silence(centre) == 30
        centre.clock.advance(seconds=31)
        assert await centre.sweep() == 1
        assert await said(ana, task_id) == ["Which cup?", "Still there?"]
        await centre.settle()


async def test_a_failure_that_is_told_later_ends_the_silence(centre: Centre) -> None:
    async with receiving() as receiver:
        ana, task_id = await by_provider(centre, receiver)
        message = await sent(centre, ana, task_id, "Which cup?")
        told = DeliveryReceipt(
            message_id=message["id"], status=DeliveryStatus.FAILED, at=centre.clock.now()
        )
        receipts = centre.node.context.receipts
        for _ in range(2):
            await receipts.submit(centre.ids["custom"], [told])
        centre.clock.advance(seconds=61)
        assert await centre.sweep() == 1
        assert await said(ana, task_id) == ["Which cup?"]
        assert await silence(centre) is None
        # It is this silence that counts, not the one that had begun before it failed.
        await ana.post(f"/tasks/{task_id}/messages/{message['id']}/retry")
        assert await centre.node.postman.deliver() == 1
        centre.clock.advance(seconds=30)
        sam = await centre.sign_in("sam")
        await sam.post(f"/floor/tasks/{task_id}/take-over", {})
        assert await silence(centre) == 30
        await centre.settle()
