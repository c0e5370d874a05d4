"""Tells a message that is delivered again from one that says the same again.

deliver_sm carries no id of the message. One is delivered again only when our answer was missed: it
was negative, or the connection broke after it. So the session gives each PDU a stamp, a slot of
time and a number within it, and gives the old stamp to a PDU that must be a redelivery. Stamp and
octets make the external id. What this can't know after the process was killed: a redelivery in a
later slot counts as new (shown twice, not lost), and a genuine repeat in the same slot as known.
"""

from __future__ import annotations

from dataclasses import dataclass

SURE_AFTER_S = 60.0
"""An answer that left so long before a break has arrived."""


@dataclass(slots=True)
class _Delivery:
    stamp: str
    at: float
    answered_at: float | None = None


class Repeats:
    """The deliveries of the last `window_s` seconds of one account, by fingerprint."""

    def __init__(self, window_s: float) -> None:
        self._window_s = window_s
        self._latest: dict[str, _Delivery] = {}

    def stamp(self, fingerprint: str, now: float) -> str:
        """The stamp of a PDU that has just come; `now` is in seconds since the epoch."""
        self._forget(now)
        known = self._latest.get(fingerprint)
        if known is not None and known.answered_at is None:
            known.at = now
            return known.stamp
        stamp = f"{int(now // self._window_s)}"
        if known is not None:
            slot, _, number = known.stamp.partition("-")
            if slot == stamp:
                stamp = f"{stamp}-{int(number or 0) + 1}"
        self._latest.pop(fingerprint, None)
        self._latest[fingerprint] = _Delivery(stamp, now)
        return stamp

    def answered(self, fingerprint: str, now: float) -> None:
        """A positive answer to it has left."""
        if fingerprint in self._latest:
            self._latest[fingerprint].answered_at = now

    def broken(self, now: float) -> None:
        """The connection is gone: the last answers are not sure to have arrived."""
        for delivery in self._latest.values():
            if delivery.answered_at is not None and now - delivery.answered_at < SURE_AFTER_S:
                delivery.answered_at = None

    def _forget(self, now: float) -> None:
        while self._latest:
            oldest = next(iter(self._latest))
            if now - self._latest[oldest].at <= self._window_s:
                return
            del self._latest[oldest]
