"""What of a mail's tree is its text, its HTML and its files (RFC 2046, RFC 2387, RFC 2183)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape
from pathlib import PurePosixPath

from rapport.channels.email.charsets import decode, storable
from rapport.channels.email.flowed import unflowed
from rapport.channels.email.html_text import text_of_html
from rapport.channels.email.mail import MailAttachment
from rapport.channels.email.mime import Part
from rapport.channels.email.parameters import with_parameters
from rapport.channels.email.transfer import Encoded
from rapport.channels.email.words import header_text, unstructured

LONGEST_TEXT = 2_000_000
LONGEST_HTML = 4_000_000
_LONGEST_FILENAME = 180
_SHOWN = frozenset({"text/plain", "text/html"})
_ONLY_ALTERNATIVES = frozenset(
    {"text/x-amp-html", "text/watch-html", "text/enriched", "text/richtext", "text/x-plain"}
)
_MACHINE = frozenset(
    {"message/delivery-status", "message/feedback-report", "message/disposition-notification"}
    | {"text/rfc822-headers", "message/global-delivery-status", "message/global-headers"}
)
_ENCRYPTED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_TNEF = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_UNSAFE_NAME = re.compile('[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069<>:"|?*]+')
_CHARSET_IN_HTML = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w-]{2,40})", re.IGNORECASE)
_CID = re.compile(r"cid:([^\"'\s)<>]{1,400})", re.IGNORECASE)
_EXTENSIONS = {
    "image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp",
    "image/bmp": ".bmp", "image/svg+xml": ".svg", "image/heic": ".heic",
    "application/pdf": ".pdf", "text/plain": ".txt", "text/html": ".html", "text/csv": ".csv",
    "text/calendar": ".ics", "text/vcard": ".vcf", "text/x-vcard": ".vcf",
    "message/rfc822": ".eml", "message/global": ".eml", "application/zip": ".zip",
    "application/pgp-signature": ".asc", "application/pkcs7-signature": ".p7s",
    "application/x-pkcs7-signature": ".p7s", "application/json": ".json", "text/xml": ".xml",
    "audio/mpeg": ".mp3", "audio/ogg": ".ogg", "audio/wav": ".wav", "video/mp4": ".mp4",
}  # fmt: skip


@dataclass(slots=True)
class Bodies:
    """What was found; `machine` are parts that programs read, such as delivery statuses."""

    text: str = ""
    text_given: bool = False
    """Whether the mail has a text of its own besides the HTML."""
    html: str | None = None
    attachments: list[MailAttachment] = field(default_factory=list)
    machine: list[Part] = field(default_factory=list)
    originals: list[Part] = field(default_factory=list)


@dataclass(slots=True)
class _Shown:
    """A run of what is shown, as text and as HTML; one of them may be missing."""

    text: str | None = None
    html: str | None = None


def bodies_of(raw: bytes, root: Part, problems: set[str]) -> Bodies:
    """Walk the tree in its order; nothing of it is lost, only sorted."""
    return _Walk(raw, problems).run(root)


def encoded(raw: bytes, part: Part) -> Encoded:
    """A part's body with its transfer encoding; a multipart's is never encoded."""
    value = part.header("content-transfer-encoding")[:200]
    encoding = header_text(value).partition(";")[0].strip().lower()
    if part.media_type.startswith("multipart/"):
        encoding = ""
    return Encoded(raw, part.body, part.end, encoding)


class _Walk:
    def __init__(self, raw: bytes, problems: set[str]) -> None:
        self._raw = raw
        self._problems = problems
        self._found = Bodies()
        self._files: list[tuple[Part, bool, str]] = []
        self._names: set[str] = set()

    def run(self, root: Part) -> Bodies:
        shown = self._visit(root, first=True, related=False)
        text, html = _joined(shown)
        self._found.html = html
        self._found.text = text
        self._found.text_given = any((run.text or "").strip() for run in shown)
        cited = {c.strip().lower() for c in _CID.findall(html or "")}
        for part, related, disposition in self._files:
            self._found.attachments.append(self._attachment(part, related, disposition, cited))
        return self._found

    def _visit(self, part: Part, *, first: bool, related: bool) -> list[_Shown]:
        kind = part.media_type
        if part.children:
            return self._container(part, first=first, related=related)
        if kind.startswith("multipart/"):
            if kind == "multipart/encrypted":
                self._problems.add("encrypted")
            self._problems.add("multipart_without_parts")
            return [_Shown(text=self._text(part))] if part.body < part.end else []
        disposition, named = with_parameters(part.header("content-disposition"))
        if kind in _MACHINE:
            self._found.machine.append(part)
            return []
        if self._is_shown(part, disposition, named, first=first):
            if kind == "text/html":
                return [_Shown(html=self._text(part))]
            return [_Shown(text=self._text(part))]
        self._note(part)
        self._files.append((part, related, disposition))
        return []

    def _container(self, part: Part, *, first: bool, related: bool) -> list[_Shown]:
        kind = part.media_type
        if kind == "multipart/alternative":
            return self._alternative(part, first=first, related=related)
        if kind == "multipart/related":
            return self._related(part, first=first)
        if kind == "multipart/encrypted":
            self._problems.add("encrypted")
        shown: list[_Shown] = []
        for child in part.children:
            shown += self._visit(child, first=first and not shown, related=related)
        return shown

    def _related(self, part: Part, *, first: bool) -> list[_Shown]:
        """The root is the part that `start` names, or the first one (RFC 2387 §3.2)."""
        start = part.parameters.get("start", "").strip(" <>")
        roots = [c for c in part.children if start and _content_id(c) == start]
        root = roots[0] if roots else part.children[0]
        shown: list[_Shown] = []
        for child in part.children:
            shown += self._visit(child, first=first and child is root, related=True)
        return shown

    def _alternative(self, part: Part, *, first: bool, related: bool) -> list[_Shown]:
        """The richest of each kind; an invitation among them is a file."""
        merged = _Shown()
        for child in part.children:
            if child.media_type in _ONLY_ALTERNATIVES and len(part.children) > 1:
                continue
            for shown in self._visit(child, first=True, related=related):
                if shown.text and (shown.html is None or merged.text is None):
                    merged.text = shown.text
                if shown.html:
                    merged.html = (
                        shown.html if merged.html is None else merged.html + "\n" + shown.html
                    )
        del first
        return [merged] if merged.text or merged.html else []

    def _is_shown(
        self, part: Part, disposition: str, named: dict[str, str], *, first: bool
    ) -> bool:
        if part.media_type not in _SHOWN or disposition == "attachment":
            return False
        if named.get("filename"):
            return False
        return first or not part.parameters.get("name")

    def _text(self, part: Part) -> str:
        data, problem = encoded(self._raw, part).read()
        if problem:
            self._problems.add(problem)
        limit = LONGEST_HTML if part.media_type == "text/html" else LONGEST_TEXT
        if len(data) > 2 * limit:
            data = data[: 2 * limit]
        charset = part.parameters.get("charset", "")
        if part.media_type == "text/html" and not charset:
            meta = _CHARSET_IN_HTML.search(data[:4096])
            charset = meta[1].decode("ascii") if meta else ""
        text, problem = decode(data, charset)
        if problem:
            self._problems.add(problem)
        if len(text) > limit:
            self._problems.add("text_cut")
            text = text[:limit]
        if "\x00" in text:
            self._problems.add("null_bytes")
        text = storable(text).replace("\r\n", "\n").replace("\r", "\n")
        if part.parameters.get("format", "").lower() == "flowed" and part.media_type != "text/html":
            delete = part.parameters.get("delsp", "").lower() == "yes"
            text = unflowed(text, delete_space=delete)
        return text

    def _note(self, part: Part) -> None:
        if part.media_type in _ENCRYPTED and "signed" not in part.parameters.get("smime-type", ""):
            self._problems.add("encrypted")
        if part.media_type in _TNEF:
            self._problems.add("tnef")
        if part.media_type in {"message/rfc822", "message/global"}:
            self._found.originals.append(part)

    def _attachment(
        self, part: Part, related: bool, disposition: str, cited: set[str]
    ) -> MailAttachment:
        source = encoded(self._raw, part)
        data, problem = source.read()
        if problem:
            self._problems.add(problem)
        content_id = _content_id(part) or None
        inline = content_id is not None and content_id.lower() in cited
        if not inline and disposition != "attachment":
            image = part.media_type.startswith("image/")
            inline = (related and content_id is not None) or (image and disposition == "inline")
        return MailAttachment(
            filename=self._unused(self._filename(part)),
            media_type=part.media_type,
            size=len(data),
            inline=inline,
            content_id=content_id,
            source=source,
        )

    def _filename(self, part: Part) -> str:
        _, named = with_parameters(part.header("content-disposition"))
        name = safe_filename(named.get("filename") or part.parameters.get("name", ""))
        if name:
            return name
        extension = _EXTENSIONS.get(part.media_type, "")
        if extension == ".eml":
            name = safe_filename(self._inner_subject(part))
            return f"{name or 'message'}{extension}"
        stem = "invite" if extension == ".ics" else part.media_type.partition("/")[0]
        stem = {"application": "file", "text": "text"}.get(stem, stem)
        return f"{stem}{extension or '.bin'}"

    def _inner_subject(self, part: Part) -> str:
        head = self._raw[part.body : min(part.end, part.body + 32 * 1024)]
        found = re.search(
            rb"^Subject:([^\n]*(?:\n[ \t][^\n]*){0,8})", head, re.IGNORECASE | re.MULTILINE
        )
        return unstructured(found[1])[:80] if found else ""

    def _unused(self, name: str) -> str:
        """Two files of the same name are told apart by a number."""
        stem, dot, suffix = name.rpartition(".")
        number = len(self._names)
        candidate, count = name, 1
        while candidate in self._names:
            count += 1
            if count > 3:
                count = number + 1
            candidate = f"{stem}-{count}.{suffix}" if dot and stem else f"{name}-{count}"
        self._names.add(candidate)
        return candidate


def safe_filename(name: str) -> str:
    """The last part of a path without what systems or people could be tricked by."""
    name = _UNSAFE_NAME.sub("_", storable(name).replace("\\", "/"))
    name = " ".join(PurePosixPath(name).name.split()).strip(" .")
    if len(name) <= _LONGEST_FILENAME:
        return name
    stem, dot, suffix = name.rpartition(".")
    if dot and len(suffix) <= 10:
        return stem[: _LONGEST_FILENAME - len(suffix) - 1] + "." + suffix
    return name[:_LONGEST_FILENAME]


def _content_id(part: Part) -> str:
    return unstructured(part.header("content-id")[:1000]).strip(" <>")


def _joined(shown: list[_Shown]) -> tuple[str, str | None]:
    """One text and one HTML; where a run has only one of them it is made from the other."""
    runs = [run for run in shown if (run.text or "").strip() or (run.html or "").strip()]
    if not runs:
        return "", None
    texts = [run.text if run.text is not None else text_of_html(run.html or "") for run in runs]
    text = "\n".join(piece.strip("\n") for piece in texts)
    if all(run.html is None for run in runs):
        return text, None
    pages = [run.html if run.html is not None else _as_html(run.text or "") for run in runs]
    return text, "\n".join(pages)


def _as_html(text: str) -> str:
    return f'<div style="white-space: pre-wrap">{escape(text)}</div>'
