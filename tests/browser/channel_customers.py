"""A customer on each channel for the desktop's journeys: says Hello, sees what arrives, may leave.

Providers are simulated over sockets; a visitor is a browser, a mailbox a mail server.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Locator, expect

from tests.browser.desk import AgentDesk
from tests.browser.stage import Stage
from tests.browser.test_mail import mode, quick
from tests.centre import Desktop
from tests.journeys.providers import ALEX, DANA, Connected, messenger, sms, until, whatsapp
from tests.journeys.test_email import mailbox
from tests.journeys.test_sms import Phone


@dataclass
class ChannelCustomer:
    """The other side of the conversation."""

    says: Callable[[str], Awaitable[Any]]
    seen: Callable[[], Awaitable[str]]
    """Everything that has reached the customer, once what waits has left."""
    reads: Callable[[], Awaitable[None]] | None = None
    """The customer looks at what has come; None where nobody would hear of it."""
    leaves: Callable[[], Awaitable[None]] | None = None
    """The customer ends the conversation; None where they can't."""
    returns: Callable[[], Awaitable[None]] | None = None
    """After the end: writes Hello again."""

    async def gets(self, text: str) -> None:
        """This reaches the customer."""

        async def there() -> bool:
            return text in await self.seen()

        await until(there)


@asynccontextmanager
async def customer_on(stage: Stage, channel: str) -> AsyncIterator[ChannelCustomer]:
    """A customer who has said Hello."""
    async with _CUSTOMERS[channel](stage) as customer:
        yield customer


@asynccontextmanager
async def _webchat(stage: Stage) -> AsyncIterator[ChannelCustomer]:
    shop = await stage.visitor()

    async def starts(text: str) -> None:
        answers = {"Name": "Dana Example", "E-mail": "dana@example.com", "How can we help?": text}
        for field, answer in answers.items():
            await shop.page.get_by_role("textbox", name=field).fill(answer)
        await shop.page.get_by_role("button", name="Start chat").click()
        await shop.reads(text)

    async def nothing() -> None:
        """An open chat has read what it shows."""

    async def leaves() -> None:
        """By the button under the agent's question."""
        await shop.thread.get_by_role("button", name="End chat").click()
        question = shop.page.get_by_role("alertdialog", name="End this chat?")
        await question.get_by_role("button", name="End chat").click()

    async def returns() -> None:
        await shop.page.get_by_role("button", name="Start a new chat").click()
        await starts("Hello again")

    await shop.open_chat()
    await starts("Hello")
    yield ChannelCustomer(shop.say, shop.panel.inner_html, nothing, leaves, returns)


def _delivered(connected: Connected, received: Callable[[], list[Any]]) -> Any:
    async def seen() -> str:
        await connected.deliver(2)
        return "\n".join(
            "\n".join([entry.text, *(file.filename or file.kind for file in entry.files)])
            for entry in received()
        )

    return seen


@asynccontextmanager
async def _sms(stage: Stage) -> AsyncIterator[ChannelCustomer]:
    async with sms(stage.centre) as connected:
        phone = Phone(connected)
        await phone.says("Hello")

        async def seen() -> str:
            await connected.deliver(2)
            return "\n".join(phone.received)

        yield ChannelCustomer(phone.says, seen)


@asynccontextmanager
async def _messenger(stage: Stage) -> AsyncIterator[ChannelCustomer]:
    async with messenger(stage.centre) as connected:
        # Pages have no formatting of their own: an account may write the signs that people know.
        spec = stage.centre.node.configuration.current.account_specs[connected.account]
        given = spec.model_dump(mode="json", exclude_defaults=True)
        given["settings"] = {**spec.settings, "marks": True}
        await stage.centre.put("accounts", "messenger", given)
        alex = connected.provider.customer(ALEX, "messenger")

        async def says(text: str) -> None:
            await alex.says(text)
            await connected.provider.settle()

        async def reads() -> None:
            alex.reads()
            await connected.provider.settle()

        await says("Hello")
        yield ChannelCustomer(says, _delivered(connected, lambda: alex.received), reads)


@asynccontextmanager
async def _whatsapp(stage: Stage) -> AsyncIterator[ChannelCustomer]:
    async with whatsapp(stage.centre) as connected:
        dana = connected.provider.customer(DANA)

        async def says(text: str) -> None:
            await dana.says(text)
            await connected.provider.settle()

        async def reads() -> None:
            dana.reads()
            await connected.provider.settle()

        async def leaves() -> None:
            question = next(entry for entry in reversed(dana.received) if entry.choices)
            end = question.choices[0]
            await dana.sends("button", id=end.id, title=end.title, reply_to=question.id)
            await connected.provider.settle()

        async def returns() -> None:
            await says("Hello again")

        await says("Hello")
        seen = _delivered(connected, lambda: dana.received)
        yield ChannelCustomer(says, seen, reads, leaves, returns)


@asynccontextmanager
async def _email(stage: Stage) -> AsyncIterator[ChannelCustomer]:
    async with mailbox(stage.centre) as box:
        first = await box.comes("Hello")

        async def says(text: str) -> None:
            await box.comes(text, In_Reply_To=first)

        async def seen() -> str:
            while await stage.centre.node.postman.deliver():
                pass
            parts = [part for mail in box.postbox.mails for part in mail.walk()]
            return "\n".join(
                part.get_filename()
                or (part.get_content() if part.get_content_maintype() == "text" else "")
                for part in parts
            )

        yield ChannelCustomer(says, seen)


_CUSTOMERS = {
    "messenger": _messenger,
    "sms": _sms,
    "webchat": _webchat,
    "email": _email,
    "whatsapp": _whatsapp,
}


@dataclass
class Act:
    """Ana at the desktop, her customer, and what the channel is."""

    stage: Stage
    channel: str
    ana: AgentDesk
    customer: ChannelCustomer
    ben: Desktop | None = None

    @property
    def mail(self) -> bool:
        return self.channel == "email"

    async def compose(self) -> None:
        """To the message field, which is empty; in a mail that of the standard reply."""
        if self.mail and await quick(self.ana).count():
            await mode(self.ana, "Reply").click()
        await self.ana.composer.focus()
        await expect(self.ana.composer).to_be_empty()

    async def send(self) -> None:
        # Seed: "Click Send or press Enter on your keyboard. The customer receives the response."
        await self.ana.page.keyboard.press("Control+Enter" if self.mail else "Enter")
        if self.mail:
            await expect(quick(self.ana)).to_be_visible()

    async def says(self, text: str) -> None:
        await self.compose()
        await self.ana.page.keyboard.type(text)
        await self.send()
        await self.customer.gets(text)


async def rgb(bubble: Locator) -> tuple[int, int, int]:
    """The colour that a bubble is filled with."""
    colour = await bubble.evaluate("(element) => getComputedStyle(element).backgroundColor")
    red, green, blue = re.findall(r"\d+", colour)[:3]
    return int(red), int(green), int(blue)
