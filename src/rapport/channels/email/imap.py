"""A mailbox read by IMAP: one supervised connection, complete after every outage.

Mails are read by UID after a mark that the caller keeps, not by the flag "unseen": another program
may read the mailbox as well, and nothing is changed in it. The folder is searched after every
wake-up, so a lost notification costs time and no mail (RFC 3501, RFC 2177).
"""

from __future__ import annotations

import asyncio
import imaplib
import re
import socket
import ssl
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, Literal, Protocol

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError

Security = Literal["tls", "starttls", "plain"]
LARGEST = 64 * 1024 * 1024
AFTER_MAIL_S = 5.0
"""How long IDLE is first waited for where a mail has just come: one that the server tells of in the
same packet as it takes IDLE is not seen by whoever polls the socket, and mails come in twos."""
SOON_S = 5.0
PATIENT_AFTER_S = 60.0
"""A server that restarts is tried again after `SOON_S` at most, until it has been away so long."""
_INTERNAL_DATE = re.compile(rb'INTERNALDATE "([^"]{10,40})"')
_UID = re.compile(rb"UID (\d{1,10})")
_FAULTS = (OSError, imaplib.IMAP4.error, ImapToolsError, ValueError, EOFError)


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a folder was read. UIDs mean nothing under another `uidvalidity`."""

    uidvalidity: int
    uid: int


@dataclass(frozen=True, slots=True)
class Fetched:
    """One mail of a folder; `internal_date` is when the server took it."""

    uidvalidity: int
    uid: int
    raw: bytes = field(repr=False)
    internal_date: datetime | None


class Marks(Protocol):
    """Keeps the mark of a mailbox."""

    async def load(self) -> Mark | None:
        """The last one; None before the first mail."""

    async def save(self, mark: Mark) -> None:
        """Remember it. A mark that is lost means mails delivered again, never mails lost."""


Deliver = Callable[[Fetched], Awaitable[None]]
"""Takes a mail and returns after the commit. May be called again with the same one.

Raises:
    Later: not now (the database is away): the reader waits and tries the same mail again.
    Exception: it can't be taken; after `most_tries` the reader reports it and goes on.
"""


class Later(Exception):  # noqa: N818 - an answer, not a fault
    """Nothing can be taken at the moment."""


Say = Callable[[str, str], None]
"""Health for the administrator: `connected`, `caught_up`, `refused`, `lost`, `skipped`, words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapServer:
    """Where the mailbox is and how it is read. Times are in seconds.

    `idle_s` is how long a connection may be silent before it is asked whether it lives: a cut
    that nobody told of is noticed after `idle_s` and `timeout_s` at most.
    """

    host: str
    user: str
    port: int = 993
    security: Security = "tls"
    folder: str = "INBOX"
    idle_s: float = 240
    poll_s: float = 60
    timeout_s: float = 30
    shortest_wait_s: float = 1
    longest_wait_s: float = 300
    most_tries: int = 5


@dataclass(frozen=True, slots=True)
class Credentials:
    """A password, or with `oauth` an access token for XOAUTH2."""

    secret: str = field(repr=False)
    oauth: bool = False


