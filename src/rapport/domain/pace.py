"""Keeping an account's rate in every second, although messages arrive late by varying amounts.

Slots are spaced for a little less than the rate, so that the message one rate further on has its
slot more than a second and `SLACK_S` later. As long as messages arrive no later than that after
their slots, no second holds more than the rate. One that was later moves all slots yet to be given
by what it was too late.
"""

from __future__ import annotations

from collections import deque

PACE = 0.977
SLACK_S = 1 / PACE - 1 - 0.001
LATEST_S = 0.008
"""A message that can't leave within this after its slot takes another slot."""
EXACT_UP_TO = 500.0
"""Messages a second; faster accounts are not limited by their slots but by us."""
LONGEST_LAG_S = 0.1
"""What one late message may cost; a provider that takes its time is not to stop the account."""
_FORGOTTEN_AFTER_S = 2.0


class Lag:
    """How late one account's messages arrive, as one node sees it."""

    def __init__(self) -> None:
        self._moved: deque[tuple[float, float]] = deque()
        self._quickest_s: float | None = None

    def owed(self, slot_at: float, sent_at: float, answered_at: float) -> float:
        """By how many seconds the slots to come must move after this answer; usually 0.

        A round trip counts by what it took longer than the quickest: the rest is the same for
        every message. What has been moved since the message's slot counts for it too.
        """
        trip = answered_at - sent_at
        self._quickest_s = trip if self._quickest_s is None else min(trip, self._quickest_s + 1e-4)
        late = min(answered_at - self._quickest_s - slot_at, LONGEST_LAG_S)
        while self._moved and self._moved[0][0] < answered_at - _FORGOTTEN_AFTER_S:
            self._moved.popleft()
        missing = late - SLACK_S - sum(by for at, by in self._moved if at > slot_at)
        if missing <= 0:
            return 0.0
        self._moved.append((answered_at, missing))
        return missing
