"""How a case is written: a mail and what is expected of some of its fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

HEAD = "From: Ada Muster <ada@example.com>\nTo: help@example.org\n"
BASE = HEAD + "Subject: Hi\nDate: Mon, 2 Mar 2026 10:00:00 +0000\nMessage-ID: <1@example.com>\n"


@dataclass(frozen=True)
class Case:
    name: str
    raw: bytes
    expect: dict[str, Any]


def case(name: str, raw: str | bytes, **expect: Any) -> Case:
    """A text is a mail in UTF-8; `LF` in it becomes CRLF, as on the wire."""
    data = raw if isinstance(raw, bytes) else raw.replace("\n", "\r\n").encode()
    return Case(name, data, expect)


def body(name: str, content: str | bytes, head: str = "", **expect: Any) -> Case:
    """A mail with the usual headers, those of `head`, and a body."""
    data = content if isinstance(content, bytes) else content.replace("\n", "\r\n").encode()
    return Case(name, (BASE + head).replace("\n", "\r\n").encode() + b"\r\n" + data, expect)


def head(name: str, lines: str | bytes, **expect: Any) -> Case:
    """A mail of these header lines only, with a short body."""
    data = lines if isinstance(lines, bytes) else lines.replace("\n", "\r\n").encode()
    return Case(name, data + b"\r\n\r\nHello\r\n", expect)


def parts(kind: str, *contents: str, boundary: str = "=_b", more: str = "") -> str:
    """A multipart's header and body; each content begins with its own headers."""
    inner = "".join(f"--{boundary}\n{content}\n" for content in contents)
    return f'Content-Type: multipart/{kind}; boundary="{boundary}"{more}\n\n{inner}--{boundary}--\n'


def plain(text: str) -> str:
    return f"Content-Type: text/plain; charset=utf-8\n\n{text}"


def page(html: str) -> str:
    return f"Content-Type: text/html; charset=utf-8\n\n{html}"


def file(
    name: str, kind: str = "application/pdf", disposition: str = "attachment", more: str = ""
) -> str:
    return (
        f'Content-Type: {kind}\nContent-Disposition: {disposition}; filename="{name}"\n{more}'
        "Content-Transfer-Encoding: base64\n\naGVsbG8="
    )