class ImapReader:
    """Reads one folder until it is cancelled."""

    def __init__(
        self,
        server: ImapServer,
        credentials: Callable[[], Awaitable[Credentials]],
        marks: Marks,
        deliver: Deliver,
        say: Say,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._server = server
        self._credentials = credentials
        self._marks = marks
        self._deliver = deliver
        self._say = say
        self._tls = tls
        self._tries: dict[tuple[int, int], int] = {}
        self._session: _Session | None = None
        self._caught_up = False

    async def run(self) -> None:
        """Connect, catch up, wait for more; after a fault all of it again, later and later."""
        wait = self._server.shortest_wait_s
        loop = asyncio.get_running_loop()
        away_since = loop.time()
        while True:
            self._caught_up, longest = False, self._server.longest_wait_s
            try:
                await self._one_connection()
            except Later as later:
                self._say("later", str(later))
            except _Refused as refused:
                self._say("refused", str(refused))
            except _FAULTS as fault:
                self._say("lost", f"{type(fault).__name__}: {fault}"[:300])
                if self._caught_up or loop.time() - away_since < PATIENT_AFTER_S:
                    longest = min(longest, SOON_S)
            if self._caught_up:
                wait, away_since = self._server.shortest_wait_s, loop.time()
            await asyncio.sleep(wait)
            wait = min(wait * 2, longest)

    async def _one_connection(self) -> None:
        credentials = await self._credentials()
        with ThreadPoolExecutor(1, thread_name_prefix="imap") as thread:
            session = _Session(self._server, self._tls)
            call = partial(_in_thread, thread)
            try:
                uidvalidity = await call(session.open, credentials)
                self._say("connected", f"UIDVALIDITY {uidvalidity}")
                while True:
                    wait_s = self._server.idle_s
                    while await self._catch_up(session, call, uidvalidity):
                        wait_s = min(AFTER_MAIL_S, wait_s)
                    await call(session.wait, wait_s)
            finally:
                # Unblocks the thread where it waits for the server.
                session.cut()

    async def _catch_up(self, session: _Session, call: Any, uidvalidity: int) -> bool:
        """Take what is there; whether that was something: more may have come meanwhile."""
        mark = await self._marks.load()
        after = mark.uid if mark is not None and mark.uidvalidity == uidvalidity else 0
        if mark is not None and mark.uidvalidity != uidvalidity:
            self._say("uidvalidity", "The server numbers its mails anew: all are looked at again.")
        found = await call(session.uids_after, after)
        for uid in found:
            await self._take(session, call, uidvalidity, uid)
            await self._marks.save(Mark(uidvalidity, uid))
        if not self._caught_up:
            self._caught_up = True
            self._say("caught_up", "Every mail has been read.")
        return bool(found)

    async def _take(self, session: _Session, call: Any, uidvalidity: int, uid: int) -> None:
        """Read and deliver one mail; one that fails again and again is reported and passed."""
        key = (uidvalidity, uid)
        self._tries[key] = self._tries.get(key, 0) + 1
        try:
            fetched = await call(session.fetch, uidvalidity, uid)
            if fetched is not None:
                await self._deliver(fetched)
        except Later:
            del self._tries[key]
            raise
        except Exception as fault:
            if self._tries[key] < self._server.most_tries:
                raise Later(f"Mail {uid}: {type(fault).__name__}") from fault
            self._say("skipped", f"Mail {uid} of {uidvalidity}: {type(fault).__name__}")
        self._tries.pop(key, None)


def log_in(server: ImapServer, credentials: Credentials) -> str | None:
    """Log in, open the folder, leave; words for the administrator where it fails. Blocks."""
    session = _Session(server, None)
    try:
        session.open(credentials)
    except _Refused as refused:
        return f"The mail server refuses: {refused}"
    except _FAULTS as fault:
        return f"The mail server can't be reached: {type(fault).__name__}"
    finally:
        session.cut()
    return None


class _Refused(Exception):  # noqa: N818 - an answer
    """The server does not take the credentials or has no such folder."""


async def _in_thread(thread: ThreadPoolExecutor, work: Callable[..., Any], *given: Any) -> Any:
    return await asyncio.get_running_loop().run_in_executor(thread, work, *given)


class _Session:
    """One connection; everything but `cut` runs in its thread."""

    def __init__(self, server: ImapServer, tls: ssl.SSLContext | None) -> None:
        self._server = server
        self._tls = tls
        self._box: BaseMailBox | None = None
        self._cut = False
        self._idle = False

    def open(self, credentials: Credentials) -> int:
        """Log in and open the folder read-only; its UIDVALIDITY."""
        box = self._box = self._connected()
        if self._cut:
            raise ConnectionAbortedError
        box.client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        try:
            if credentials.oauth:
                box.xoauth2(self._server.user, credentials.secret, initial_folder=None)
            else:
                box.login(self._server.user, credentials.secret, initial_folder=None)
            box.folder.set(self._server.folder, readonly=True)
        except imaplib.IMAP4.abort:
            raise
        except (imaplib.IMAP4.error, ImapToolsError) as error:
            raise _Refused(_words(error, credentials.secret)) from None
        found = box.client.response("UIDVALIDITY")[1]
        # Many servers only tell after the login what they can do.
        offered = b" ".join(line for line in box.client.capability()[1] if line)
        self._idle = b"IDLE" in offered.upper().split()
        return int(found[-1]) if found and found[-1] else 0

    def uids_after(self, uid: int) -> list[int]:
        """The UIDs over a mark, ascending. `n:*` always names the last mail, however low."""
        self._client.untagged_responses.pop("EXISTS", None)
        status, data = self._client.uid("SEARCH", "UID", f"{uid + 1}:*")
        if status != "OK":
            raise imaplib.IMAP4.error("SEARCH was refused")
        numbers = b" ".join(line for line in data if line).split()
        return sorted({int(n) for n in numbers if int(n) > uid})

    def fetch(self, uidvalidity: int, uid: int) -> Fetched | None:
        """One mail, not marked as seen; None where it is gone meanwhile."""
        status, data = self._client.uid(
            "FETCH", str(uid), f"(UID INTERNALDATE BODY.PEEK[]<0.{LARGEST}>)"
        )
        if status != "OK":
            raise imaplib.IMAP4.error("FETCH was refused")
        for piece in data:
            if isinstance(piece, tuple):
                about = piece[0] + b" " + b" ".join(d for d in data if isinstance(d, bytes))
                named = _UID.search(about)
                if named is None or int(named[1]) == uid:
                    return Fetched(uidvalidity, uid, piece[1], _date(about))
        return None

    def wait(self, idle_s: float) -> None:
        """Until something happens or a while has passed; a dead connection raises.

        A server tells of a mail once, with the answer to whatever is asked just then: one that
        came with the last search is not waited for.

        IDLE is ended and begun anew each time, and the server's answer to that shows that it is
        there (RFC 2177 asks for it every 29 minutes; providers and routers cut earlier).
        """
        box = self._opened
        if self._client.untagged_responses.pop("EXISTS", None):
            return
        if self._idle:
            box.idle.wait(idle_s)
            return
        box.idle.poll(self._server.poll_s)
        if box.client.noop()[0] != "OK":
            raise imaplib.IMAP4.abort("NOOP was refused")

    def cut(self) -> None:
        """Close the socket under whatever waits on it."""
        self._cut = True
        if self._box is not None:
            with suppress(OSError, AttributeError):
                self._box.client.sock.shutdown(socket.SHUT_RDWR)
            with suppress(OSError, AttributeError, imaplib.IMAP4.error):
                self._box.client.shutdown()

    @property
    def _opened(self) -> BaseMailBox:
        if self._box is None:
            raise ConnectionError("not connected")
        return self._box

    @property
    def _client(self) -> imaplib.IMAP4:
        return self._opened.client

    def _connected(self) -> BaseMailBox:
        server = self._server
        timeout = server.timeout_s
        if server.security == "plain":
            return MailBoxUnencrypted(server.host, server.port, timeout=timeout)
        tls = self._tls or ssl.create_default_context()
        if server.security == "starttls":
            return MailBoxStartTls(server.host, server.port, timeout=timeout, ssl_context=tls)
        return MailBox(server.host, server.port, timeout=timeout, ssl_context=tls)


def _date(about: bytes) -> datetime | None:
    found = _INTERNAL_DATE.search(about)
    if found is None:
        return None
    try:
        text = found[1].decode("ascii").strip()
        return datetime.strptime(text, "%d-%b-%Y %H:%M:%S %z").astimezone(UTC)
    except ValueError:
        return None


def _words(error: Exception, secret: str) -> str:
    text = str(error)[:300]
    return text.replace(secret, "…") if secret else text
