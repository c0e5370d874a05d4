"""A contact centre whose accounts are connected to simulated providers over real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from rapport.clock import SystemClock
from rapport_simulators.graph.settings import GraphSettings
from rapport_simulators.graph.simulator import GraphSimulator
from rapport_simulators.twilio.settings import TwilioSettings
from rapport_simulators.twilio.simulator import TwilioSimulator
from tests.centre import Centre, Desktop, Json

DANA = "4915555500101"
ALEX = "7000000000000201"
GRAPH = GraphSettings()
TWILIO = TwilioSettings()


@dataclass
class Connected:
    """A centre, the account and the provider behind it."""

    centre: Centre
    account: int
    provider: Any

    async def deliver(self, rounds: int = 1) -> int:
        """Send what waits; then let the provider report."""
        tried = 0
        for _ in range(rounds):
            tried += await self.centre.node.postman.deliver()
        await self.provider.settle()
        return tried

    async def accepted(self, login: str = "ana") -> tuple[Desktop, int]:
        """An agent who has accepted the waiting conversation."""
        desktop = self.centre.desktops.get(login) or await self.centre.sign_in(login)
        await self.centre.route()
        await desktop.catch_up(await self.centre.position())
        task_id = max(desktop.state.tasks)
        await desktop.post(f"/tasks/{task_id}/accept")
        await desktop.catch_up(await self.centre.position())
        return desktop, task_id

    async def thread(self, desktop: Desktop, task_id: int) -> list[Json]:
        """The conversation as the agent's desktop reads it."""
        conversation = desktop.task(task_id)["conversation_id"]
        page = await desktop.get(f"/conversations/{conversation}/messages?limit=200")
        items: list[Json] = page["items"]
        return items

    async def message(self, desktop: Desktop, task_id: int, message_id: int) -> Json:
        """One message as it is now."""
        return next(m for m in await self.thread(desktop, task_id) if m["id"] == message_id)


async def _entry(centre: Centre, account: int, name: str) -> None:
    await centre.put(
        "entry_points", f"{name} entry", {"account": account, "queue": centre.ids["sales"]}
    )


@asynccontextmanager
async def whatsapp(centre: Centre, **spec: Any) -> AsyncIterator[Connected]:
    """A WhatsApp number at the simulated Graph."""
    async with GraphSimulator(GRAPH) as graph:
        account = await centre.put(
            "accounts",
            "whatsapp",
            {
                "channel": "whatsapp",
                "address": GRAPH.phone_number_id,
                "settings": {
                    "api_url": f"{graph.url}/v25.0",
                    "business_account_id": GRAPH.business_account_id,
                },
                **spec,
            },
            {
                "app_secret": GRAPH.app_secret,
                "verify_token": GRAPH.verify_token,
                "access_token": GRAPH.access_token,
            },
        )
        await _entry(centre, account, "whatsapp")
        graph.connect({"whatsapp": f"{centre.url}/webhooks/whatsapp/{account}"})
        yield Connected(centre, account, graph)


@asynccontextmanager
async def messenger(centre: Centre, **spec: Any) -> AsyncIterator[Connected]:
    """A page at the simulated Graph.

    A watermark is a time: our clock stands where the provider's does.
    """
    centre.clock.moment = SystemClock().now()
    async with GraphSimulator(GRAPH) as graph:
        account = await centre.put(
            "accounts",
            "messenger",
            {
                "channel": "messenger",
                "address": GRAPH.page_id,
                "settings": {"api_url": f"{graph.url}/v25.0", "app_id": GRAPH.app_id},
                **spec,
            },
            {
                "app_secret": GRAPH.app_secret,
                "verify_token": GRAPH.verify_token,
                "access_token": GRAPH.access_token,
            },
        )
        await _entry(centre, account, "messenger")
        graph.connect({"messenger": f"{centre.url}/webhooks/messenger/{account}"})
        yield Connected(centre, account, graph)


@asynccontextmanager
async def sms(centre: Centre, **spec: Any) -> AsyncIterator[Connected]:
    """A number at the simulated Twilio."""
    async with TwilioSimulator(TWILIO) as twilio:
        account = await centre.put(
            "accounts",
            "sms",
            {
                "channel": "sms",
                "address": TWILIO.number,
                "settings": {
                    "provider": "twilio",
                    "account_sid": TWILIO.account_sid,
                    "api_url": twilio.url,
                    "number_kind": "short_code",
                },
                **spec,
            },
            {"auth_token": TWILIO.auth_token},
        )
        url = f"{centre.url}/webhooks/sms/{account}"
        item = centre.node.configuration.current.account_specs[account]
        await centre.put(
            "accounts",
            "sms",
            {
                **item.model_dump(mode="json", exclude_defaults=True),
                "settings": {**item.settings, "webhook_url": url},
            },
            {"auth_token": TWILIO.auth_token},
        )
        await _entry(centre, account, "sms")
        twilio.connect({"sms": url})
        yield Connected(centre, account, twilio)


async def until(check: Any, patience_s: float = 10) -> Any:
    """Wait for something another process does; its value."""
    async with asyncio.timeout(patience_s):
        while not (found := await check()):
            await asyncio.sleep(0.02)
        return found
