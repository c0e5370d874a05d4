"""Visitors who chat by a script, so that a lone person sees the desktop alive.

    python -m rapport_simulators.visitors --server http://127.0.0.1:8000 --site demo --rate 6

They speak the widget's protocol over real sockets. Every run is bounded, by a count or a duration.
"""

import argparse
import asyncio
import random
import re
import struct
import sys
import zlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2

from rapport_simulators.scenario import (
    Scenario,
    ScenarioError,
    Step,
    lines,
    load_scenarios,
    pick_reply,
)
from rapport_simulators.visitor import Refused, Visitor, VisitorMessage

__all__ = ["Cast", "Performance", "Refused", "Visitor", "VisitorMessage", "main", "play"]

# fmt: off
FIRST_NAMES = (
    "Alex", "Billie", "Casey", "Dana", "Eli", "Frankie", "Gale", "Harper", "Indra", "Jamie", "Kim",
    "Lee", "Morgan", "Noa", "Ollie", "Parker", "Quinn", "Robin", "Sam", "Toni", "Uma", "Val",
)
# fmt: on
LAST_NAMES = ("Example", "Sample", "Placeholder", "Beispiel", "Specimen")
READING_S = (1.0, 3.0)
"""How long a visitor waits for the agent to finish before answering."""
CHARACTERS_PER_S = 14.0
LONGEST_TYPING_S = 12.0
ASKS_TO_END = re.compile(
    r"\bend (this|the|our) (chat|conversation)|(Chat|Gespräch) beenden", re.IGNORECASE
)
ANSWER_WITHIN_S = 300.0
"""A visitor gives up on an agent who is silent for this long."""


@dataclass(slots=True)
class Cast:
    """Makes up the people, reproducibly."""

    chance: random.Random

    def person(self) -> tuple[str, str]:
        """A name and an address that can't belong to anyone."""
        first, last = self.chance.choice(FIRST_NAMES), self.chance.choice(LAST_NAMES)
        number = self.chance.randrange(100, 1000)
        return f"{first} {last}", f"{first}.{last}{number}@customers.example".lower()

    def order(self) -> str:
        """An order number of the fictional shop."""
        return f"KC-{self.chance.randrange(10_000, 100_000)}"


