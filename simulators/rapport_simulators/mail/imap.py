"""IMAP4rev1 (RFC 3501) as far as a mail program needs it: one folder, IDLE, XOAUTH2, STARTTLS."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import re
import ssl
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime

from rapport_simulators.mail.office import Letter, Mailbox, PostOffice
from rapport_simulators.mail.smtp import bearer

LONGEST_LINE = 64 * 1024
LARGEST = 40 * 1024 * 1024
IDLE_S = 1740.0
_LITERAL = re.compile(rb"\{(\d{1,9})(\+?)\}\r?\n$")
_TOKEN = re.compile(rb'"((?:[^"\\]|\\.)*)"|\x00(\d+)\x00|(\()|(\))|([^\s()"\x00]+)')
_PARTIAL = re.compile(r"(BODY(?:\.PEEK)?\[[^\]]*\])(?:<(\d+)\.(\d+)>)?$")
_VERBS = frozenset(
    {"CAPABILITY", "NOOP", "CHECK", "LOGOUT", "STARTTLS", "LOGIN", "AUTHENTICATE", "LIST"}
    | {"STATUS", "SELECT", "EXAMINE", "APPEND", "IDLE", "SEARCH", "FETCH", "UID"}
)
Words = list["str | bytes"]


async def imap_server(
    office: PostOffice,
    port: int,
    now: Callable[[], float],
    *,
    tls: ssl.SSLContext | None = None,
    implicit: bool = False,
) -> asyncio.Server:
    """Listen on 127.0.0.1; with `tls` by STARTTLS, or with `implicit` from the first byte."""
    starttls = None if implicit else tls

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, EOFError, ValueError, asyncio.CancelledError):
            office.lines.add(writer)
            await _Connection(office, reader, writer, now, starttls).serve()
        writer.close()

    secured = tls if implicit else None
    return await asyncio.start_server(serve, "127.0.0.1", port, limit=LONGEST_LINE, ssl=secured)


class _Bad(Exception):  # noqa: N818 - an answer
    """The command can't be understood, or not now."""


