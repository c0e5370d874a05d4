"""Stored files as responses: streamed, typed by content, in ranges (RFC 9110 §14) where asked."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import Response, StreamingResponse

from rapport.application.reading import FileRow
from rapport.domain.errors import NotFound, Refused
from rapport.storage.files import Files

INLINE = {"image/png", "image/jpeg", "image/gif", "image/webp"}
GUARD = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}
_RANGE = re.compile(r"bytes=(\d{0,19})-(\d{0,19})")


async def file_answer(files: Files, row: FileRow, request: Request) -> Response:
    """A stored file as a safe response; recordings keep their type, so that they play in place.

    Raises:
        NotFound, Refused, FilesAway: it can't be had; found before anything is answered.
    """
    check_open(row)
    inline = row.media_type in INLINE
    typed = inline or row.media_type.startswith(("audio/", "video/"))
    headers = {
        **GUARD,
        "Cache-Control": "private, max-age=86400",
        "Content-Disposition": _disposition("inline" if inline else "attachment", row.filename),
        "Accept-Ranges": "bytes",
        # A file never changes under its number.
        "ETag": f'"{row.id}"',
    }
    part = asked_part(request.headers.get("range"), row.size)
    if request.headers.get("if-range", headers["ETag"]) != headers["ETag"]:
        part = None
    if part is not None and part[0] >= part[1]:
        return Response(status_code=416, headers={"Content-Range": f"bytes */{row.size}"})
    start, end = part or (0, row.size)
    if part is not None:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{row.size}"
    pieces = files.read(row.storage_key, start, end)
    first = await anext(pieces, b"")
    return StreamingResponse(
        _whole(first, pieces),
        status_code=200 if part is None else 206,
        media_type=row.media_type if typed else "application/octet-stream",
        headers={**headers, "Content-Length": str(end - start)},
    )


def check_open(row: FileRow) -> None:
    """Let only those files be opened that may be.

    Raises:
        NotFound: `file_not_found`, nothing of it is kept.
        Refused: `file_held`, the virus scanner has not seen it yet.
    """
    if row.refusal_code is not None:
        raise NotFound("file_not_found", "This file does not exist.")
    if row.held:
        words = "The file is being checked for viruses. It can be opened when that is done."
        raise Refused("file_held", words, {"retry_after_s": 30})


def asked_part(header: str | None, size: int) -> tuple[int, int] | None:
    """The one part of a file that is asked for, as start and end; empty where there is none such.

    None for the whole file: also where several parts are asked for, or what is not understood.
    """
    found = _RANGE.fullmatch((header or "").replace(" ", ""))
    if found is None or found.group(1) == found.group(2) == "":
        return None
    if not found.group(1):
        return max(0, size - int(found.group(2))), size
    start = int(found.group(1))
    if found.group(2) and int(found.group(2)) < start:
        return None
    return start, min(size, int(found.group(2)) + 1 if found.group(2) else size)


async def _whole(first: bytes, rest: AsyncGenerator[bytes, None]) -> AsyncIterator[bytes]:
    async with aclosing(rest):
        yield first
        async for piece in rest:
            yield piece


def _disposition(kind: str, filename: str) -> str:
    quoted = quote(filename)
    if quoted == filename:
        return f'{kind}; filename="{filename}"'
    return f"{kind}; filename*=utf-8''{quoted}"
