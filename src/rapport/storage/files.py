"""Attachments on the local disk: streamed in, typed by content, never trusted by name."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from pathlib import Path, PurePosixPath

import puremagic

from rapport.application.ports import KeptFile
from rapport.domain.errors import Invalid, Refused, TooLarge
from rapport.domain.policy import FileLimits
from rapport.domain.rules.files import check_enabled, in_words

HEAD = 8192
PIECE = 262_144
_TEXT_TYPES = {".csv": "text/csv", ".txt": "text/plain", ".md": "text/plain", ".log": "text/plain"}
Scan = Callable[[AsyncIterator[bytes]], Awaitable[None]]


class LocalFiles:
    """A directory of files under random names."""

    def __init__(self, directory: Path, scan: Scan | None = None) -> None:
        """`scan` raises for a file that must not be kept; it is asked before anybody else."""
        self._directory = directory
        self._scan = scan

    async def save(
        self, chunks: AsyncIterator[bytes], filename: str, limits: FileLimits
    ) -> KeptFile:
        """Store a stream of bytes; nothing stays behind when it is refused.

        Raises:
            Refused: `files_off` where there may be none; before a byte is read.
            TooLarge: more bytes than allowed; found while streaming.
            Refused, ScannerAway: what the scan says.
            Refused: a type that is not allowed, by content.
            Invalid: no bytes, or no name.
        """
        check_enabled(limits)
        name = clean_filename(filename)
        key = secrets.token_hex(16)
        path = self.path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".part")
        try:
            size, head = await self._receive(chunks, partial, limits.max_bytes)
            if size == 0:
                raise Invalid.field("body", "The file is empty.", code="file_empty")
            media_type = sniff(head, name)
            if limits.types is not None and media_type not in limits.types:
                raise Refused(
                    "file_type_refused",
                    f"Files of this type ({media_type}) cannot be sent here.",
                    {"media_type": media_type, "allowed": sorted(limits.types)},
                )
            if self._scan is not None:
                # Whatever the scanner says, the file is closed before it moves or goes.
                async with aclosing(_pieces(partial)) as pieces:
                    await self._scan(pieces)
            await asyncio.to_thread(partial.replace, path)
        finally:
            await asyncio.to_thread(partial.unlink, missing_ok=True)
        return KeptFile(key, size, media_type, name)

    async def put(self, data: bytes) -> str:
        """Keep bytes of our own making; returns their key."""
        key = secrets.token_hex(16)
        path = self.path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        await asyncio.to_thread(path.write_bytes, data)
        return key

    async def read(self, key: str) -> AsyncIterator[bytes]:
        """A file's bytes, in pieces."""
        async with aclosing(_pieces(self.path(key))) as pieces:
            async for piece in pieces:
                yield piece

    async def contents(self, key: str) -> bytes:
        """A file's bytes, all at once."""
        return await asyncio.to_thread(self.path(key).read_bytes)

    async def delete(self, key: str) -> None:
        """Remove a file; one that is gone already is no error."""
        for path in (self.path(key), self.beside(key, "webp"), self.beside(key, "no-webp")):
            await asyncio.to_thread(path.unlink, missing_ok=True)

    def path(self, key: str) -> Path:
        """Where a key's bytes are."""
        if not key.isalnum():
            raise ValueError("not a file key")
        return self._directory / key[:2] / key

    def beside(self, key: str, kind: str) -> Path:
        """Where something made from a key's bytes is; it leaves with them, and no backup has it."""
        return self.path(key).with_suffix(f".{kind}")

    async def _receive(
        self, chunks: AsyncIterator[bytes], path: Path, max_bytes: int
    ) -> tuple[int, bytes]:
        size, head = 0, b""
        with path.open("wb") as file:
            async for chunk in chunks:
                size += len(chunk)
                if size > max_bytes:
                    raise TooLarge(
                        "file_too_large",
                        f"The file is larger than {in_words(max_bytes)}.",
                        {"max_bytes": max_bytes},
                    )
                if len(head) < HEAD:
                    head += chunk[: HEAD - len(head)]
                await asyncio.to_thread(file.write, chunk)
            await asyncio.to_thread(_sync, file.fileno())
        return size, head


async def _pieces(path: Path) -> AsyncGenerator[bytes, None]:
    file = await asyncio.to_thread(path.open, "rb")
    try:
        while piece := await asyncio.to_thread(file.read, PIECE):
            yield piece
    finally:
        file.close()


def _sync(descriptor: int) -> None:
    os.fsync(descriptor)


def clean_filename(filename: str) -> str:
    """A name without folders and control characters, at most 150 characters long."""
    name = PurePosixPath(filename.replace("\\", "/")).name
    name = "".join(c for c in name if c.isprintable()).strip(" .")
    if not name:
        raise Invalid.field("filename", "The file has no name.", code="filename_missing")
    stem, dot, suffix = name.rpartition(".")
    return name if len(name) <= 150 else f"{stem[: 149 - len(suffix)]}{dot}{suffix}"


def sniff(head: bytes, filename: str) -> str:
    """The media type by content; text by being text. A name alone proves nothing."""
    suffix = Path(filename).suffix.lower()
    try:
        found = puremagic.from_string(head, mime=True, filename=filename)
    except (puremagic.PureError, ValueError):
        found = ""
    if found and not found.startswith("text/"):
        return str(found)
    if b"\x00" not in head:
        try:
            head[: HEAD - 4].decode()
        except UnicodeDecodeError:
            return "application/octet-stream"
        lowered = head.lstrip().lower()
        if lowered.startswith((b"<!doctype html", b"<html", b"<svg", b"<?xml", b"<script")):
            return "text/html" if b"<svg" not in lowered else "image/svg+xml"
        return _TEXT_TYPES.get(suffix, "text/plain")
    return "application/octet-stream"
