"""Who gets what: subscriptions by audience, a ring of recent commits, and slow readers cut off.

An audience is a name such as `agent.7`, `queue.3`, `supervisors` or `everyone`; it was stamped
on the event when it was written. Resuming replays from the ring; a position older than the ring,
or of another stream epoch, is answered by a reset: the client takes a new snapshot, which is the
single way to recover.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from rapport.stream.wire import Commit, WireEvent, commit_frame

RING_BYTES = 64 * 1024 * 1024
RIGHTS_CHANGED = b'{"type":"reset","reason":"rights_changed"}'
LARGEST_BACKLOG = 2 * 1024 * 1024
"""Bytes that may wait for one socket; a slower one is cut off and resumes by position."""

K = TypeVar("K")
Project = Callable[[WireEvent], list[bytes]]


@dataclass(eq=False, slots=True)
class Subscription:
    """One socket's part of the stream: frames wait here until it takes them."""

    audiences: frozenset[str]
    conversation_id: int | None = None
    after: int = 0
    """Commits up to here are known to the reader: a snapshot may be ahead of this node."""
    frames: deque[bytes] = field(default_factory=deque)
    backlog: int = 0
    slow: bool = False
    ended: str | None = None
    covered: bool = False
    """Whether its person may not see how customers can be reached (P3)."""
    renew: Callable[[], None] | None = None
    """Follows what its person may after their rights have grown."""
    ready: asyncio.Event = field(default_factory=asyncio.Event)

    def push(self, frame: bytes) -> None:
        """Queue a frame; past the limit nothing more is kept and the reader is to be closed."""
        if self.slow:
            return
        self.backlog += len(frame)
        if self.backlog > LARGEST_BACKLOG:
            self.slow = True
            self.frames.clear()
        else:
            self.frames.append(frame)
        self.ready.set()

    def end(self, reason: str) -> None:
        """Ask the socket to say goodbye."""
        self.ended = reason
        self.ready.set()

    async def take(self) -> list[bytes]:
        """Wait for frames, and take all there are."""
        await self.ready.wait()
        self.ready.clear()
        frames = list(self.frames)
        self.frames.clear()
        self.backlog = 0
        return frames


