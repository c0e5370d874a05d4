"""An accepted conversation on each channel, with what its customer has seen.

Nothing of the product is imported here or asked but through its doors.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from tests.centre import Centre, Desktop, Json
from tests.journeys.providers import ALEX, DANA, Connected, messenger, sms, whatsapp
from tests.journeys.test_email import accepted as accepted_mail
from tests.journeys.test_email import mailbox
from tests.journeys.test_sms import Phone


@dataclass
class Scene:
    """Ana, her task, and the customer's side."""

    centre: Centre
    ana: Desktop
    task_id: int
    customer_saw: Callable[[], Awaitable[list[str]]]
    """The texts that have reached the customer, in order."""

    @property
    def path(self) -> str:
        return f"/tasks/{self.task_id}"

    @property
    def conversation(self) -> int:
        return int(self.ana.task(self.task_id)["conversation_id"])

    async def thread(self) -> list[Json]:
        items: list[Json] = (
            await self.ana.get(f"/conversations/{self.conversation}/messages?limit=200")
        )["items"]
        return items

    async def codes(self) -> list[str]:
        """The announcements in the thread."""
        lines = [m["announcement"] for m in await self.thread()]
        return [line["code"] for line in lines if line is not None]

    async def upload(self, filename: str, content: bytes) -> int:
        answer = await self.ana.http.post(
            f"/api/v1/conversations/{self.conversation}/attachments?filename={filename}",
            content=content,
            headers={"X-CSRF-Token": self.ana.csrf},
        )
        assert answer.status_code == 200, answer.text
        return int(answer.json()["attachment"]["id"])

    async def colleague(self, login: str = "ben") -> Desktop:
        """Somebody else at a desktop, Available."""
        return await self.centre.sign_in(login)

    async def accepted_by(self, who: Desktop) -> None:
        await who.catch_up(await self.centre.position())
        await who.post(f"{self.path}/accept")


@asynccontextmanager
async def scene(centre: Centre, channel: str) -> AsyncIterator[Scene]:
    """Ana in conversation with a customer who has said Hello on this channel."""
    async with _SCENES[channel](centre) as found:
        yield found


@asynccontextmanager
async def _webchat(centre: Centre) -> AsyncIterator[Scene]:
    ana = await centre.sign_in("ana")
    page = await centre.visitor()
    await page.start("Hello")
    await centre.route()
    await ana.catch_up(await centre.position())
    task_id = max(ana.state.tasks)
    await ana.post(f"/tasks/{task_id}/accept")
    await ana.catch_up(await centre.position())

    async def saw() -> list[str]:
        again = await centre.visitor(page.token)
        welcome = next(f for f in reversed(again.frames) if f["type"] == "welcome")
        # A line of the system is a code that the widget puts into words.
        return [m["text"] or m["code"] for m in welcome["messages"] if m["author"] != "customer"]

    yield Scene(centre, ana, task_id, saw)


@asynccontextmanager
async def _email(centre: Centre) -> AsyncIterator[Scene]:
    async with mailbox(centre) as box:
        await box.comes("Hello")
        ana, task_id = await accepted_mail(centre)

        async def saw() -> list[str]:
            while await centre.node.postman.deliver():
                pass
            bodies = [mail.get_body(("plain",)) for mail in box.postbox.mails]
            return [body.get_content().strip() for body in bodies if body is not None]

        yield Scene(centre, ana, task_id, saw)


async def _connected(centre: Centre, connected: Connected, received: Callable[[], Any]) -> Scene:
    ana, task_id = await connected.accepted()

    async def saw() -> list[str]:
        await connected.deliver(3)
        return [getattr(entry, "text", entry) for entry in received()]

    return Scene(centre, ana, task_id, saw)


@asynccontextmanager
async def _sms(centre: Centre) -> AsyncIterator[Scene]:
    async with sms(centre) as connected:
        dana = Phone(connected)
        await dana.says("Hello")
        yield await _connected(centre, connected, lambda: dana.received)


@asynccontextmanager
async def _whatsapp(centre: Centre) -> AsyncIterator[Scene]:
    async with whatsapp(centre) as connected:
        dana = connected.provider.customer(DANA)
        await dana.says("Hello")
        await connected.provider.settle()
        yield await _connected(centre, connected, lambda: dana.received)


@asynccontextmanager
async def _messenger(centre: Centre) -> AsyncIterator[Scene]:
    async with messenger(centre) as connected:
        alex = connected.provider.customer(ALEX, "messenger")
        await alex.says("Hello")
        await connected.provider.settle()
        yield await _connected(centre, connected, lambda: alex.received)


_SCENES = {
    "webchat": _webchat,
    "email": _email,
    "sms": _sms,
    "whatsapp": _whatsapp,
    "messenger": _messenger,
}
