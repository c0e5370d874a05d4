"""What a message's files are held to."""

from __future__ import annotations

import pytest

from rapport.domain.errors import Refused
from rapport.domain.message import Attachment
from rapport.domain.policy import FileLimits
from rapport.domain.rules.files import check_files, in_words

LIMITS = FileLimits(
    max_bytes=100, max_total_bytes=150, max_count=2, types=frozenset({"image/png", "text/plain"})
)


def files(*sizes: int, media_type: str = "image/png") -> list[Attachment]:
    return [
        Attachment(id=n, filename=f"{n}.png", media_type=media_type, size=size)
        for n, size in enumerate(sizes)
    ]


@pytest.mark.parametrize("given", [files(), files(100), files(100, 50), files(0, 0)])
def test_what_fits(given: list[Attachment]) -> None:
    check_files(LIMITS, given)


@pytest.mark.parametrize(
    ("limits", "given", "code"),
    [
        (FileLimits(enabled=False), files(1), "files_off"),
        (LIMITS, files(1, 1, 1), "too_many_files"),
        (LIMITS, files(1, media_type="application/zip"), "file_type_refused"),
        (LIMITS, files(101), "file_too_large"),
        (LIMITS, files(100, 51), "files_too_large"),
    ],
)
def test_what_is_refused(limits: FileLimits, given: list[Attachment], code: str) -> None:
    with pytest.raises(Refused) as refused:
        check_files(limits, given)
    assert refused.value.code == code
    assert refused.value.message


def test_without_files_nothing_is_refused() -> None:
    check_files(FileLimits(enabled=False), [])


@pytest.mark.parametrize(
    ("size", "words"),
    [(10_000_000, "10 MB"), (1_500_000, "1.5 MB"), (20_000, "20 kB"), (7, "7 bytes")],
)
def test_sizes_in_words(size: int, words: str) -> None:
    assert in_words(size) == words
