"""Plain texts go the short way, which changes nothing but how long it takes."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from rapport.application.ports import Logged
from rapport.application.received import Received
from rapport.domain.message import CustomerEvent, InboundMessage
from rapport.storage.configuration import StoredConfiguration
from rapport.storage.configuration_writer import Put, write_configuration
from rapport.storage.database import Database
from rapport.storage.ingest_batch import BatchWriter
from rapport.storage.ingest_items import Item
from rapport.stream.tail import _EVENTS
from tests.centre import TestClock


class Writing:
    """A writer of a node, and what it tells of what it took the short way."""

    def __init__(self, database: Database, configuration: StoredConfiguration, account: int):
        self.database, self.account = database, account
        self.writer = BatchWriter(database, configuration, TestClock())
        self.told: dict[int, Sequence[Logged]] = {}
        self.writer.texts.on_logged = self.told.__setitem__

    async def say(self, *said: tuple[str, str, str]) -> list[Received]:
        """Commit one batch of (customer, external id, text)."""
        return await self.writer.commit(
            [
                Item(self.account, InboundMessage(external_id=number, contact_key=key, text=text))
                for key, number, text in said
            ]
        )

    async def meet(self, *keys: str) -> None:
        """Two messages of each: after somebody new, the next batch goes the long way, too."""
        for number in ("first", "second"):
            await self.say(*((key, f"{key}.{number}", "Hi") for key in keys))
        assert not self.told


@pytest_asyncio.fixture
async def writing(database: str) -> AsyncIterator[Writing]:
    pool = await Database.connect(database)
    now = TestClock().now()
    put = Put("accounts", "custom", {"channel": "custom"})
    (account,) = await write_configuration(pool, [put], None, now)
    queue = Put("queues", "sales", {"channels": ["custom"]})
    (queue_id,) = await write_configuration(pool, [queue], None, now)
    entry = Put("entry_points", "entry", {"account": account, "queue": queue_id})
    await write_configuration(pool, [entry], None, now)
    configuration = StoredConfiguration(pool)
    await configuration.refresh()
    writing = Writing(pool, configuration, account)
    yield writing
    await writing.writer.texts.rest()
    await pool.close()


def another(writing: Writing) -> Writing:
    """A second node on the same database."""
    return Writing(writing.database, writing.writer._configuration, writing.account)  # type: ignore[arg-type]


async def rows(writing: Writing, key: str) -> list[tuple[Any, ...]]:
    """Messages of a customer with their events, but for ids and times."""
    found = await writing.database.pool.fetch(
        "SELECT m.seq, m.inbound_seq, m.direction, m.author_kind, m.author_id = c.contact_id,"
        " m.task_id = c.task_id, m.text, m.customer_sees, m.client_id, m.status, m.version,"
        " m.attachments, m.content, m.announcement, m.created_at = e.at, e.kind, e.queue_id,"
        " e.audience, e.customer, e.agent_id, e.facts::text, e.task_id = m.task_id,"
        " (e.entities->'message')::jsonb"
        "   - '{id,conversation_id,created_at,author,task_id}'::text[],"
        " c.last_seq, c.inbound_seq, c.last_message_at = c.last_inbound_at"
        " FROM conversation c JOIN message m ON m.conversation_id = c.id"
        " JOIN event e ON e.conversation_id = c.id"
        "   AND (e.entities->'message'->>'id')::bigint = m.id"
        " WHERE c.contact_key = $1 ORDER BY m.seq, e.kind",
        key,
    )
    return [tuple(row) for row in found]


async def test_it_leaves_what_the_long_way_leaves(
    writing: Writing, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = another(writing)

    async def never(*_: object) -> None:
        """Not this way."""

    monkeypatch.setattr(long.writer.texts, "take", never)
    texts = ["Hi", "two\nlines", "", "a \x00 zero", "emoji 🙂", "4111 1111 1111 1111", "bye"]
    for way, key in ((writing, "short"), (long, "long")):
        for number, text in enumerate(texts):
            await way.say((key, f"{key}.{number}", text))
        await way.say((key, f"{key}.x", "one"), (key, f"{key}.y", "two"), (key, f"{key}.x", "one"))
    assert await rows(writing, "short") == await rows(writing, "long")
    assert len(writing.told) >= 4
    assert not long.told


async def test_what_is_told_is_what_the_log_says(writing: Writing) -> None:
    await writing.meet("dana", "kim")
    await writing.say(("dana", "3", "Where is it?"), ("kim", "4", "Thanks"), ("dana", "5", "So?"))
    await writing.say(("dana", "6", "Well?"))
    assert [len(events) for events in writing.told.values()] == [3, 1]
    for pos, events in writing.told.items():
        logged = await writing.database.pool.fetch(_EVENTS, pos - 1, 1)
        assert [(*event[:3], list(event[3]), *event[4:]) for event in events] == [
            tuple(row)[1:] for row in logged
        ]


@pytest.mark.parametrize(
    "meanwhile",
    [
        "UPDATE conversation SET customer_seen_seq = 1",
        "UPDATE task SET version = version + 1",
        "UPDATE contact SET name = 'Robin', version = version + 1",
        "UPDATE conversation SET last_seq = last_seq + 1",
        "UPDATE conversation SET contact_key = 'someone else'",
        "UPDATE task SET state = 'ended', end_reason = 'customer_left', ended_at = now()",
    ],
)
async def test_what_has_changed_meanwhile_is_decided_anew(writing: Writing, meanwhile: str) -> None:
    await writing.meet("dana")
    await writing.say(("dana", "2", "Hello?"))
    assert len(writing.told) == 1
    await writing.database.pool.execute(meanwhile)
    (received,) = await writing.say(("dana", "3", "Anybody?"))
    assert len(writing.told) == 1, "not the short way"
    fresh = await writing.database.pool.fetchrow(
        "SELECT m.*, t.state FROM message m JOIN conversation c ON c.id = m.conversation_id"
        " JOIN task t ON t.id = m.task_id AND t.id = c.task_id"
        " WHERE m.external_id = '3' AND c.contact_key = 'dana'"
    )
    assert fresh is not None
    assert fresh["state"] == "queued"
    assert (fresh["seq"], fresh["task_id"]) == (received.seq, received.task_id)
    for number in "45":
        await writing.say(("dana", number, "And now?"))
    assert len(writing.told) >= 2, "again the short way"


@pytest.mark.parametrize("at_once", [False, True])
async def test_a_message_told_twice_is_stored_once(writing: Writing, *, at_once: bool) -> None:
    await writing.meet("dana", "kim")
    (first,) = await writing.say(("dana", "3", "Hello?"))
    if at_once:
        more = ("kim", "4", "So?"), ("dana", "3", "Hello?"), ("dana", "5", "Well?")
        _, again, _ = await writing.say(*more)
    else:
        (again,) = await writing.say(("dana", "3", "Hello?"))
    assert (again.duplicate, again.seq) == (True, first.seq)
    seqs = [row[0] for row in await rows(writing, "dana")]
    assert seqs == list(range(1, len(seqs) + 1))


async def test_what_else_customers_do_goes_the_long_way(writing: Writing) -> None:
    await writing.meet("dana")
    reaction = CustomerEvent(
        kind="reaction",
        external_id="r",
        contact_key="dana",
        target="dana.first",
        value="👍",
        at=TestClock().now(),
    )
    text = InboundMessage(external_id="2", contact_key="dana", text="Hm")
    answer = InboundMessage(external_id="3", contact_key="dana", text="Yes", reply_to="dana.first")
    for given in ([reaction, text], [answer]):
        await writing.writer.commit([Item(writing.account, each) for each in given])
    assert not writing.told
    assert [row[0] for row in await rows(writing, "dana")][-1] == 4


async def test_nodes_that_write_the_same_conversation_at_once(writing: Writing) -> None:
    nodes = [writing, another(writing), another(writing)]
    chance = random.Random(11)
    keys = ["dana", "kim", "robin"]
    await writing.meet(*keys)

    async def node(number: int, way: Writing) -> None:
        for i in range(40):
            size = chance.randint(1, 4)
            await way.say(*((chance.choice(keys), f"{number}.{i}.{n}", "Hi") for n in range(size)))
        await way.writer.texts.rest()

    await asyncio.gather(*(node(number, way) for number, way in enumerate(nodes)))
    said = await writing.database.pool.fetchval("SELECT count(*) FROM message")
    stored: list[tuple[Any, ...]] = []
    for key in keys:
        mine = await rows(writing, key)
        assert [row[0] for row in mine] == list(range(1, len(mine) + 1))
        assert [row[1] for row in mine] == [row[0] for row in mine]
        assert {row[-3] for row in mine} == {len(mine)}
        stored += mine
    assert len(stored) == said
    assert all(way.told for way in nodes)
    positions = await writing.database.pool.fetch("SELECT pos FROM stream_commit ORDER BY pos")
    assert [row["pos"] for row in positions] == list(range(1, len(positions) + 1))


async def test_a_connection_that_was_ended_is_replaced(writing: Writing) -> None:
    await writing.meet("dana")
    await writing.say(("dana", "2", "Hello?"))
    (idle,) = writing.writer.texts._idle
    lost = asyncio.Event()
    idle.add_termination_listener(lambda _: lost.set())
    other = await asyncpg.connect(writing.database.dsn)
    await other.execute("SELECT pg_terminate_backend($1)", idle.get_server_pid())
    await other.close()
    async with asyncio.timeout(30):
        await lost.wait()
    (received,) = await writing.say(("dana", "3", "Still there?"))
    assert received.seq == 4
    assert len(writing.told) == 2


async def test_only_so_many_conversations_are_kept(
    writing: Writing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rapport.storage.ingest_texts.MOST_KEPT", 2)
    await writing.meet("dana", "kim", "robin")
    for number in range(2):
        await writing.say(*((key, f"{key}.{number}", "Hi") for key in ("dana", "kim", "robin")))
    texts = writing.writer.texts
    assert len(texts._kept) == len(texts._keys) == 2
    assert len(writing.told) == 2
