"""What is kept of a conversation between its customer's texts is never older than what agents did.

The stream usually tells that something has changed; here it does not, so that only the check in the
database is left (`storage/ingest_texts.py`).
"""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from rapport.domain.message import InboundMessage
from tests.centre import Centre, Desktop
from tests.journeys.test_outbox import SECRET


class Dana:
    """A customer who writes, and the positions at which that took the short way."""

    def __init__(self, centre: Centre, account: int) -> None:
        self._centre, self._account, self._numbers = centre, account, count(1)
        inbox: Any = centre.node.context.inbox
        self._inbox, self.short = inbox, []
        told = inbox.texts.on_logged

        def logged(pos: int, events: Any) -> None:
            self.short.append(pos)
            told(pos, events)

        inbox.texts.on_logged = logged

    async def say(self, text: str) -> int | None:
        """Write; returns the task that it belongs to."""
        message = InboundMessage(
            external_id=f"dana.{next(self._numbers)}", contact_key="dana", text=text
        )
        (received,) = await self._inbox.submit(self._account, [message])
        return received.task_id

    async def chat(self) -> int | None:
        """So much that it is kept."""
        self.short.clear()
        for text in ("Hello", "Anybody there?", "Well?"):
            task_id = await self.say(text)
        assert self.short
        return task_id


@pytest.fixture
def unheard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rapport.storage.ingest_texts.Texts.heard", lambda *_: None)


async def last(centre: Centre, desktop: Desktop, task_id: int) -> str | None:
    await desktop.catch_up(await centre.position())
    shown = desktop.state.last.get(task_id)
    return None if shown is None else shown["text"]


@pytest.mark.usefixtures("unheard")
async def test_texts_reach_whoever_serves_now(centre: Centre) -> None:
    dana = Dana(centre, await centre.custom_account(SECRET))
    ana, ben = await centre.sign_in("ana"), await centre.sign_in("ben", available=False)
    for text in ("Good morning", "Hello?"):
        await dana.say(text)
    task_id = await dana.chat()
    assert task_id is not None

    await centre.offered()
    await dana.say("It rings")
    assert await last(centre, ana, task_id) == "It rings"
    await ana.post(f"/tasks/{task_id}/accept")
    await dana.chat()
    assert await last(centre, ana, task_id) == "Well?"

    await ben.available()
    await ana.post(f"/tasks/{task_id}/transfer", {"agent_id": ben.user_id})
    await ben.catch_up(await centre.position())
    await ben.post(f"/tasks/{task_id}/accept")
    await ana.post(f"/tasks/{task_id}/wrap-up", {"reason_ids": [centre.ids["Sold"]]})
    await dana.say("Now you?")
    assert await last(centre, ben, task_id) == "Now you?"
    assert await last(centre, ana, task_id) != "Now you?"
    await dana.chat()

    await ben.post(f"/tasks/{task_id}/end", {"consent": True})
    assert await dana.chat() != task_id, "T1: what is over is not written to"
