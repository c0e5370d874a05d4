"""Text out of files, and what does harm to whoever reads them."""

from __future__ import annotations

import pytest

from rapport.domain.sensitive import Watch, find
from rapport.storage.file_text import LARGEST_ENTRY, plain_text, text_of_file
from tests.files_with_text import archive, bomb, docx, pdf, xlsx

CARD = "4111111111111111"


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (f"number;{CARD}".encode(), "text/csv"),
        (f"number {CARD}".encode("utf-16"), "text/plain"),
        (f"number {CARD} é".encode("latin-1"), "text/plain"),
        (f"number {CARD}".encode(), "application/octet-stream"),
        (pdf(f"Card {CARD}"), "application/pdf"),
        (pdf(f"Card {CARD}"), "image/png"),
        (docx(f"Card {CARD} here"), "application/octet-stream"),
        (xlsx(CARD), "application/zip"),
        (xlsx("3.78282246310005E+14"), "application/zip"),
        (archive(ppt__slides__slide1_xml=f"<a:p><a:t>{CARD}</a:t></a:p>"), "application/zip"),
        (archive(content_xml=f"<text:p>{CARD}</text:p>"), "application/zip"),
        (archive(docProps__core_xml=f"<dc:title>{CARD}</dc:title>"), "application/zip"),
    ],
)
async def test_a_card_in_a_file_is_found(content: bytes, media_type: str) -> None:
    text = await text_of_file(content, media_type)
    assert text is not None
    assert [item.kind for item in find(text, Watch())] == ["card"]


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.4 broken",
        b"PK\x03\x04 broken",
        b"\x89PNG\r\n\x1a\n\x00\x00",
        b"",
        archive(readme_txt=CARD),
    ],
)
async def test_what_has_no_text_is_no_fault(content: bytes) -> None:
    assert not await text_of_file(content, "application/octet-stream")


async def test_cells_side_by_side_are_no_card() -> None:
    cells = "".join(f"<c><v>{group}</v></c>" for group in ("4111", "1111", "1111", "1111"))
    text = await text_of_file(archive(xl__worksheets__sheet1_xml=cells), "application/zip")
    assert text is not None
    assert find(text, Watch()) == []


async def test_an_archive_that_swells_is_read_to_its_limit() -> None:
    content = bomb()
    assert len(content) < 1_000_000
    text = await text_of_file(content, "application/zip")
    assert text is None or len(text) < LARGEST_ENTRY


def test_bytes_are_some_text() -> None:
    assert plain_text(b"\xff\xfea\x00b\x00") == "ab"
    assert plain_text("ä".encode()) == "ä"
    assert plain_text(b"\xe4") == "ä"
