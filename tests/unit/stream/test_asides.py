"""What is said and not kept: heard by every node, in notices that fit, never its own twice."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from rapport.stream import asides as module
from rapport.stream.asides import Asides
from rapport.stream.hub import Hub, Subscription

LARGEST_NOTICE = 7_999
"""https://www.postgresql.org/docs/current/sql-notify.html"""


def follower(hub: Hub, *audiences: str, conversation: int | None = None) -> Subscription:
    subscription = hub.subscribe(audiences, None)
    assert subscription is not None
    if conversation is not None:
        hub.attach(subscription, conversation)
    return subscription


class Floor:
    """Two nodes and what goes between them."""

    def __init__(self) -> None:
        self.hubs = [Hub(lambda _: []), Hub(lambda _: [])]
        self.notices: list[str] = []
        self.failing = False
        self.nodes = [Asides(hub, self._notify) for hub in self.hubs]

    async def _notify(self, notice: str) -> None:
        if self.failing:
            raise ConnectionError("away")
        self.notices.append(notice)
        for node in self.nodes:
            node.heard(notice)

    async def passed_on(self) -> None:
        """Let both pass on what they have to say."""
        work = [asyncio.create_task(node.run()) for node in self.nodes]
        for node in self.nodes:
            while node._waiting:
                await asyncio.sleep(0)
        for each in work:
            each.cancel()
            with suppress(asyncio.CancelledError):
                await each


@given(sizes=st.lists(st.integers(1, 9_000), max_size=40))
def test_every_node_hears_it_once_and_in_order(sizes: list[int]) -> None:
    async def play() -> None:
        floor = Floor()
        here, there = (follower(hub, "agent.1") for hub in floor.hubs)
        frames = [b'"%d %s"' % (i, b"x" * size) for i, size in enumerate(sizes)]
        for frame in frames:
            floor.nodes[0].tell(["agent.1"], frame)
        await floor.passed_on()
        fits = [f for f in frames if len(f) < module.LARGEST - 100]  # and what is around it
        assert list(here.frames) == frames
        assert [f for f in there.frames if f in fits] == fits
        assert len(set(there.frames)) == len(there.frames)
        assert all(len(n.encode()) <= LARGEST_NOTICE for n in floor.notices)

    module.GATHER_S, gather = 0.0, module.GATHER_S
    try:
        asyncio.run(play())
    finally:
        module.GATHER_S = gather


async def test_what_cannot_be_said_is_not_said_later() -> None:
    floor = Floor()
    there = follower(floor.hubs[1], conversation=7)
    floor.failing = True
    floor.nodes[0].tell_customer(7, b'"one"')
    await floor.passed_on()
    floor.failing = False
    floor.nodes[0].tell_customer(7, b'"two"')
    await floor.passed_on()
    assert list(there.frames) == [b'"two"']


async def test_only_who_still_has_the_customer_speaks_up() -> None:
    floor = Floor()
    follower(floor.hubs[1], conversation=7)
    back: list[tuple[int, int]] = []

    def noting(number: int) -> object:
        async def note(conversation: int) -> None:
            back.append((number, conversation))

        return note

    for number, node in enumerate(floor.nodes):
        node.on_left = noting(number)  # type: ignore[assignment]
    floor.nodes[0].left(7)
    floor.nodes[0].left(8)
    await floor.passed_on()
    await asyncio.sleep(0)
    assert back == [(1, 7)]


def test_a_notice_that_is_not_understood_is_passed_over() -> None:
    floor = Floor()
    for notice in ("", "{", '{"node":1}', '{"node":"x","said":[{"conversation":"seven"}]}'):
        floor.nodes[0].heard(notice)
