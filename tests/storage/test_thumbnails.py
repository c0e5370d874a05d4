"""Thumbnails, and pictures that are made to do harm."""

from __future__ import annotations

import asyncio
import io
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from PIL import Image

from rapport.storage.files import LocalFiles
from rapport.storage.thumbnails import Thumbnails


def encoded(picture: Image.Image, kind: str = "PNG", **how: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **how)
    return buffer.getvalue()


def bomb(width: int, height: int, rows: int) -> bytes:
    """A PNG of that size by its header, whose pixels are black as far as they go."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack("!I", len(data)) + name + data + struct.pack("!I", zlib.crc32(name + data))
        )

    header = struct.pack("!IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(rows * (width * 3 + 1)), 9)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
async def test_it_is_small_and_keeps_its_shape(tmp_path: Path, kind: str) -> None:
    files = LocalFiles(tmp_path)
    key = await files.put(encoded(Image.new("RGB", (1200, 600), "red"), kind))
    made = await Thumbnails(files).of(key)
    assert made is not None
    with Image.open(io.BytesIO(made)) as thumbnail:
        assert (thumbnail.format, thumbnail.size) == ("WEBP", (480, 240))


async def test_it_is_turned_as_the_camera_was_held_and_says_nothing_else(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "A camera"
    files = LocalFiles(tmp_path)
    original = encoded(Image.new("RGB", (1200, 600)), "JPEG", exif=exif.tobytes())
    key = await files.put(original)
    made = await Thumbnails(files).of(key)
    assert made is not None
    with Image.open(io.BytesIO(made)) as thumbnail:
        assert thumbnail.size == (240, 480)
        assert dict(thumbnail.getexif()) == {}
    assert b"A camera" not in made
    assert await files.contents(key) == original


async def test_see_through_stays_see_through(tmp_path: Path) -> None:
    files = LocalFiles(tmp_path)
    key = await files.put(encoded(Image.new("RGBA", (20, 10), (0, 0, 0, 0))))
    made = await Thumbnails(files).of(key)
    assert made is not None
    with Image.open(io.BytesIO(made)) as thumbnail:
        assert (thumbnail.mode, thumbnail.size) == ("RGBA", (20, 10))


@pytest.mark.parametrize(
    "content",
    [
        bomb(50_000, 50_000, 10),
        bomb(2_000_000_000, 2_000_000_000, 0),
        bomb(100, 100, 100)[:30],
        b"PK\x03\x04" + b"\0" * 100,
        b"%!PS-Adobe-3.0\n",
        b"",
    ],
    ids=[
        "fifty thousand squared",
        "billions",
        "a header cut off",
        "a zip",
        "PostScript",
        "nothing",
    ],
)
async def test_what_has_none_is_asked_once(tmp_path: Path, content: bytes) -> None:
    files = LocalFiles(tmp_path)
    key = await files.put(content)
    assert await Thumbnails(files).of(key) is None
    assert await files.beside(key, "no-webp") is not None
    assert await Thumbnails(files).of(key) is None
    assert await files.contents(key) == content


async def test_one_that_takes_too_long_is_ended_and_tried_again(tmp_path: Path) -> None:
    files = LocalFiles(tmp_path)
    key = await files.put(encoded(Image.new("RGB", (10, 10))))
    hurried = Thumbnails(files, within_s=0)
    assert await hurried.of(key) is None
    assert await hurried.make(key) == "later"
    assert await files.beside(key, "no-webp") is None
    assert await Thumbnails(files).make(key) == "made"


async def test_asked_for_at_once_it_is_one_and_leaves_with_its_file(tmp_path: Path) -> None:
    files = LocalFiles(tmp_path)
    key = await files.put(encoded(Image.new("RGB", (10, 10))))
    thumbnails = Thumbnails(files)
    assert len(set(await asyncio.gather(*(thumbnails.of(key) for _ in range(4))))) == 1
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 2
    await files.delete(key)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert await thumbnails.of(key) is None
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_it_steps_back_for_whoever_waits() -> None:
    code = (
        "import os; from rapport.storage import thumbnail_process as process;"
        "process.limit(); print(os.nice(0))"
    )
    before = os.nice(0)
    said = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=30
    )
    assert int(said.stdout) == min(before + 10, 19)
