"""What a page complains about: console errors, broken policies, exceptions. A journey has none."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from playwright.async_api import BrowserContext, ConsoleMessage, WebError

# A desktop asks who it is before anybody has signed in; the browser writes the answer down.
_NOT_SIGNED_IN = "/api/v1/session"


@dataclass
class Complaints:
    """Collects from every page of a context; what a test provokes it names beforehand."""

    heard: list[str] = field(default_factory=list)
    provoked: list[re.Pattern[str]] = field(default_factory=list)

    def listen(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", self._exception)

    def expect(self, pattern: str) -> None:
        """This journey leads to such a complaint, for example by cutting the network."""
        self.provoked.append(re.compile(pattern))

    def unexpected(self) -> list[str]:
        return [line for line in self.heard if not any(each.search(line) for each in self.provoked)]

    def _console(self, message: ConsoleMessage) -> None:
        if message.type not in {"error", "warning", "assert"}:
            return
        where = message.location["url"]
        if "401" in message.text and where.endswith(_NOT_SIGNED_IN):
            return
        self.heard.append(f"{message.type}: {message.text} ({where})")

    def _exception(self, error: WebError) -> None:
        self.heard.append(f"exception: {error.error.message}\n{error.error.stack}")
