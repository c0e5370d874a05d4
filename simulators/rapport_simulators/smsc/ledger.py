"""What the message centre took and handed over, and the faults it was asked for."""

from dataclasses import dataclass, field
from typing import Any, Literal

KINDS = frozenset(
    {
        "throttle",
        "queue_full",
        "reject",
        "generic_nack",
        "drop_connection",
        "no_answer",
        "delay",
        "duplicate_deliver",
        "reorder_receipts",
        "receipt",
    }
)


@dataclass(slots=True)
class Submit:
    """One message submitted, all its segments together."""

    id: str
    sender: str
    receiver: str
    at: str
    parts: dict[int, str] = field(default_factory=dict)
    ids: list[str] = field(default_factory=list)
    total: int = 1
    receipts: list[dict[str, Any]] = field(default_factory=list)

    def row(self) -> dict[str, Any]:
        """As the ledger shows it; `text` is of the segments that have come."""
        text = "".join(self.parts[number] for number in sorted(self.parts))
        # A pair of surrogates may have been cut apart between two segments.
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return {
            "id": self.id,
            "ids": self.ids,
            "from": self.sender,
            "to": self.receiver,
            "text": text,
            "segments": self.total,
            "complete": len(self.parts) == self.total,
            "at": self.at,
            "receipts": self.receipts,
        }


Style = Literal["udh", "udh16", "sar", "payload"]


@dataclass(slots=True)
class Delivery:
    """One message of a customer for us."""

    id: str
    sender: str
    receiver: str
    text: str
    style: Style = "udh"
    accepted: bool = False
    attempts: int = 0

    def row(self) -> dict[str, Any]:
        """As the ledger shows it."""
        return {
            "id": self.id,
            "from": self.sender,
            "to": self.receiver,
            "text": self.text,
            "accepted": self.accepted,
            "attempts": self.attempts,
        }


@dataclass(slots=True)
class Fault:
    """Something to go wrong `count` more times."""

    kind: str
    count: int
    options: dict[str, Any]


class Faults:
    """Faults asked for, in order."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, kind: str, count: int, options: dict[str, Any]) -> None:
        """Ask for a fault.

        Raises:
            ValueError: there is no such kind.
        """
        if kind not in KINDS:
            raise ValueError(f"unknown fault {kind!r}")
        self._waiting.append(Fault(kind, count, options))

    def take(self, *kinds: str, on: str | None = None) -> Fault | None:
        """The next fault of one of the kinds, used up by one; `on` narrows it to an occasion."""
        for fault in self._waiting:
            if fault.kind in kinds and (on is None or fault.options.get("on", "submit") == on):
                fault.count -= 1
                if fault.count <= 0:
                    self._waiting.remove(fault)
                return fault
        return None


@dataclass(slots=True)
class Ledger:
    """All rows, in order of arrival."""

    submits: list[Submit] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)

    def rows(self) -> dict[str, Any]:
        """What GET /ledger answers."""
        return {
            "submits": [submit.row() for submit in self.submits],
            "deliveries": [delivery.row() for delivery in self.deliveries],
        }
