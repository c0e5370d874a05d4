"""Tells a message that is delivered again from one that says the same again.

deliver_sm carries no id of the message, so the session gives each PDU a stamp, a slot of time and a
number within it, and gives the old stamp to a PDU that is a redelivery: its answer was negative or
missing, or may have been lost in a break, or is only some seconds old (the message centre may have
given up waiting for it). A PDU that tells itself apart (a part of a joined message, one with a
reference) is a redelivery whenever it comes again within the window. Stamp and octets make the
external id.

What this can't know after the process was killed: a redelivery in a later slot counts as new (shown
twice, not lost), and a genuine repeat in the same slot as known.
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
    """The deliveries of the last `window_s` seconds of one account, by fingerprint.

    Args:
        window_s: How long a message may be delivered again.
        repeat_after_s: From when on the same words are said again, after their answer.
    """

    def __init__(self, window_s: float, repeat_after_s: float) -> None:
        self._window_s, self._repeat_after_s = window_s, repeat_after_s
        self._latest: dict[str, _Delivery] = {}

    def stamp(self, fingerprint: str, now: float, identified: bool = False) -> str:
        """The stamp of a PDU that has just come; `now` is in seconds since the epoch."""
        self._forget(now)
        known = self._latest.pop(fingerprint, None)
        if known is None or self._is_new(known, now, identified):
            known = _Delivery(self._next(known, now), now)
        known.at = now
        self._latest[fingerprint] = known
        return known.stamp

    def answered(self, fingerprint: str, now: float) -> None:
        """A positive answer to it has left."""
        delivery = self._latest.get(fingerprint)
        if delivery is not None and delivery.answered_at is None:
            delivery.answered_at = now

    def broken(self, now: float) -> None:
        """The connection is gone: the last answers are not sure to have arrived."""
        for delivery in self._latest.values():
            if delivery.answered_at is not None and now - delivery.answered_at < SURE_AFTER_S:
                delivery.answered_at = None

    def _is_new(self, known: _Delivery, now: float, identified: bool) -> bool:
        if identified or known.answered_at is None:
            return False
        return now - known.answered_at > self._repeat_after_s

    def _next(self, known: _Delivery | None, now: float) -> str:
        slot = str(int(now // self._window_s))
        if known is None:
            return slot
        before, _, number = known.stamp.partition("-")
        return f"{slot}-{int(number or 0) + 1}" if before == slot else slot

    def _forget(self, now: float) -> None:
        while self._latest:
            oldest = next(iter(self._latest))
            if now - self._latest[oldest].at <= self._window_s:
                return
            del self._latest[oldest]
