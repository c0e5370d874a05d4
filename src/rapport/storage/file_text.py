"""The text of files that have one: plain text, PDF, Office documents; within limits (P2).

PDF and Office files are read in a process of their own, with little memory and time: whatever
such a file does to its reader, it does there. `python -m rapport.storage.file_text KIND` reads
standard input and writes UTF-8.
"""

from __future__ import annotations

import asyncio
import io
import re
import sys
import zipfile
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from html import unescape

LARGEST = 64 * 1024 * 1024
LONGEST_TEXT = 4_000_000
MEMORY = 700 * 1024 * 1024
WITHIN_S = 30.0
MOST_PAGES = 500
MOST_ENTRIES = 300
LARGEST_ENTRY = 40 * 1024 * 1024
_AT_ONCE = asyncio.Semaphore(2)
_PARTS = re.compile(
    r"(?:word/(?:document|header\d*|footer\d*|comments|footnotes|endnotes)"
    r"|xl/(?:sharedStrings|worksheets/[\w-]+|comments\d*)|ppt/(?:slides|notesSlides)/[\w-]+"
    r"|docProps/(?:core|app|custom)|content|meta)\.xml"
)
_ENDS = re.compile(
    r"</(?:w:p|w:tc|a:p|si|c|v|row|t|text:p|text:h|table:table-cell|dc:\w+|cp:\w+)>"
    r"|<(?:w:br|w:tab|text:line-break|text:tab)\s*/>"
)
_RUN_ENDS = re.compile(r"</(?:w:t|a:t)>")
_TAG = re.compile(r"<[^<>]*>")
_MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8"))
_FLOAT = re.compile(r"\d(?:\.\d{1,20})?[eE]\+?\d{1,2}")


def kind_of(media_type: str, head: bytes) -> str | None:
    """How a file is read: `text`, `pdf`, `office`; None where it bears no text that we read.

    By content first: a name or a type alone proves nothing.
    """
    if head.startswith(b"%PDF-") or media_type == "application/pdf":
        return "pdf"
    if head.startswith(b"PK\x03\x04"):
        return "office"
    if media_type.startswith("text/") or media_type in {
        "application/json", "application/xml", "application/rtf", "message/rfc822",
        "application/csv", "image/svg+xml", "application/x-ndjson",
    }:  # fmt: skip
        return "text"
    return "text" if b"\x00" not in head and _decodes(head) else None


async def text_of_file(content: bytes, media_type: str) -> str | None:
    """A file's text; None where there is none, or it can't be read."""
    content = content[:LARGEST]
    kind = kind_of(media_type, content[:1024])
    if kind is None:
        return None
    if kind == "text":
        return await asyncio.to_thread(plain_text, content)
    async with _AT_ONCE:
        return await _in_process(kind, content)


async def _in_process(kind: str, content: bytes) -> str | None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "rapport.storage.file_text", kind,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(WITHIN_S):
            out, _ = await process.communicate(content)
    except TimeoutError:
        return None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return out.decode("utf-8", "replace") if process.returncode == 0 else None


def plain_text(content: bytes) -> str:
    """Bytes as text: by their mark, else UTF-8, else UTF-16 by its zeros, else Latin-1."""
    for mark, name in _MARKS:
        if content.startswith(mark):
            return content.decode(name, "replace")[:LONGEST_TEXT]
    if content[1:200:2].count(0) > 20:
        return content.decode("utf-16-le", "replace")[:LONGEST_TEXT]
    try:
        return content.decode()[:LONGEST_TEXT]
    except UnicodeDecodeError:
        return content.decode("latin-1")[:LONGEST_TEXT]


def _decodes(head: bytes) -> bool:
    try:
        head[:-4].decode()
    except UnicodeDecodeError:
        return False
    return bool(head)


def pdf_text(content: bytes) -> str:
    """Page by page, with the form's values and the document's description."""
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(content))
    pieces = [str(value) for value in (reader.metadata or {}).values()]
    pieces += [str(value) for value in (reader.get_form_text_fields() or {}).values()]
    length = 0
    for page in reader.pages[:MOST_PAGES]:
        pieces.append(page.extract_text())
        length += len(pieces[-1])
        if length > LONGEST_TEXT:
            break
    return "\n".join(pieces)[:LONGEST_TEXT]


def office_text(content: bytes) -> str:
    """The text of Word, Excel, PowerPoint and OpenDocument files; nothing for other archives."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return "\n".join(_entries(archive))[:LONGEST_TEXT]


def _entries(archive: zipfile.ZipFile) -> Iterator[str]:
    left = LARGEST_ENTRY
    for entry in archive.infolist()[:MOST_ENTRIES]:
        if left <= 0 or not _PARTS.fullmatch(entry.filename):
            continue
        with archive.open(entry) as file:
            raw = file.read(left)
        left -= len(raw)
        yield _of_xml(raw.decode("utf-8", "replace"))


def _of_xml(xml: str) -> str:
    # Word parts a number into runs as it likes; cells and paragraphs are apart.
    text = _ENDS.sub("\n", _RUN_ENDS.sub("", xml))
    return _FLOAT.sub(_whole, unescape(_TAG.sub("", text)))


def _whole(found: re.Match[str]) -> str:
    """A number that Excel keeps as 4.111E+15, in its digits."""
    try:
        number = Decimal(found[0])
    except InvalidOperation:
        return found[0]
    return f"{number:f}".partition(".")[0] if number == number.to_integral_value() else found[0]


def main(kind: str) -> int:
    """Read standard input, write its text."""
    _limited()
    readers: dict[str, Callable[[bytes], str]] = {"pdf": pdf_text, "office": office_text}
    content = sys.stdin.buffer.read(LARGEST)
    try:
        text = readers[kind](content)
    except Exception:  # noqa: BLE001 - what can't be read has no text for us
        return 1
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))
    return 0


def _limited() -> None:
    try:
        import resource
    except ImportError:  # pragma: no cover - Windows has no such limits; the time-out holds there
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (int(WITHIN_S), int(WITHIN_S)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
