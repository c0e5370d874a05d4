"""The provider's time, which a test can move past windows and expiries."""

import time


class Clock:
    """Wall time with an offset, and monotonic time that is never moved."""

    def __init__(self) -> None:
        self._offset = 0.0

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time() + self._offset  # noqa: TID251 - the one place that reads the clock

    def monotonic(self) -> float:
        """Seconds for measuring distances, such as rates."""
        return time.perf_counter()

    def advance(self, seconds: float) -> None:
        """Let wall time jump ahead; windows close and addresses expire."""
        self._offset += seconds