class Hub:
    """Fans committed events out to subscriptions; lives in one event loop."""

    def __init__(self, project: Project, cover: Callable[[bytes], bytes] = bytes) -> None:
        self.epoch = ""
        self.pos = 0
        self._ring: deque[Commit] = deque()
        self._ring_bytes = 0
        self._by_audience: dict[str, set[Subscription]] = {}
        self._by_conversation: dict[int, set[Subscription]] = {}
        self._all: set[Subscription] = set()
        self._project = project
        self._cover = cover
        self._listeners: list[Callable[[Commit], None]] = []

    @property
    def position(self) -> str:
        """The newest position that has been fanned out."""
        return f"{self.epoch}.{self.pos}"

    def start_at(self, epoch: str, pos: int) -> None:
        """Begin, or begin again, at a position; what was kept is void."""
        self.epoch, self.pos = epoch, pos
        self._ring.clear()
        self._ring_bytes = 0

    def on_commit(self, listener: Callable[[Commit], None]) -> None:
        """Call back after each commit has been fanned out."""
        self._listeners.append(listener)

    def publish(self, commit: Commit) -> None:
        """Fan out one commit; positions ascend without gaps."""
        self.pos = commit.pos
        self._ring.append(commit)
        self._ring_bytes += commit.size
        while self._ring_bytes > RING_BYTES:
            self._ring_bytes -= self._ring.popleft().size
        wanted = self._collect(commit)
        frames_made: dict[tuple[int, ...], bytes] = {}
        for subscription, events in wanted.items():
            key = tuple(map(id, events))
            shared = frames_made.get(key)
            if shared is None:
                shared = frames_made[key] = commit_frame(self.position, events)
            subscription.push(shared)
        for listener in self._listeners:
            listener(commit)

    def _collect(self, commit: Commit) -> dict[Subscription, list[bytes]]:
        """The agents' events per subscription; the customer's frames go out right away."""
        wanted: dict[Subscription, list[bytes]] = {}
        shown: dict[int, bytes] = {}
        for event in commit.events:
            watched = f"watch.{event.conversation_id}"
            for name in (
                (*event.audience, watched) if watched in self._by_audience else (event.audience)
            ):
                for subscription in self._by_audience.get(name, ()):
                    if commit.pos <= subscription.after:
                        continue
                    mine = wanted.setdefault(subscription, [])
                    encoded = self._encoded(event, subscription, shown)
                    if not mine or mine[-1] is not encoded:
                        mine.append(encoded)
            if event.customer and event.conversation_id in self._by_conversation:
                self._tell_customer(event, self._by_conversation[event.conversation_id])
        return wanted

    def _encoded(
        self, event: WireEvent, subscription: Subscription, shown: dict[int, bytes]
    ) -> bytes:
        """An event for one reader; covered once for all who need that."""
        if not subscription.covered:
            return event.encoded
        if id(event) not in shown:
            shown[id(event)] = self._cover(event.encoded)
        return shown[id(event)]

    def _tell_customer(self, event: WireEvent, sockets: Iterable[Subscription]) -> None:
        frames = self._project(event)
        for subscription in sockets:
            for frame in frames:
                subscription.push(frame)

    def end_sessions(self, commit: Commit) -> None:
        """Sessions that ended on any node end their sockets on this one."""
        for event in commit.events:
            if event.kind == "session.ended":
                for audience in event.audience:
                    self.end(audience, "session_ended")

    def renew(self, commit: Commit) -> None:
        """Sockets of people whose rights have grown follow what they may now.

        What they hold may lack things, so they are asked to begin with a new snapshot.
        """
        changed = {
            name
            for event in commit.events
            if event.kind == "rights.changed"
            for name in event.audience
        }
        for name in changed:
            for subscription in list(self._by_audience.get(name, ())):
                if subscription.renew is not None:
                    subscription.renew()
                subscription.push(RIGHTS_CHANGED)

    def subscribe(
        self, audiences: Iterable[str], after: str | None, *, covered: bool = False
    ) -> Subscription | None:
        """Follow audiences from a position on; None if it cannot be continued."""
        start = self.pos if after is None else self._known(after)
        if start is None:
            return None
        subscription = Subscription(frozenset(audiences), after=start, covered=covered)
        for commit in self._ring:
            if commit.pos > start:
                events = [
                    self._encoded(e, subscription, {})
                    for e in commit.events
                    if subscription.audiences & set(e.audience)
                ]
                if events:
                    subscription.push(commit_frame(f"{self.epoch}.{commit.pos}", events))
        for name in subscription.audiences:
            self._by_audience.setdefault(name, set()).add(subscription)
        self._all.add(subscription)
        return subscription

    def follow(self, subscription: Subscription, name: str) -> None:
        """Let an open socket follow one more audience, from now on.

        `watch.<conversation>` brings all events of a conversation, whomever they are for.
        """
        subscription.audiences |= {name}
        self._by_audience.setdefault(name, set()).add(subscription)

    def leave(self, subscription: Subscription, name: str) -> None:
        """Follow an audience no longer."""
        subscription.audiences -= {name}
        _discard(self._by_audience, name, subscription)

    def attach(self, subscription: Subscription, conversation_id: int) -> None:
        """Let a customer's socket follow its conversation: projected frames, from now on."""
        subscription.conversation_id = conversation_id
        self._by_conversation.setdefault(conversation_id, set()).add(subscription)

    def watch(self, subscription: Subscription) -> None:
        """Count a socket among those that get the heartbeat."""
        self._all.add(subscription)

    def pulse(self) -> None:
        """One heartbeat to every socket; silence tells the other side that the line is dead.

        It carries the position, so that who has had no events for long can still resume.
        """
        frame = b'{"type":"ping","position":"%s"}' % self.position.encode()
        for subscription in self._all:
            subscription.push(frame)

    def unsubscribe(self, subscription: Subscription) -> None:
        """Forget a subscription."""
        self._all.discard(subscription)
        for name in subscription.audiences:
            _discard(self._by_audience, name, subscription)
        if subscription.conversation_id is not None:
            _discard(self._by_conversation, subscription.conversation_id, subscription)

    def followers(self, conversation_id: int) -> int:
        """How many of the customer's sockets are here."""
        return len(self._by_conversation.get(conversation_id, ()))

    def followed(self) -> list[int]:
        """Conversations whose customers' sockets are here."""
        return list(self._by_conversation)

    def whisper(self, audiences: Iterable[str], frame: bytes) -> None:
        """Send something ephemeral to agents: typing, presence. Not in the log."""
        for name in audiences:
            for subscription in self._by_audience.get(name, ()):
                subscription.push(frame)

    def whisper_customer(self, conversation_id: int, frame: bytes) -> None:
        """Send something ephemeral to the customer."""
        for subscription in self._by_conversation.get(conversation_id, ()):
            subscription.push(frame)

    def end(self, audience: str, reason: str) -> None:
        """End every socket of an audience, such as a person who has signed out."""
        for subscription in list(self._by_audience.get(audience, ())):
            subscription.end(reason)

    def end_all(self, reason: str) -> None:
        """The server is going down."""
        for subscription in self._all:
            subscription.end(reason)

    def audiences(self) -> set[str]:
        """Names that somebody follows here."""
        return set(self._by_audience)

    def _known(self, after: str) -> int | None:
        epoch, _, number = after.rpartition(".")
        if epoch != self.epoch or not number.isdecimal():
            return None
        start = int(number)
        oldest = self._ring[0].pos if self._ring else self.pos + 1
        # Ahead of this node is fine: what is known is left out when it comes.
        return start if start >= oldest - 1 else None


def _discard(groups: dict[K, set[Subscription]], key: K, subscription: Subscription) -> None:
    group = groups.get(key)
    if group is not None:
        group.discard(subscription)
        if not group:
            del groups[key]
