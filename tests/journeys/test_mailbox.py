"""A mailbox of mixed mails with traps is imported completely, each into its thread."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mailbox.generator import Generator
from tests.mailbox.importing import imported


@pytest.mark.timeout(240)
async def test_every_mail_is_in_its_thread_also_after_an_outage(
    database: str, tmp_path: Path
) -> None:
    found = await imported(database, tmp_path, 500, 90, seed=7, within_s=200)
    problems = ("lost", "doubled", "spurious", "unmarked", "wrong_thread")
    assert {name: found[name] for name in problems} == dict.fromkeys(problems, 0), found
    assert found["traps"] == 90


def test_the_same_seed_is_the_same_mailbox() -> None:
    one, same, other = (Generator(seed).mailbox(200, 45) for seed in (1, 1, 2))
    assert [m.raw for m in one.mails] == [m.raw for m in same.mails]
    assert [m.raw for m in one.mails] != [m.raw for m in other.mails]
    assert len({m.kind for m in one.mails}) >= 15