class _Connection:
    """One client."""

    def __init__(
        self,
        office: PostOffice,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        now: Callable[[], float],
        tls: ssl.SSLContext | None,
    ) -> None:
        self._office, self._now, self._tls = office, now, tls
        self._reader, self._writer = reader, writer
        self._box: Mailbox | None = None
        self._known = -1
        """How many mails the client has been told of; negative while no folder is open."""

    async def serve(self) -> None:
        """Answer commands until the client leaves."""
        self._say(b"* OK [CAPABILITY " + self._able() + b"] ready")
        while True:
            await self._writer.drain()
            found = await self._command()
            if found is None:
                return
            tag, name, words = found
            said: str | None
            try:
                work = self._verb(name)
                said = await work(tag, words)
            except (_Bad, IndexError, UnicodeDecodeError) as bad:
                said = f"BAD {bad}"
            if said is not None:
                self._say(f"{tag} {said}".encode())
            if name == "LOGOUT":
                await self._writer.drain()
                return

    def _verb(self, name: str) -> Callable[[str, Words], Awaitable[str | None]]:
        if name not in _VERBS:
            raise _Bad("Unknown command")
        work: Callable[[str, Words], Awaitable[str | None]] = getattr(self, f"_{name.lower()}")
        return work

    def _say(self, line: bytes) -> None:
        self._writer.write(line + b"\r\n")

    def _able(self) -> bytes:
        more = b" STARTTLS" if self._tls else b""
        return b"IMAP4rev1 IDLE AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS" + more

    async def _command(self) -> tuple[str, str, Words] | None:
        """A whole command with its literals; None at the end."""
        text = b""
        literals: list[bytes] = []
        while True:
            line = await self._reader.readline()
            if not line:
                return None
            found = _LITERAL.search(line)
            if found is None:
                text += line
                break
            if int(found[1]) > LARGEST:
                raise ValueError("literal too large")
            if not found[2]:
                self._say(b"+ go on")
                await self._writer.drain()
            text += line[: found.start()] + b"\x00%d\x00" % len(literals)
            literals.append(await self._reader.readexactly(int(found[1])))
        words = list(_words(text, literals))
        if len(words) < 2 or not isinstance(words[0], str) or not isinstance(words[1], str):
            return "*", "", []
        return words[0], words[1].upper(), words[2:]

    async def _capability(self, tag: str, words: Words) -> str:
        del tag, words
        self._say(b"* CAPABILITY " + self._able())
        return "OK done"

    async def _noop(self, tag: str, words: Words) -> str:
        del tag, words
        self._news()
        return "OK done"

    _check = _noop

    async def _logout(self, tag: str, words: Words) -> str:
        del tag, words
        self._say(b"* BYE")
        return "OK bye"

    async def _starttls(self, tag: str, words: Words) -> None:
        del words
        if self._tls is None:
            raise _Bad("No TLS here")
        self._say(f"{tag} OK begin".encode())
        await self._writer.drain()
        tls, self._tls = self._tls, None
        await self._writer.start_tls(tls)

    async def _login(self, tag: str, words: Words) -> str:
        del tag
        user, secret = [_text(word) for word in words[:2]]
        return self._opened(self._office.opens(user, secret))

    async def _authenticate(self, tag: str, words: Words) -> str:
        del tag
        how = _text(words[0]).upper() if words else ""
        if how not in {"XOAUTH2", "PLAIN"}:
            return "NO unknown mechanism"
        if len(words) > 1:
            given = _text(words[1]).encode()
        else:
            self._say(b"+ ")
            await self._writer.drain()
            given = (await self._reader.readline()).strip()
        if how == "PLAIN":
            parts = base64.b64decode(given).decode().split("\x00")
            return self._opened(self._office.opens(*parts[1:3]) if len(parts) == 3 else None)
        user, token = bearer(given)
        box = self._office.opens(user, token, oauth=True)
        if box is None:
            self._say(b"+ eyJzdGF0dXMiOiI0MDAifQ==")
            await self._writer.drain()
            await self._reader.readline()
        return self._opened(box)

    def _opened(self, box: Mailbox | None) -> str:
        self._box = box
        refused = "NO [AUTHENTICATIONFAILED] Invalid credentials"
        return refused if box is None else "OK welcome"

    @property
    def _mine(self) -> Mailbox:
        if self._box is None:
            raise _Bad("Log in first")
        return self._box

    async def _list(self, tag: str, words: Words) -> str:
        del tag, words
        self._say(b'* LIST (\\HasNoChildren) "/" INBOX')
        return "OK done"

    async def _status(self, tag: str, words: Words) -> str:
        del tag, words
        box = self._mine
        unseen = sum("\\Seen" not in letter.flags for letter in box.inbox)
        counts = f"MESSAGES {len(box.inbox)} UNSEEN {unseen} UIDNEXT {box.next_uid}"
        self._say(f"* STATUS INBOX ({counts} UIDVALIDITY {box.uidvalidity})".encode())
        return "OK done"

    async def _select(self, tag: str, words: Words) -> str:
        return await self._open(tag, words, "[READ-WRITE]")

    async def _examine(self, tag: str, words: Words) -> str:
        return await self._open(tag, words, "[READ-ONLY]")

    async def _open(self, tag: str, words: Words, how: str) -> str:
        del tag
        box = self._mine
        if not words or _text(words[0]).upper() != "INBOX":
            return "NO [NONEXISTENT] There is no such folder"
        self._known = len(box.inbox)
        for line in (
            r"FLAGS (\Answered \Flagged \Deleted \Seen \Draft)",
            f"{self._known} EXISTS",
            "0 RECENT",
            f"OK [UIDVALIDITY {box.uidvalidity}] valid",
            f"OK [UIDNEXT {box.next_uid}] next",
        ):
            self._say(f"* {line}".encode())
        return f"OK {how} open"

    async def _append(self, tag: str, words: Words) -> str:
        del tag
        if not words or not isinstance(words[-1], bytes):
            raise _Bad("A mail is a literal")
        letter = self._mine.put(words[-1], self._now())
        return f"OK [APPENDUID {self._mine.uidvalidity} {letter.uid}] done"

    async def _idle(self, tag: str, words: Words) -> str:
        del tag, words
        box = self._mine
        self._say(b"+ idling")
        done = asyncio.create_task(self._reader.readline())
        try:
            while not done.done():
                # What comes while this is being told is told in the next round.
                revision = box.revision
                self._news()
                await self._writer.drain()
                bell = asyncio.create_task(box.changed(revision, IDLE_S))
                await asyncio.wait({done, bell}, return_when=asyncio.FIRST_COMPLETED)
                bell.cancel()
        finally:
            done.cancel()
        if not done.result():
            raise EOFError
        return "OK done"

    def _news(self) -> None:
        if self._box is not None and 0 <= self._known < len(self._box.inbox):
            self._known = len(self._box.inbox)
            self._say(f"* {self._known} EXISTS".encode())

    async def _search(self, tag: str, words: Words) -> str:
        del tag
        found = [n for n, letter in enumerate(self._mine.inbox, 1) if _wanted(letter, n, words)]
        self._say(" ".join(["* SEARCH", *map(str, found)]).encode())
        return "OK done"

    async def _fetch(self, tag: str, words: Words) -> str:
        del tag
        self._give(_text(words[0]), words[1:], by_uid=False)
        return "OK done"

    async def _uid(self, tag: str, words: Words) -> str:
        del tag
        name = _text(words[0]).upper() if words else ""
        if name == "SEARCH":
            found = [
                le.uid for n, le in enumerate(self._mine.inbox, 1) if _wanted(le, n, words[1:])
            ]
            self._say(" ".join(["* SEARCH", *map(str, found)]).encode())
        elif name == "FETCH" and len(words) > 2:
            self._give(_text(words[1]), words[2:], by_uid=True)
        else:
            raise _Bad("Unknown command")
        return "OK done"

    def _give(self, which: str, items: Words, *, by_uid: bool) -> None:
        names = [_text(item) for item in items if item not in ("(", ")")]
        everything = self._mine.inbox
        last = max((le.uid for le in everything), default=0) if by_uid else len(everything)
        for number, letter in enumerate(everything, 1):
            if not _within(which, letter.uid if by_uid else number, last):
                continue
            parts = [f"UID {letter.uid}".encode()] if by_uid else []
            parts += [part for name in names if (part := _item(name, letter))]
            self._say(f"* {number} FETCH (".encode() + b" ".join(parts) + b")")