@dataclass(slots=True)
class Performance:
    """One visitor playing one scenario."""

    scenario: Scenario
    visitor: Visitor
    chance: random.Random
    speed: float = 1.0
    words: dict[str, str] = field(default_factory=dict)
    heard_to: int = 0
    chattered: int = 0
    outcome: str = "finished"

    async def run(self) -> str:
        """Play it all; answers how it ended."""
        async with self.visitor:
            await self.visitor.start(
                self.answers(self.visitor.session["site"]["fields"]),
                self.fill(self.chance.choice(self.scenario.opening)),
            )
            if not await self._wait_for_agent():
                await self.visitor.end()
                return "left while waiting"
            for step in self.scenario.steps:
                if self._over():
                    return "ended by the other side"
                if not await self._play(step):
                    break
            return self.outcome

    def answers(self, fields: list[Mapping[str, Any]]) -> dict[str, str]:
        """Fill in the form that the site asks for."""
        filled = {}
        for asked in fields:
            name = str(asked["name"])
            value = self.scenario.fields.get(name) or self.words.get(name) or ""
            options = [str(option) for option in asked.get("options") or ()]
            if options and value not in options:
                value = self.chance.choice(options)
            if not value and asked.get("required"):
                value = self.words["email"] if asked["kind"] == "email" else "Example"
            if value:
                filled[name] = value
        return filled

    def fill(self, text: str) -> str:
        """Put this visitor's own words into a line."""
        return text.format_map(self.words)

    async def _play(self, step: Step) -> bool:
        """Answers whether to go on."""
        match step.kind:
            case "answer":
                return await self._answer(step.value)
            case "say":
                await self._say(self.chance.choice(lines(step.value)))
            case "upload":
                await self._upload(step.value)
            case "pause":
                await self._pause(*step.value)
            case "drop":
                await self.visitor.drop()
                await self._pause(*step.value["seconds"])
                await self.visitor.reconnect()
            case "leave":
                await self._chat_until_over(self.chance.uniform(*step.value["after_s"]))
            case "end":
                await self._end(lines(step.value))
        return True

    async def _answer(self, value: Mapping[str, Any]) -> bool:
        heard = await self._listen(ANSWER_WITHIN_S)
        if heard is None:
            return False
        await self._say(pick_reply(value, heard, self.chance))
        return True

    async def _end(self, farewells: tuple[str, ...]) -> None:
        if farewells:
            await self._say(self.chance.choice(farewells))
            await self._pause(0.5, 1.5)
        if not self._over():
            await self.visitor.end()

    async def _wait_for_agent(self) -> bool:
        patience = self.chance.uniform(*self.scenario.patience_s) / self.speed
        try:
            await self.visitor.wait_until(
                lambda visitor: (
                    visitor.conversation is not None and visitor.conversation.state != "waiting"
                ),
                patience,
            )
        except TimeoutError:
            return False
        return True

    def _news(self) -> list[VisitorMessage]:
        return [
            message
            for message in self.visitor.received
            if message.seq > self.heard_to and (message.author == "agent" or self._asked(message))
        ]

    @staticmethod
    def _asked(message: VisitorMessage) -> bool:
        return message.code == "ask_to_end" or bool(ASKS_TO_END.search(message.text))

    def _over(self) -> bool:
        conversation = self.visitor.conversation
        return conversation is not None and conversation.state == "ended"

    async def _listen(self, within_s: float) -> str | None:
        """What the agent says next, once they have finished; None if nothing comes any more."""
        try:
            await self.visitor.wait_until(
                lambda _: bool(self._news()) or self._over(), within_s / self.speed
            )
        except TimeoutError:
            self.outcome = "gave up on a silent agent"
            await self.visitor.end()
            return None
        if self._over():
            self.outcome = "ended by the other side"
            return None
        await self._pause(*READING_S)
        news = self._news()
        self.heard_to = news[-1].seq
        await self.visitor.mark_seen()
        if any(self._asked(message) for message in news):
            self.outcome = "ended when asked to"
            await self.visitor.end()
            return None
        return "\n".join(message.text for message in news)

    async def _say(self, line: str) -> None:
        text = self.fill(line)
        await self.visitor.set_typing(True)
        await asyncio.sleep(min(LONGEST_TYPING_S, len(text) / CHARACTERS_PER_S) / self.speed)
        await self.visitor.send(text)
        await self.visitor.set_typing(False)

    async def _chat_until_over(self, within_s: float) -> None:
        while self.chattered < len(self.scenario.chatter):
            if await self._listen(within_s) is None:
                return
            await self._say(self.scenario.chatter[self.chattered])
            self.chattered += 1
        try:
            await self.visitor.wait_until(lambda _: self._over(), within_s / self.speed)
        except TimeoutError:
            await self.visitor.end()

    async def _upload(self, value: Mapping[str, Any]) -> None:
        picture = draw_picture(self.chance)
        attachment = await self.visitor.upload(value["filename"], picture, "image/png")
        await self.visitor.send(str(value.get("text", "")), [attachment["id"]])

    async def _pause(self, low: float, high: float) -> None:
        await asyncio.sleep(self.chance.uniform(low, high) / self.speed)


def draw_picture(chance: random.Random, size: int = 240) -> bytes:
    """A small PNG of a cup with a crack, drawn here so that no picture has to be shipped."""
    ground, clay, crack = (239, 228, 211), (77, 107, 102), (250, 246, 239)
    crack_x = [size // 2]
    for _ in range(size):
        crack_x.append(crack_x[-1] + chance.choice((-2, -1, 0, 1, 2)))
    rows = bytearray()
    for y in range(size):
        rows.append(0)
        inside = size * 0.25 < y < size * 0.8
        half = size * (0.3 - 0.12 * (y / size)) if inside else 0
        for x in range(size):
            colour = clay if abs(x - size / 2) < half else ground
            rows += bytes(crack if inside and abs(x - crack_x[y]) < 3 else colour)
    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _png_chunk(b"IHDR", header)
        + _png_chunk(b"IDAT", zlib.compress(bytes(rows), 9))
        + _png_chunk(b"IEND", b"")
    )


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)


