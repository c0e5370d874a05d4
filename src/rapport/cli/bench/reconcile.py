"""Two books compared: what the provider says of every message, and what our tables say.

Shares no code with the storage: it reads tables by plain SQL and the simulated provider's ledger
by HTTP, so that a fault of the one is not a fault of the other. What it compares are values
(`inbound`, `outbound`), so that a test can plant a loss and a double.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import asyncpg
import httpx2

AT_ONCE = 8
_OUT = {"sent", "delivered", "read"}
_RANK = {"queued": 0, "unknown": 1, "sent": 2, "failed": 3, "delivered": 4, "read": 5}

Entry = Mapping[str, Any]
"""A message of the provider's ledger (docs/simulators.md)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """Customers' messages. All but `said` and `stored` must be 0.

    Attributes:
        unacknowledged: Deliveries that we have not answered with 200: nothing is known of them.
        lost: Acknowledged and not stored.
        doubled: Stored more than once.
        invented: Stored and never said.
        out_of_order: Behind one that was only sent after this one was acknowledged.
        gaps: Conversations whose places are not 1, 2, 3, …
        events_missing: Stored messages without exactly one entry in the event log, or too many.
    """

    said: int = 0
    stored: int = 0
    unacknowledged: int = 0
    lost: int = 0
    doubled: int = 0
    invented: int = 0
    out_of_order: int = 0
    gaps: int = 0
    events_missing: int = 0

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        facts = asdict(self)
        return not any(facts[name] for name in facts if name not in {"said", "stored"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbound:
    """The business's messages. All but `queued`, `accepted` and `unknown` must be 0.

    Attributes:
        queued: Those that were to be sent.
        unknown: Shown as unknown: at the provider once or not at all.
        lost: Shown as sent and not at the provider.
        doubled: At the provider more than once.
        invented: At the provider and not ours.
        denied: At the provider, and shown as failed or waiting.
        unsent: Still waiting, or failed although the provider refuses nothing.
        out_of_order: Accepted after a later one of the same conversation.
        behind: Shown less far than a status that we have acknowledged.
    """

    queued: int = 0
    accepted: int = 0
    unknown: int = 0
    lost: int = 0
    doubled: int = 0
    invented: int = 0
    denied: int = 0
    unsent: int = 0
    out_of_order: int = 0
    behind: int = 0

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        facts = asdict(self)
        return not any(
            facts[name] for name in facts if name not in {"queued", "accepted", "unknown"}
        )


def inbound(
    said: Mapping[str, Sequence[Entry]],
    stored: Sequence[tuple[str, int]],
    disordered: Collection[str] = (),
    *,
    gaps: int = 0,
    events: int | None = None,
) -> Inbound:
    """Compare what customers said, in order per customer, with (external id, place) as stored.

    Args:
        disordered: Customers whose webhooks the provider delivers in another order.
        events: Messages in the event log.
    """
    times = Counter(external_id for external_id, _ in stored)
    place = dict(stored)
    all_said = {entry["id"] for entries in said.values() for entry in entries}
    acknowledged = {
        entry["id"] for entries in said.values() for entry in entries if entry["acknowledged"]
    }
    return Inbound(
        said=len(all_said),
        stored=len(stored),
        unacknowledged=len(all_said - acknowledged),
        lost=sum(1 for external_id in acknowledged if external_id not in times),
        doubled=sum(count - 1 for count in times.values()),
        invented=sum(1 for external_id in times if external_id not in all_said),
        out_of_order=sum(
            _overtaken(entries, place)
            for customer, entries in said.items()
            if customer not in disordered
        ),
        gaps=gaps,
        events_missing=0 if events is None else abs(len(times) - events),
    )


def _overtaken(entries: Sequence[Entry], place: Mapping[str, int]) -> int:
    """A message that was taken at its first attempt was taken before the next was sent."""
    latest, wrong = 0, 0
    for entry in entries:
        at = place.get(entry["id"])
        if at is None:
            continue
        wrong += at < latest
        if entry["attempts"] == 1:
            latest = max(latest, at)
    return wrong


def outbound(accepted: Sequence[Entry], ours: Sequence[Mapping[str, Any]]) -> Outbound:
    """Compare what the provider accepted with our rows (id, conversation_id, seq, status)."""
    rows = {str(row["id"]): row for row in ours}
    times = Counter(str(entry["callback_data"]) for entry in accepted)
    status = {key: row["status"] for key, row in rows.items()}
    return Outbound(
        queued=len(rows),
        accepted=len(accepted),
        unknown=sum(state == "unknown" for state in status.values()),
        lost=sum(state in _OUT and key not in times for key, state in status.items()),
        doubled=sum(count - 1 for count in times.values()),
        invented=sum(key not in rows for key in times),
        denied=sum(status.get(key) in {"queued", "failed"} for key in times),
        unsent=sum(state in {"queued", "failed"} for state in status.values()),
        out_of_order=_out_of_order(accepted, rows),
        behind=sum(_behind(entry, status) for entry in accepted),
    )


def _out_of_order(accepted: Sequence[Entry], rows: Mapping[str, Mapping[str, Any]]) -> int:
    last: dict[int, int] = {}
    wrong = 0
    for entry in sorted(accepted, key=lambda entry: float(entry["monotonic"])):
        row = rows.get(str(entry["callback_data"]))
        if row is None:
            continue
        wrong += row["seq"] < last.get(row["conversation_id"], 0)
        last[row["conversation_id"]] = max(row["seq"], last.get(row["conversation_id"], 0))
    return wrong


def _behind(entry: Entry, status: Mapping[str, str]) -> bool:
    told = [_RANK.get(s["status"], 0) for s in entry["statuses"] if s["acknowledged"]]
    shown = status.get(str(entry["callback_data"]), "queued")
    return max(told, default=0) > _RANK[shown]


@dataclass(frozen=True, slots=True)
class Books:
    """The outcome of a comparison."""

    inbound: Inbound
    outbound: Outbound

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong on either side."""
        return self.inbound.sound and self.outbound.sound