def _words(text: bytes, literals: list[bytes]) -> Iterator[str | bytes]:
    for found in _TOKEN.finditer(text):
        quoted, literal, opened, closed, atom = found.groups()
        if literal is not None:
            yield literals[int(literal)]
        elif quoted is not None:
            yield re.sub(rb"\\(.)", rb"\1", quoted).decode()
        else:
            yield (opened or closed or atom).decode()


def _text(word: str | bytes) -> str:
    return word if isinstance(word, str) else word.decode()


def _within(which: str, number: int, last: int) -> bool:
    """Whether a sequence set names a number (RFC 3501 §9); `*` is the last one."""
    for part in which.split(","):
        ends = [last if end == "*" else int(end) for end in part.split(":") if end]
        if ends and min(ends) <= number <= max(ends):
            return True
    return False


def _wanted(letter: Letter, number: int, words: Words) -> bool:
    """The search keys that mail programs begin with; others match everything."""
    keys = [_text(word).upper() for word in words]
    if "UID" in keys:
        # Whatever is larger than the last UID still names the last one: as servers do.
        which = _text(words[keys.index("UID") + 1])
        first = which.partition(":")[0]
        return letter.uid >= int(first) if which.endswith(":*") else _within(which, letter.uid, 0)
    if "UNSEEN" in keys:
        return "\\Seen" not in letter.flags
    return number > 0


def _item(name: str, letter: Letter) -> bytes | None:
    upper = name.upper()
    if upper == "FLAGS":
        return f"FLAGS ({' '.join(sorted(letter.flags))})".encode()
    if upper == "RFC822.SIZE":
        return f"RFC822.SIZE {len(letter.raw)}".encode()
    if upper == "INTERNALDATE":
        when = datetime.fromtimestamp(letter.at, UTC).strftime("%d-%b-%Y %H:%M:%S +0000")
        return f'INTERNALDATE "{when}"'.encode()
    found = _PARTIAL.match(upper)
    if found is None:
        return None
    section = found[1][found[1].index("[") + 1 : -1]
    body = letter.raw
    if section.startswith("HEADER"):
        body = body.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    start = f"<{found[2]}>" if found[2] else ""
    if found[2]:
        body = body[int(found[2]) : int(found[2]) + int(found[3])]
    if "PEEK" not in upper:
        letter.flags.add("\\Seen")
    return f"BODY[{section}]{start} {{{len(body)}}}\r\n".encode() + body