async def play(options: argparse.Namespace) -> Counter[str]:
    """Send visitors at the given rate until the count or the time is used up."""
    chance = random.Random(options.seed)
    cast = Cast(chance)
    scenarios = load_scenarios(options.scenario)
    outcomes: Counter[str] = Counter()
    places = asyncio.Semaphore(options.at_once)

    async def visit(scenario: Scenario, seed: int, http: httpx2.AsyncClient) -> None:
        async with places:
            outcome = await _visit(options, cast, scenario, seed, http)
        outcomes[outcome] += 1
        print(f"{scenario.name}: {outcome}", flush=True)

    async with httpx2.AsyncClient(timeout=30, trust_env=False) as http:
        running: set[asyncio.Task[None]] = set()
        loop = asyncio.get_running_loop()
        close_at = loop.time() + options.duration
        for _ in range(options.count):
            if loop.time() >= close_at:
                break
            scenario = chance.choices(scenarios, [each.weight for each in scenarios])[0]
            task = asyncio.create_task(visit(scenario, chance.randrange(2**32), http))
            running.add(task)
            task.add_done_callback(running.discard)
            await asyncio.sleep(chance.expovariate(options.rate / 60))
        if running:
            _, late = await asyncio.wait(running, timeout=max(0.1, close_at - loop.time()))
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
            outcomes["still chatting at the end"] += len(late)
    return +outcomes


async def _visit(
    options: argparse.Namespace,
    cast: Cast,
    scenario: Scenario,
    seed: int,
    http: httpx2.AsyncClient,
) -> str:
    name, email = cast.person()
    origin = options.origin.rstrip("/")
    page = {"url": origin + scenario.page["path"], "title": scenario.page["title"]}
    visitor = Visitor(
        options.server,
        options.site,
        origin=origin,
        locale=scenario.locale,
        page=page,
        seed=seed,
        http=http,
    )
    performance = Performance(
        scenario,
        visitor,
        random.Random(seed),
        speed=options.speed,
        words={"name": name, "email": email, "order": cast.order()},
    )
    try:
        return await performance.run()
    except Refused as refusal:
        return f"refused ({refusal.code})"
    except (OSError, httpx2.HTTPError, TimeoutError) as error:
        return f"no connection ({type(error).__name__})"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m rapport_simulators.visitors",
        description="Sends scripted visitors to a website's chat.",
    )
    add = parser.add_argument
    add("--server", default="http://127.0.0.1:8000", help="address of Rapport")
    add("--site", default="demo", help="the site key of the WebChat account")
    add("--origin", default="http://127.0.0.1:8010", help="the website they come from")
    add("--rate", type=float, default=4, help="new visitors per minute (default 4)")
    add("--count", type=int, default=50, help="how many in all (default 50)")
    add("--duration", type=float, default=3600, help="at most this many seconds (default 3600)")
    add("--at-once", type=int, default=20, help="at most this many at a time (default 20)")
    add("--speed", type=float, default=1, help="2 lets them wait and type in half the time")
    add("--seed", type=int, default=None, help="the same seed sends the same visitors")
    add("--scenario", action="append", default=[], help="only these (may be repeated)")
    add("--list", action="store_true", help="list the scenarios and stop")
    return parser


def main() -> int:
    """Read the command line and play."""
    parser = _parser()
    options = parser.parse_args()
    try:
        scenarios = load_scenarios(options.scenario)
    except ScenarioError as error:
        parser.error(str(error))
    if options.list:
        for scenario in scenarios:
            print(f"{scenario.name:12} {scenario.about}")
        return 0
    if options.rate <= 0 or options.count < 1 or options.at_once < 1 or options.speed <= 0:
        parser.error("rate, count, at-once and speed must be positive")
    try:
        outcomes = asyncio.run(play(options))
    except KeyboardInterrupt:
        return 130
    for outcome, count in outcomes.most_common():
        print(f"{count:4} {outcome}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
