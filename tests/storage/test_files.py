"""A directory and a bucket do the same with files; what only a bucket can suffer is at the end."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import obstore
import pytest
from PIL import Image
from pydantic import ValidationError
from structlog.testing import capture_logs

from rapport.domain.errors import (
    FilesAway,
    FilesFull,
    Invalid,
    NotFound,
    Refused,
    ScannerAway,
    TooLarge,
)
from rapport.domain.policy import FileLimits
from rapport.settings import Settings
from rapport.storage.files import Bucket, Files, LocalFiles, S3Files
from rapport.storage.files.s3 import RANGE
from rapport.storage.thumbnails import Thumbnails
from rapport.storage.virus_scan import Clamd
from tests.bucket import PREFIX, SECRET, TestBucket
from tests.clamd import EICAR, scanner
from tests.small_disk import fill, small_disk

LARGE = bytes(range(256)) * 50_000  # 12.8 MB: an upload of three parts, a download of four ranges
ANY = FileLimits(max_bytes=100_000_000)


@dataclass
class Place:
    """One of the two, and what an outsider sees of it."""

    make: Callable[..., Files]
    seen: Callable[[], list[str]]
    """Whatever can be found by name, without the folder or prefix."""
    open: Callable[[], int]
    """How many files the spool or directory has, named or not."""


@pytest.fixture(params=["directory", "bucket"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "directory":

        def found() -> list[str]:
            paths = (p for p in tmp_path.rglob("*") if p.is_file())
            return sorted(str(p.relative_to(tmp_path)) for p in paths)

        return Place(lambda *scan: LocalFiles(tmp_path, *scan), found, lambda: len(found()))
    bucket: TestBucket = request.getfixturevalue("bucket")
    return Place(
        lambda *scan: S3Files(bucket.described, tmp_path, *scan),
        lambda: [name.removeprefix(f"{PREFIX}/") for name in bucket.names()],
        lambda: len([p for p in tmp_path.rglob("*") if p.is_file()]),
    )


async def pieces(*given: bytes) -> AsyncIterator[bytes]:
    for piece in given:
        yield piece


async def cut_off(*given: bytes) -> AsyncIterator[bytes]:
    for piece in given:
        yield piece
    raise ConnectionError("the browser is gone")


async def test_what_is_kept_comes_back(place: Place) -> None:
    files = place.make()
    kept = await files.save(pieces(LARGE[:9], LARGE[9:]), "a/b\\c.bin", ANY)
    assert (kept.size, kept.filename) == (len(LARGE), "c.bin")
    assert place.seen() == [f"{kept.key[:2]}/{kept.key}"]
    assert await files.has(kept.key)
    assert await files.contents(kept.key) == LARGE
    async with files.at_hand(kept.key) as file:
        assert await asyncio.to_thread(file.read) == LARGE
    key = await files.put(b"our own")
    assert await files.contents(key) == b"our own"


async def test_never_whole_in_memory(place: Place) -> None:
    files = place.make()
    key = (await files.save(pieces(LARGE), "a.bin", ANY)).key
    sizes = [len(piece) async for piece in files.read(key)]
    assert sum(sizes) == len(LARGE)
    assert max(sizes) <= RANGE < len(LARGE)


@pytest.mark.parametrize(
    ("start", "end"),
    [(0, 1), (5, 6), (RANGE - 1, RANGE + 1), (1, 2 * RANGE), (len(LARGE) - 1, None), (0, None)],
)
async def test_a_part_of_it(place: Place, start: int, end: int | None) -> None:
    files = place.make()
    key = await files.put(LARGE)
    found = b"".join([piece async for piece in files.read(key, start, end)])
    assert found == LARGE[start:end]


async def test_who_stops_reading_leaves_nothing_open(place: Place) -> None:
    files = place.make()
    key = await files.put(LARGE)
    async with aclosing(files.read(key)) as read:
        assert (await anext(read))[:3] == LARGE[:3]
    await files.delete(key)
    assert place.open() == 0


async def test_what_is_missing_is_said(place: Place) -> None:
    files = place.make()
    key = "0" * 32
    assert not await files.has(key)
    with pytest.raises(NotFound) as refused:
        await files.contents(key)
    assert refused.value.code == "file_missing"
    with pytest.raises(NotFound):
        async with files.at_hand(key):
            pass
    assert await files.beside(key, "webp") is None
    await files.delete(key)
    with pytest.raises(ValueError, match="not a file key"):
        await files.contents("../../etc/passwd")


async def test_it_leaves_with_what_is_beside_it(place: Place) -> None:
    files = place.make()
    key, other = await files.put(b"a"), await files.put(b"b")
    await files.keep_beside(key, "webp", b"small")
    await files.keep_beside(key, "no-webp", b"")
    assert await files.beside(key, "webp") == b"small"
    assert await files.beside(key, "no-webp") == b""
    await files.delete(key)
    assert place.seen() == [f"{other[:2]}/{other}"]
    await files.delete(key)


async def test_nothing_of_what_is_refused_stays(place: Place) -> None:
    files = place.make()
    small = FileLimits(max_bytes=10)
    with pytest.raises(TooLarge):
        await files.save(pieces(b"a" * 6, b"a" * 6), "a.txt", small)
    with pytest.raises(Refused) as refused:
        await files.save(pieces(b"a"), "a.txt", FileLimits(types=frozenset({"image/png"})))
    assert refused.value.code == "file_type_refused"
    with pytest.raises(Invalid):
        await files.save(pieces(), "a.txt", ANY)
    with pytest.raises(Invalid):
        await files.save(pieces(b"a"), "..", ANY)
    with pytest.raises(ConnectionError):
        await files.save(cut_off(LARGE), "a.txt", ANY)
    assert place.seen() == []
    assert place.open() == 0


async def test_nothing_is_there_before_it_is_scanned(place: Place) -> None:
    seen: list[list[str]] = []

    async def look(shown: AsyncIterator[bytes]) -> None:
        assert b"".join([piece async for piece in shown]) == LARGE
        seen.append([name for name in place.seen() if not name.endswith(".part")])

    await place.make(look).save(pieces(LARGE), "a.bin", ANY)
    assert seen == [[]]
    assert len(place.seen()) == 1


async def test_nothing_of_an_infected_file_is_kept(place: Place) -> None:
    async with scanner() as clamd:
        files = place.make(Clamd(clamd.address).check)
        with pytest.raises(Refused):
            await files.save(pieces(EICAR), "a.txt", FileLimits())
        clamd.fault = "closes_at_once"
        with pytest.raises(ScannerAway):
            await files.save(pieces(b"a"), "a.txt", FileLimits())
        assert place.seen() == []
        clamd.fault = None
        kept = await files.save(pieces(b"a"), "a.txt", FileLimits())
        assert await files.contents(kept.key) == b"a"


async def test_thumbnails_are_made_once_and_leave_with_their_file(place: Place) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (1200, 600), "red").save(buffer, "PNG")
    files = place.make()
    thumbnails = Thumbnails(files)
    picture, words = await files.put(buffer.getvalue()), await files.put(b"words")
    made = await thumbnails.of(picture)
    assert made is not None
    assert Image.open(io.BytesIO(made)).size == (480, 240)
    assert await thumbnails.of(words) is None
    assert await thumbnails.make(words) == "none"
    assert [name.partition(".")[2] for name in place.seen() if "." in name] == (
        ["webp", "no-webp"] if picture < words else ["no-webp", "webp"]
    )
    await files.delete(picture)
    await files.delete(words)
    assert place.seen() == []
    assert await thumbnails.of(picture) is None
    assert place.seen() == []


async def test_it_can_be_tried_out(place: Place) -> None:
    await place.make().check()
    assert place.seen() == []


async def test_a_directory_becomes_a_bucket_by_copying(bucket: TestBucket, tmp_path: Path) -> None:
    here = LocalFiles(tmp_path / "files")
    key = await here.put(b"a")
    await here.keep_beside(key, "webp", b"small")
    there = S3Files(bucket.described, tmp_path)
    for path in (tmp_path / "files").rglob("*"):
        if path.is_file():
            name = f"{PREFIX}/{path.relative_to(tmp_path / 'files')}"
            obstore.put(bucket._store, name, path)
    assert await there.contents(key) == b"a"
    assert await there.beside(key, "webp") == b"small"


async def test_a_bucket_that_is_away_is_no_missing_file(bucket: TestBucket, tmp_path: Path) -> None:
    files = S3Files(bucket.described, tmp_path)
    key = await files.put(b"a")
    bucket.relay.leave()
    for work in (
        files.save(pieces(b"b"), "b.txt", ANY),
        files.contents(key),
        files.has(key),
        files.delete(key),
        files.beside(key, "webp"),
        files.keep_beside(key, "webp", b""),
        Thumbnails(files).of(key),
        files.check(),
    ):
        with pytest.raises(FilesAway) as refused:
            await work
        assert (refused.value.code, refused.value.kind) == ("files_away", "unavailable")
    bucket.relay.return_()
    assert await files.contents(key) == b"a"
    assert bucket.names() == [f"{PREFIX}/{key[:2]}/{key}"]


async def test_a_bucket_that_never_answers_is_away_too(bucket: TestBucket, tmp_path: Path) -> None:
    key = await S3Files(bucket.described, tmp_path).put(b"a")
    files = S3Files(bucket.described, tmp_path, timeout=timedelta(milliseconds=200))
    bucket.relay.silent = True
    for work in (files.contents(key), files.put(b"b"), files.has(key)):
        with pytest.raises(FilesAway):
            await work


async def test_an_upload_that_is_cut_in_the_bucket_leaves_no_file(
    bucket: TestBucket, tmp_path: Path
) -> None:
    files = S3Files(bucket.described, tmp_path)
    bucket.relay.most = 8_000_000  # the second of three parts
    with pytest.raises(FilesAway):
        await files.save(pieces(LARGE), "a.bin", ANY)
    assert bucket.names() == []
    bucket.relay.return_()
    kept = await files.save(pieces(LARGE), "a.bin", ANY)
    assert await files.contents(kept.key) == LARGE


async def test_a_download_that_is_cut_is_no_short_file(bucket: TestBucket, tmp_path: Path) -> None:
    files = S3Files(bucket.described, tmp_path)
    key = await files.put(LARGE)
    read = files.read(key)
    async with aclosing(read):
        assert len(await anext(read)) == RANGE
        bucket.relay.leave()
        with pytest.raises(FilesAway):
            await anext(read)


@pytest.mark.parametrize("work", ["put", "contents", "delete"])
async def test_a_bucket_that_does_not_exist(bucket: TestBucket, tmp_path: Path, work: str) -> None:
    wrong = Bucket("no-such-bucket", endpoint=bucket.url, access_key="k", secret_key="s")
    files = S3Files(wrong, tmp_path)
    with pytest.raises(FilesAway) as refused:
        await {
            "put": lambda: files.put(b"a"),
            "contents": lambda: files.contents("0" * 32),
            "delete": lambda: files.delete("0" * 32),
        }[work]()
    assert "no-such-bucket" in refused.value.why
    assert "no-such-bucket" not in refused.value.message


@pytest.fixture(params=["directory", "bucket"])
def tight(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Files, Path]]:
    """Files on a small disk; those for the bucket come whole to the disk first, too."""
    with small_disk(tmp_path / "small", "8m") as disk:
        if request.param == "directory":
            yield LocalFiles(disk / "files"), disk
        else:
            yield S3Files(request.getfixturevalue("bucket").described, disk / "arriving"), disk


async def test_without_room_nothing_is_kept_and_the_log_says_it_once(
    tight: tuple[Files, Path],
) -> None:
    files, disk = tight
    picture = await files.put(b"a picture")
    before = {p for p in disk.rglob("*") if p.is_file()}
    fill(disk / "filler")
    full = [files.save(pieces(LARGE), "a.bin", ANY), files.put(b"a" * 100_000)]
    if isinstance(files, LocalFiles):
        full += [files.keep_beside(picture, "webp", b"a" * 100_000)]
    with capture_logs() as logs:
        for work in full:
            with pytest.raises(FilesFull) as refused:
                await work
            assert (refused.value.code, refused.value.kind) == ("files_full", "unavailable")
            assert str(disk) in refused.value.why
    assert [(e["event"], e["file_system"]) for e in logs] == [("files.full", str(disk))]
    (disk / "filler").unlink()
    assert {p for p in disk.rglob("*") if p.is_file()} == before
    assert await files.contents(await files.put(b"a" * 100_000)) == b"a" * 100_000


async def test_the_secret_is_told_to_nobody(bucket: TestBucket, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, **bucket.settings)
    assert SECRET not in repr(settings) + repr(bucket.described) + str(bucket.described)
    with pytest.raises(ValidationError) as half:
        Settings(data=tmp_path, files_secret_key=SECRET)
    assert "RAPPORT_FILES_ACCESS_KEY" in str(half.value)
    assert SECRET not in str(half.value)
    bucket.relay.leave()
    with capture_logs() as logs, pytest.raises(FilesAway) as refused:
        await S3Files(bucket.described, tmp_path).put(b"a")
    assert {entry["event"] for entry in logs} == {"files.away"}
    assert SECRET not in repr(logs) + refused.value.why


async def test_what_a_crash_leaves_of_a_file_on_its_way_has_no_name(tmp_path: Path) -> None:
    async with S3Files(Bucket("none"), tmp_path).arriving() as arrival:
        arrival.file.write(b"half")
        arrival.file.flush()
        assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
