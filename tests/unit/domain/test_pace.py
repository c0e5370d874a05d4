"""No second holds more than the rate, although messages arrive late."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rapport.cli.bench.outbox import peak
from rapport.domain.pace import LONGEST_LAG_S, PACE, SLACK_S, Lag

RATE = 80
SPACING = 1 / (RATE * PACE)


@given(st.lists(st.floats(0, SLACK_S * 0.99), min_size=200, max_size=200))
def test_late_within_the_slack_moves_nothing_and_keeps_the_rate(delays: list[float]) -> None:
    lag, arrived = Lag(), []
    for number, delay in enumerate(delays):
        slot = 100 + number * SPACING
        assert lag.owed(slot, slot + delay, slot + delay) == 0
        arrived.append(slot + delay)
    assert peak(sorted(arrived)) <= RATE


@given(st.integers(1, 12), st.floats(0.02, LONGEST_LAG_S))
def test_a_stall_moves_the_slots_to_come_far_enough(stalled: int, delay: float) -> None:
    lag, arrived, coming = Lag(), [], 100.0
    for number in range(300):
        slot, coming = coming, coming + SPACING
        late = max(0.0, delay - (number - 100) * SPACING) if 100 <= number < 100 + stalled else 0.0
        arrived.append(slot + late)
        if owed := lag.owed(slot, slot + late, slot + late):
            # As in the database: no slot is given that has passed already.
            coming = max(coming, slot + late) + owed
    assert peak(sorted(arrived)) <= RATE


def test_one_stall_is_paid_for_once() -> None:
    lag = Lag()
    first = lag.owed(100.0, 100.05, 100.05)
    assert 0 < first < 0.05
    assert lag.owed(100.01, 100.05, 100.05) == 0
    assert lag.owed(100.1, 100.15, 100.15) > 0


def test_a_steady_round_trip_costs_nothing() -> None:
    lag = Lag()
    assert [lag.owed(t, t, t + 0.3) for t in (1.0, 2.0, 3.0)] == [0, 0, 0]


def test_a_provider_that_takes_its_time_costs_a_tenth_of_a_second() -> None:
    lag = Lag()
    lag.owed(1.0, 1.0, 1.0)
    assert lag.owed(10.0, 10.0, 15.0) <= LONGEST_LAG_S
