"""Limits against abuse: per visitor and per address, in this process."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime

MOST_KEYS = 50_000


class Limiter:
    """Token buckets by key; the least recently used keys are forgotten first."""

    def __init__(self) -> None:
        self._buckets: OrderedDict[str, tuple[float, datetime]] = OrderedDict()

    def allow(self, key: str, per_minute: float, burst: float, now: datetime) -> bool:
        """Take one token; False when there is none."""
        tokens, at = self._buckets.pop(key, (burst, now))
        tokens = min(burst, tokens + (now - at).total_seconds() * per_minute / 60)
        allowed = tokens >= 1
        self._buckets[key] = (tokens - 1 if allowed else tokens, now)
        while len(self._buckets) > MOST_KEYS:
            self._buckets.popitem(last=False)
        return allowed