async def compare(
    dsn: str, provider: str, customers: Sequence[str], disordered: Collection[str] = ()
) -> Books:
    """Read both books in full, the provider's first: what it counts as taken is in ours."""
    said: dict[str, list[Entry]] = {}
    accepted: list[Entry] = []
    waiting = iter(customers)
    async with httpx2.AsyncClient(timeout=120) as client:

        async def read_some() -> None:
            for customer in waiting:
                answer = await client.get(
                    f"{provider}/_control/ledger", params={"customer": customer}
                )
                ledger = answer.raise_for_status().json()
                said[customer] = ledger["customers"]
                accepted.extend(ledger["business"])

        await asyncio.gather(*(read_some() for _ in range(AT_ONCE)))
    connection: Any = await asyncpg.connect(dsn)
    try:
        stored = await connection.fetch(
            "SELECT external_id, seq FROM message WHERE direction = 'inbound'"
        )
        ours = await connection.fetch(
            "SELECT id, conversation_id, seq, status FROM message"
            " WHERE direction = 'outbound' AND status IS NOT NULL"
        )
        gaps = await connection.fetchval(
            "SELECT count(*) FROM conversation c LEFT JOIN (SELECT conversation_id, count(*) AS n,"
            " max(seq) AS top, min(seq) AS low FROM message GROUP BY 1) m"
            " ON m.conversation_id = c.id"
            " WHERE c.last_seq <> coalesce(m.n, 0) OR c.last_seq <> coalesce(m.top, 0)"
        )
        events = await connection.fetchval(
            "SELECT count(*) FROM event JOIN stream_commit USING (commit_id)"
            " WHERE kind = 'message.received'"
        )
    finally:
        await connection.close()
    pairs = [(row["external_id"], row["seq"]) for row in stored]
    return Books(
        inbound(said, pairs, disordered, gaps=gaps, events=events), outbound(accepted, ours)
    )
