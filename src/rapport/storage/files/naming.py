"""What a file is called and what it is: a name without tricks, a type by content."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import puremagic

from rapport.domain.errors import Invalid

HEAD = 8192
"""Bytes of a file's beginning that its type is told by."""
_TEXT_TYPES = {".csv": "text/csv", ".txt": "text/plain", ".md": "text/plain", ".log": "text/plain"}


def clean_filename(filename: str) -> str:
    """A name without folders and control characters, at most 150 characters long.

    Raises:
        Invalid: `filename_missing`, nothing is left of it.
    """
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
