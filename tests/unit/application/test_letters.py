"""How often a letter is tried."""

from __future__ import annotations

import pytest

from rapport.application.letters import BACK_OFF_S, next_wait_s
from rapport.domain.sending import AccountBroken, Rejected, RetryAfter, SendOutcome, Sent, Unknown

GONE = [Sent("<a@shop.example>"), Rejected("550", "There is no such mailbox.")]
AGAIN = [RetryAfter("451", 5.0), AccountBroken("535", "Wrong password."), Unknown("no_answer")]


@pytest.mark.parametrize("outcome", AGAIN)
def test_the_pauses_grow_and_end(outcome: SendOutcome) -> None:
    waits = [next_wait_s(outcome, n) for n in range(1, len(BACK_OFF_S) + 2)]
    assert waits[:-1] == sorted(float(s) for s in BACK_OFF_S)
    assert waits[-1] is None


@pytest.mark.parametrize("outcome", GONE)
def test_what_has_gone_or_never_will_is_not_tried_again(outcome: SendOutcome) -> None:
    assert next_wait_s(outcome, 1) is None
