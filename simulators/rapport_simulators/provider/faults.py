"""Faults on request: what goes wrong next, how often and where."""

from collections.abc import Iterable
from dataclasses import dataclass

ANSWERING = frozenset(
    {
        "delay",
        "http_429",
        "http_500",
        "timeout_after_accept",
        "drop_connection_before_accept",
        "expired_token",
        "closed_window",
        "undeliverable",
        "pair_rate",
        "receipt_before_answer",
        "media_gone",
    }
)
"""Faults of the API's answers."""
DELIVERING = frozenset({"duplicate_webhook", "reorder_webhooks", "webhooks_off"})
"""Faults of the webhooks."""
KINDS = ANSWERING | DELIVERING


class UnknownFault(ValueError):  # noqa: N818 - it is a fault that is unknown
    """There is no such fault, or it makes no sense as described."""


@dataclass(slots=True, kw_only=True)
class Fault:
    """Something that will go wrong.

    Attributes:
        count: How often it still happens; None is until it is cleared.
        where: A label of what it is limited to: a route ("messages", "media"), a channel, a
            customer's id, a message type, a status.
        seconds: How long a delay takes, a client is told to wait, webhooks are held.
        report: Where a refusal is told, "answer" or "status"; None is the provider's usual way.
    """

    kind: str
    count: int | None = 1
    where: str | None = None
    seconds: float | None = None
    report: str | None = None


class Faults:
    """The faults that are still to happen, oldest first."""

    def __init__(self) -> None:
        self._pending: list[Fault] = []

    @property
    def pending(self) -> tuple[Fault, ...]:
        """What is still to go wrong."""
        return tuple(self._pending)

    def add(self, fault: Fault) -> None:
        """Ask for a fault.

        Raises:
            UnknownFault: for a kind there isn't, or a count below 1.
        """
        if fault.kind not in KINDS:
            raise UnknownFault(f"unknown fault {fault.kind!r}; one of {', '.join(sorted(KINDS))}")
        if fault.count is not None and fault.count < 1:
            raise UnknownFault("count must be at least 1, or null for until cleared")
        if fault.report not in (None, "answer", "status"):
            raise UnknownFault("report must be answer or status")
        self._pending.append(fault)

    def take(self, kind: str, labels: Iterable[str] = ()) -> Fault | None:
        """Use up one occurrence of a fault that is due here, if there is one."""
        for fault in self._pending:
            if fault.kind == kind and (fault.where is None or fault.where in labels):
                if fault.count is not None:
                    fault.count -= 1
                    if fault.count == 0:
                        self._pending.remove(fault)
                return fault
        return None

    def clear(self, kind: str | None = None) -> None:
        """Forget the faults of a kind, or all."""
        self._pending = [fault for fault in self._pending if kind not in (None, fault.kind)]
