"""What clamd says about a file, and what becomes of it when clamd says nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rapport.domain.errors import Refused, ScannerAway
from rapport.storage.virus_scan import Clamd
from tests.clamd import EICAR, FakeClamd, Fault, scanner


async def pieces(*given: bytes) -> AsyncIterator[bytes]:
    for piece in given:
        yield piece


async def test_a_clean_file_is_shown_whole_and_passes() -> None:
    async with scanner() as clamd:
        await Clamd(clamd.address).check(pieces(b"a" * 300_000, b"b"))
        assert clamd.seen == [b"a" * 300_000 + b"b"]


async def test_a_virus_that_lies_across_two_pieces_is_found() -> None:
    async with scanner() as clamd:
        with pytest.raises(Refused) as refused:
            await Clamd(clamd.address).check(pieces(EICAR[:20], EICAR[20:]))
        assert refused.value.code == "file_infected"


@pytest.mark.parametrize("size", [1_001, 8_000_000])
async def test_more_than_the_scanner_looks_through_is_not_passed(size: int) -> None:
    async with scanner(most=1_000) as clamd:
        with pytest.raises(Refused) as refused:
            await Clamd(clamd.address).check(pieces(*[b"a" * 1_001] * (size // 1_001)))
        # Also where it hung up in the middle, and its answer was lost with the connection.
        assert refused.value.code == "file_unchecked"


async def test_a_file_that_the_scanner_hangs_up_on_does_not_wait_for_ever() -> None:
    async with scanner(fault="closes") as clamd:
        with pytest.raises(Refused) as refused:
            await Clamd(clamd.address).check(pieces(b"a"))
        assert refused.value.code == "file_unchecked"


@pytest.mark.parametrize("fault", ["silent", "closes_at_once", "error", "nonsense"])
async def test_without_an_answer_nothing_is_passed(fault: Fault) -> None:
    async with scanner(fault=fault) as clamd:
        with pytest.raises(ScannerAway) as refused:
            await Clamd(clamd.address, answer_s=0.3).check(pieces(b"a"))
        assert refused.value.code == "scanner_away"


async def test_nobody_listens() -> None:
    async with scanner() as clamd:
        address = clamd.address
    with pytest.raises(ScannerAway):
        await Clamd(address).check(pieces(b"a"))
    assert not await Clamd(address).ping()


async def test_a_unix_socket(tmp_path: Path) -> None:
    path, clamd = tmp_path / "clamd.sock", FakeClamd()
    async with await asyncio.start_unix_server(clamd.serve, path):
        assert await Clamd(str(path)).ping()
        await Clamd(str(path)).check(pieces(b"a"))
