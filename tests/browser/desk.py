"""The pages of a journey, in the words of the domain."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.async_api import BrowserContext, FilePayload, Locator, Page, expect


@dataclass
class AgentDesk:
    """One agent's desktop."""

    page: Page
    context: BrowserContext
    url: str

    @property
    def offers(self) -> Locator:
        return self.page.get_by_role("region", name="Offered").get_by_role("article")

    @property
    def active(self) -> Locator:
        """The rows of active conversations in the task list."""
        return self.page.get_by_role("region", name="Active").get_by_role("link")

    @property
    def thread(self) -> Locator:
        return self.page.get_by_role("log", name="Messages")

    @property
    def composer(self) -> Locator:
        return self.page.get_by_role("textbox", name="Message", exact=True)

    @property
    def send(self) -> Locator:
        return self.page.get_by_role("button", name="Send", exact=True)

    @property
    def pane(self) -> Locator:
        return self.page.get_by_role("region", name="Interaction control")

    @property
    def state(self) -> Locator:
        return self.page.get_by_role("button", name=re.compile("^Your state: "))

    def dialog(self, title: str) -> Locator:
        return self.page.get_by_role("dialog", name=title)

    async def is_in_state(self, name: str) -> None:
        await expect(self.state).to_have_accessible_name(f"Your state: {name}. Change it")

    async def choose_state(self, state: str) -> None:
        await self.state.click()
        await self.page.get_by_role("option", name=state).click()

    async def go(self, state: str) -> None:
        """Choose a state in the selector; without conversations it comes at once."""
        await self.choose_state(state)
        await self.is_in_state(state)

    async def accept(self, customer: str) -> None:
        await self.offers.filter(has_text=customer).get_by_role("button", name="Accept").click()
        await expect(self.pane.get_by_role("heading", name=customer)).to_be_visible()
        await expect(self.composer).to_be_focused()

    async def reply(self, text: str) -> None:
        await self.composer.fill(text)
        await self.composer.press("Enter")
        await self.has_written("")
        await expect(self.message(text)).to_have_count(1)

    async def has_written(self, text: str) -> None:
        """What stands in the message field, by lines."""
        await expect(self.composer.locator("> div")).to_have_text(text.split("\n"))

    def message(self, text: str) -> Locator:
        return self.thread.get_by_text(text)

    def bubble(self, text: str) -> Locator:
        """A message with everything around it."""
        return self.thread.locator("[data-seq]").filter(has_text=text)

    async def message_menu(self, text: str, entry: str) -> None:
        """What the menu of a message offers."""
        bubble = self.bubble(text).last
        await bubble.hover()
        await bubble.get_by_role("button", name="Message actions").click()
        await self.page.get_by_role("menuitem", name=entry).click()

    async def reads(self, text: str) -> None:
        """The thread holds the line, once."""
        await expect(self.message(text)).to_have_count(1)

    async def attach(self, file: FilePayload) -> None:
        await self.page.locator("input[type=file]").set_input_files(file)

    async def announces(self, text: str) -> None:
        await expect(self.thread.get_by_text(text)).to_be_visible()

    async def do(self, action: str) -> None:
        """Press a button of the interaction control pane."""
        await self.pane.get_by_role("button", name=action, exact=True).click()

    async def stands_at(self, state: str) -> None:
        """The state in words, beside the customer's name."""
        await expect(self.pane.get_by_text(state, exact=True)).to_be_visible()

    async def choose_target(self, dialog: str, name: str, action: str, tab: str = "") -> None:
        """Transfer or conference: pick a queue or an agent in the dialog."""
        box = self.dialog(dialog)
        if tab:
            await box.get_by_text(tab, exact=True).click()
        await box.get_by_role("option", name=name).click()
        await box.get_by_role("button", name=action, exact=True).click()
        await expect(box).to_be_hidden()

    async def transfer(self, name: str, tab: str) -> None:
        await self.do("Transfer")
        await self.choose_target("Transfer Request", name, "Transfer", tab)

    async def request_conference(self, name: str) -> None:
        await self.do("Conference")
        await self.choose_target("Conference Request", name, "Conference")

    async def wrap_up(self, *reasons: str) -> None:
        """Choose reasons in the dialog that is open, and submit them."""
        box = self.dialog("Wrap Up Reasons")
        for reason in reasons:
            await box.get_by_role("option", name=reason).click()
        await box.get_by_role("button", name="Submit Wrap Up").click()
        await expect(box).to_be_hidden()


