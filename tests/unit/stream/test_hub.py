"""The hub's promise: each reader gets every commit after its position, once, or a reset."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from rapport.stream import hub as hubs
from rapport.stream.hub import Hub, Subscription
from rapport.stream.wire import Commit, WireEvent

AT = datetime(2026, 1, 1, tzinfo=UTC)


def commit(pos: int, *audiences: str) -> Commit:
    return Commit(
        pos, (WireEvent(f"kind.{pos}", AT, None, audiences, customer=False, entities=None),)
    )


def running(upto: int) -> Hub:
    hub = Hub(lambda _: [])
    hub.start_at("e", 0)
    for pos in range(1, upto + 1):
        hub.publish(commit(pos, "agent.1"))
    return hub


def received(subscription: Subscription) -> list[int]:
    frames = [json.loads(frame) for frame in subscription.frames]
    return [int(e["kind"].split(".")[1]) for f in frames for e in f["events"]]


@given(upto=st.integers(0, 30), after=st.integers(0, 40), more=st.integers(0, 30))
def test_every_commit_after_the_position_comes_once(upto: int, after: int, more: int) -> None:
    # A snapshot may be ahead of what this node has fanned out: nothing comes twice then.
    hub = running(upto)
    subscription = hub.subscribe(["agent.1"], f"e.{after}")
    assert subscription is not None
    for pos in range(upto + 1, upto + more + 1):
        hub.publish(commit(pos, "agent.1"))
    assert received(subscription) == list(range(after + 1, upto + more + 1))


def test_only_those_concerned_get_an_event() -> None:
    hub = running(0)
    mine, other = hub.subscribe(["agent.1"], None), hub.subscribe(["agent.2"], None)
    hub.publish(commit(1, "agent.1"))
    assert mine is not None
    assert other is not None
    assert (received(mine), received(other)) == ([1], [])


def test_what_the_ring_has_forgotten_is_a_reset() -> None:
    size = commit(1, "agent.1").size
    hub = Hub(lambda _: [])
    hub.start_at("e", 0)
    hubs.RING_BYTES, before = size * 3, hubs.RING_BYTES
    try:
        for pos in range(1, 11):
            hub.publish(commit(pos, "agent.1"))
    finally:
        hubs.RING_BYTES = before
    assert hub.subscribe(["agent.1"], "e.3") is None
    assert hub.subscribe(["agent.1"], "x.9") is None
    kept = hub.subscribe(["agent.1"], "e.8")
    assert kept is not None
    assert received(kept) == [9, 10]