@dataclass
class ShopPage:
    """A customer's page with the widget."""

    page: Page
    context: BrowserContext

    @property
    def launcher(self) -> Locator:
        return self.page.get_by_role("button", name=re.compile("^(Open|Close) chat"))

    @property
    def panel(self) -> Locator:
        return self.page.locator("rapport-chat [role=dialog]").first

    @property
    def thread(self) -> Locator:
        return self.page.get_by_role("log", name="Messages")

    @property
    def composer(self) -> Locator:
        return self.page.get_by_role("textbox", name="Write a message")

    @property
    def send(self) -> Locator:
        return self.page.get_by_role("button", name="Send", exact=True)

    async def open_chat(self) -> None:
        if await self.launcher.get_attribute("aria-expanded") != "true":
            await self.launcher.click()
        await expect(self.page.get_by_role("textbox", name="Name")).to_be_focused()

    async def start(self, name: str, text: str = "Hello", waiting: str = "You're next.") -> None:
        """Open the chat, answer its questions, and wait for an agent, told these words."""
        await self.open_chat()
        await self.page.get_by_role("textbox", name="Name").fill(name)
        await self.page.get_by_role("textbox", name="How can we help?").fill(text)
        await self.page.get_by_role("button", name="Start chat").click()
        await self.reads(text)
        await expect(self.page.get_by_text(waiting)).to_be_visible()

    async def say(self, text: str) -> None:
        await self.composer.fill(text)
        await self.composer.press("Enter")
        await expect(self.message(text)).to_have_count(1)

    def message(self, text: str) -> Locator:
        return self.thread.get_by_text(text, exact=True)

    async def reads(self, text: str) -> None:
        """The thread holds the line, once."""
        await expect(self.message(text)).to_have_count(1)

    async def attach(self, file: FilePayload) -> None:
        await self.page.locator("rapport-chat input[type=file]").set_input_files(file)

    async def send_file(self, file: FilePayload, text: str) -> None:
        await self.attach(file)
        await expect(self.send).to_be_enabled()
        await self.say(text)

    async def end(self) -> None:
        await self.page.get_by_role("button", name="End chat").click()
        question = self.page.get_by_role("alertdialog", name="End this chat?")
        await question.get_by_role("button", name="End chat").click()
        await expect(self.page.get_by_text("You ended the chat.")).to_be_visible()


class PhonePage:
    """A customer's phone, by what they see and press."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @property
    def thread(self) -> Locator:
        return self.page.get_by_role("log", name="Conversation")

    async def pick(self, channel: str, customer: str) -> None:
        """Be this person on this channel."""
        await self.page.get_by_role("radio", name=channel, exact=True).check(force=True)
        await self.page.get_by_role("button", name=customer).first.click()

    async def say(self, text: str) -> None:
        await self.page.get_by_role("textbox", name="Message").fill(text)
        await self.page.get_by_role("button", name="Send", exact=True).click()

    async def reads(self, text: str) -> None:
        """The business's message is there, once."""
        theirs = self.thread.get_by_role("article", name="Business").filter(has_text=text)
        await expect(theirs).to_have_count(1)

    async def press(self, button: str) -> None:
        """A button under the business's last message."""
        theirs = self.thread.get_by_role("article", name="Business").last
        await theirs.get_by_role("button", name=button).click()
