"""Mixed mails of which it is known, by how they were made, to which thread each belongs.

Shares no code with the parser and the threader: bytes are written by hand, and the label of a
mail is decided before it is written. The same seed gives the same mailbox.

Every mail bears `mark-<number>`. A label of None is a mail that becomes no message.
"""

from __future__ import annotations

import base64
import quopri
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

DESK, DOMAIN = "help@shop.example", "mail.example"
SUBJECTS = ("Order", "A broken cup", "Rechnung für März", "Re: your offer", "Rückfrage", "", "Hi")
FAMILIES = ("Example", "Sample", "Placeholder", "Muster", "Ejemplo")


@dataclass(frozen=True)
class Mail:
    """One mail as the mailbox has it."""

    mark: int
    raw: bytes = field(repr=False)
    label: int | None
    kind: str
    trap: bool = False


@dataclass
class Thread:
    """What the generator knows of a thread."""

    label: int
    owner: str
    subject: str
    ids: list[str] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    answer: str | None = None


@dataclass
class Mailbox:
    """What comes before the outage, our answers, and what comes during it."""

    first: list[Mail]
    answers: list[tuple[int, str]]
    """Label of a thread and the Message-ID of our answer in it."""
    second: list[Mail]

    @property
    def mails(self) -> list[Mail]:
        return [*self.first, *self.second]


class Generator:
    """Makes a mailbox."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._marks = iter(range(1, 10**9))
        self._labels = iter(range(1, 10**9))
        self._threads: list[Thread] = []
        self._crowd = 0
        self._open = True

    def mailbox(self, count: int, traps: int) -> Mailbox:
        """A mailbox of about `count` mails, of which at least `traps` are traps."""
        opening = count * 2 // 5
        first = [self._opens() for _ in range(opening)]
        # What follows refers only to what has arrived by then, in whatever order it comes itself.
        self._open = False
        answers = []
        for thread in self._random.sample(self._threads, len(self._threads) // 2):
            thread.answer = f"<m.1.{thread.label}.{self._random.getrandbits(40):x}@shop.example>"
            answers.append((thread.label, thread.answer))
        known = list(self._threads)
        ways: list[Callable[[Thread], Mail]] = [
            self._same_subject_stranger, self._same_subject_same_person, self._stranger_by_reply_to,
            self._invented_token, self._reused_id, self._quoting_stranger, self._other_threads_id,
            self._two_threads, self._redelivered,
        ]  # fmt: skip
        second = [ways[n % len(ways)](self._random.choice(known)) for n in range(traps)]
        usual: list[Callable[[Thread], Mail]] = [
            self._replies, self._replies, self._replies, self._colleague, self._auto_reply,
            self._bounce, self._references_only, self._shouting, lambda _: self._opens(),
            lambda _: self._list_mail(), lambda _: self._garbage(),
        ]  # fmt: skip
        while len(first) + len(second) < count:
            second.append(self._random.choice(usual)(self._random.choice(known)))
        self._random.shuffle(second)
        return Mailbox(first, answers, second)

    # ── mails that belong where they seem to belong ──

    def _opens(self) -> Mail:
        thread = self._thread(self._person(), self._random.choice(SUBJECTS))
        return self._mail(thread, thread.owner, thread.subject, "opens")

    def _replies(self, thread: Thread) -> Mail:
        to = thread.answer or self._random.choice(thread.ids)
        chain = " ".join([*thread.ids[-3:], to])
        return self._mail(thread, thread.owner, f"Re: {thread.subject}", "replies",
                          In_Reply_To=to, References=chain)  # fmt: skip

    def _references_only(self, thread: Thread) -> Mail:
        chain = f"<lost-{self._random.getrandbits(40):x}@{DOMAIN}> {thread.ids[0]}"
        return self._mail(thread, thread.owner, "Something else", "references", References=chain)

    def _colleague(self, thread: Thread) -> Mail:
        """Somebody who was in Cc, or has our mail from the customer."""
        if len(thread.people) > 1:
            return self._mail(thread, thread.people[1], f"AW: {thread.subject}", "copied",
                              In_Reply_To=thread.ids[0])  # fmt: skip
        if thread.answer:
            return self._mail(thread, self._person(), f"Re: {thread.subject}", "forwarded",
                              In_Reply_To=thread.answer)  # fmt: skip
        return self._replies(thread)

    def _auto_reply(self, thread: Thread) -> Mail:
        return self._mail(thread, thread.owner, f"Automatic reply: {thread.subject}", "automatic",
                          In_Reply_To=thread.ids[0], Auto_Submitted="auto-replied")  # fmt: skip

    def _shouting(self, thread: Thread) -> Mail:
        return self._mail(thread, thread.owner.upper(), f"RE: {thread.subject}", "shouting",
                          In_Reply_To=thread.ids[0])  # fmt: skip

    def _bounce(self, thread: Thread) -> Mail:
        mark = next(self._marks)
        original = thread.answer or thread.ids[0]
        raw = (
            f"From: Mail Delivery System <mailer-daemon@{DOMAIN}>\r\nTo: {DESK}\r\n"
            f"Subject: Undelivered Mail Returned to Sender\r\nReturn-Path: <>\r\n"
            f"Message-ID: <b{mark}@{DOMAIN}>\r\nMIME-Version: 1.0\r\nContent-Type: "
            f'multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
            f"--b\r\nContent-Type: text/plain\r\n\r\nmark-{mark} no such user\r\n"
            f"--b\r\nContent-Type: message/delivery-status\r\n\r\n"
            f"Reporting-MTA: dns;{DOMAIN}\r\n"
            f"\r\nFinal-Recipient: rfc822;nobody@{DOMAIN}\r\nAction: failed\r\n"
            "Status: 5.1.1\r\n\r\n"
            "--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
            f"Message-ID: {original}\r\n\r\n--b--\r\n"
        ).encode()
        return Mail(mark, raw, None, "bounce")

    def _list_mail(self) -> Mail:
        thread = self._thread(self._person(), "Newsletter")
        return self._mail(thread, thread.owner, "Newsletter", "list", List_Id="<news.mail.example>")

    def _garbage(self) -> Mail:
        """Bytes that are hardly a mail; nobody's, so each is a thread of its own."""
        mark, label = next(self._marks), next(self._labels)
        noise = self._random.randbytes(self._random.randrange(40, 400))
        form = self._random.randrange(4)
        raw = (
            b"mark-%d " % mark + noise,
            b"\r\n\r\nmark-%d\r\n" % mark + noise,
            b"From\r\nSubject: =?utf-8?b?!!!?=\r\n\r\nmark-%d " % mark + noise,
            b"Subject: x\r\nContent-Type: multipart/mixed; boundary=\r\n\r\nmark-%d " % mark
            + noise,
        )[form]
        return Mail(mark, raw, label, "garbage")

    # ── traps ──

    def _same_subject_stranger(self, thread: Thread) -> Mail:
        mine = self._thread(self._person(), thread.subject)
        return self._mail(mine, mine.owner, f"Re: {thread.subject}", "same_subject", trap=True)

    def _same_subject_same_person(self, thread: Thread) -> Mail:
        mine = self._thread(thread.owner, thread.subject)
        return self._mail(mine, thread.owner, f"Re: {thread.subject}", "same_person", trap=True)

    def _stranger_by_reply_to(self, thread: Thread) -> Mail:
        mine = self._thread(self._person(), thread.subject)
        return self._mail(mine, mine.owner, f"Re: {thread.subject}", "stranger", trap=True,
                          In_Reply_To=thread.ids[0], References=thread.ids[0])  # fmt: skip

    def _invented_token(self, thread: Thread) -> Mail:
        mine = self._thread(self._person(), thread.subject)
        token = f"<m.1.{thread.label}.{self._random.getrandbits(40):x}@shop.example>"
        return self._mail(mine, mine.owner, f"Re: {thread.subject}", "token", trap=True,
                          In_Reply_To=token, References=token)  # fmt: skip

    def _reused_id(self, thread: Thread) -> Mail:
        mine = self._thread(self._person(), thread.subject)
        return self._mail(mine, mine.owner, thread.subject, "reused_id", trap=True,
                          message_id=thread.ids[0])  # fmt: skip

    def _quoting_stranger(self, thread: Thread) -> Mail:
        mine = self._thread(self._person(), thread.subject)
        quote = f"\r\n> On Monday {thread.owner} wrote:\r\n> Where is my order?\r\n"
        return self._mail(mine, mine.owner, f"Fwd: {thread.subject}", "quoting", trap=True,
                          more=quote, References=" ".join(thread.ids[-2:]))  # fmt: skip

    def _other_threads_id(self, thread: Thread) -> Mail:
        """A customer of one thread answers a mail of another, in which they have no part."""
        other = self._random.choice([t for t in self._threads if t.owner != thread.owner])
        mine = self._thread(other.owner, thread.subject)
        return self._mail(mine, other.owner, f"Re: {thread.subject}", "hijack", trap=True,
                          In_Reply_To=thread.ids[0])  # fmt: skip

    def _two_threads(self, thread: Thread) -> Mail:
        """What is answered counts before what else is named."""
        other = self._random.choice(self._threads)
        return self._mail(thread, thread.owner, "Both", "two_threads", trap=True,
                          In_Reply_To=thread.ids[0], References=other.ids[0])  # fmt: skip

    def _redelivered(self, thread: Thread) -> Mail:
        return Mail(self._first_marks[thread.label], self._first_raws[thread.label], thread.label,
                    "redelivered", trap=True)  # fmt: skip

    # ── writing ──

    _first_marks: dict[int, int]
    _first_raws: dict[int, bytes]

    def _thread(self, owner: str, subject: str) -> Thread:
        thread = Thread(next(self._labels), owner, subject)
        thread.people = [owner]
        self._threads.append(thread)
        if not hasattr(self, "_first_marks"):
            self._first_marks, self._first_raws = {}, {}
        return thread

    def _person(self) -> str:
        self._crowd += 1
        return f"c{self._crowd}.{self._random.choice(FAMILIES).lower()}@{DOMAIN}"

    def _mail(
        self, thread: Thread, sender: str, subject: str, kind: str, *, trap: bool = False,
        message_id: str | None = None, more: str = "", **headers: str,
    ) -> Mail:  # fmt: skip
        mark = next(self._marks)
        own_id = message_id or f"<{mark}.{self._random.getrandbits(32):x}@{DOMAIN}>"
        opens = not thread.ids
        # What nobody refers to may go without an id.
        nameless = message_id is None and not opens and self._random.random() < 0.05
        lines = [f"From: {sender.partition('.')[0].title()} <{sender}>", f"To: {DESK}"]
        if opens and self._random.random() < 0.15:
            copied = self._person()
            thread.people.append(copied)
            lines.append(f"Cc: {copied}")
        if not nameless:
            lines.append(f"Message-ID: {own_id}")
        lines.append(f"Subject: {self._subject(subject)}")
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        lines += self._random.choice(_DATES)
        raw = "\r\n".join(lines).encode("utf-8", "replace")
        raw += b"\r\n" + b"\r\n".join(self._body(f"mark-{mark} Grüße, {kind}", more))
        if opens or (self._open and not nameless):
            thread.ids.append(own_id)
        if opens:
            self._first_marks[thread.label], self._first_raws[thread.label] = mark, raw
        return Mail(mark, raw, thread.label, kind, trap)

    def _subject(self, subject: str) -> str:
        form = self._random.randrange(3)
        if subject.isascii() and form:
            return subject
        if form == 1:
            return f"=?utf-8?b?{base64.b64encode(subject.encode()).decode()}?="
        coded = quopri.encodestring(subject.encode("latin-1"), header=True).decode()
        return f"=?iso-8859-1?q?{coded}?="

    def _body(self, text: str, more: str) -> Iterator[bytes]:
        form = self._random.randrange(13)
        whole = f"{text}\r\n{more}"
        if form == 0:
            yield b"\r\n" + whole.encode("latin-1")
        elif form == 1:
            yield b"Content-Type: text/plain; charset=utf-8"
            yield b"Content-Transfer-Encoding: base64\r\n"
            yield base64.encodebytes(whole.encode())
        elif form == 2:
            yield b"Content-Type: text/html; charset=windows-1252\r\n"
            yield (
                b"<html><body><p>"
                + text.encode("cp1252")
                + b"</p><table><tr><td>1</td></tr></table>"
            )
        elif form in {3, 4}:
            yield b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="x y"\r\n'
            yield b"--x y\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + whole.encode()
            yield b"--x y\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64"
            yield b"Content-Disposition: attachment; filename*=utf-8''f%C3%BCr.png\r\n"
            size = self._random.choice([100, 2_000, 60_000])
            yield base64.encodebytes(b"\x89PNG\r\n\x1a\n" + self._random.randbytes(size))
            yield b"--x y--" if form == 3 else b"--x"
        elif form == 5:
            yield b"Content-Type: text/plain; charset=no-such-charset\r\n\r\n" + whole.encode()
        elif form > 6:
            yield from self._rarer(form, whole)
        else:
            yield b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: "
            yield b"  quoted-printable\r\n\r\n" + quopri.encodestring(whole.encode())

    def _rarer(self, form: int, text: str) -> Iterator[bytes]:
        """Invitations, related pictures, mails in mails, TNEF, deep nesting, NUL and twice."""
        plain = b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + text.encode()
        picture = b"Content-Type: image/png\r\nContent-ID: <p@x>\r\n\r\n\x89PNG\r\n\x1a\n"
        if form == 7:
            invitation = b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:1\r\n"
            invitation += b"SUMMARY:Tea\r\nEND:VEVENT\r\nEND:VCALENDAR"
            kind = b"Content-Type: text/calendar; method=REQUEST\r\n\r\n"
            yield from _parts(b"alternative", plain, kind + invitation)
        elif form == 8:
            html = f'<p>{text}</p><img src="cid:p@x">'.encode()
            yield from _parts(
                b"related", b"Content-Type: text/html; charset=utf-8\r\n\r\n" + html, picture
            )
        elif form == 9:
            inner = b"From: inner@mail.example\r\nMessage-ID: <inner@mail.example>\r\n"
            inner += b"Subject: Forwarded\r\n\r\nWhat was written before"
            yield from _parts(b"mixed", plain, b"Content-Type: message/rfc822\r\n\r\n" + inner)
        elif form == 10:
            tnef = b"\x78\x9f\x3e\x22" + self._random.randbytes(300)
            head = b"Content-Type: application/ms-tnef; name=winmail.dat\r\n"
            head += b"Content-Transfer-Encoding: base64\r\n\r\n"
            yield from _parts(b"mixed", plain, head + base64.encodebytes(tnef))
        elif form == 11:
            nested = plain
            for depth in range(20):
                nested = b"\r\n".join(_parts(b"mixed", nested, boundary=b"n%d" % depth))
            yield nested
        else:
            yield b"Content-Type: text/plain; charset=utf-8"
            yield plain.replace(b"\r\n\r\n", b"\r\nX-Twice: 1\r\nX-Twice: 2\r\n\r\n", 1)
            yield b"\x00 and more \x00"


def _parts(kind: bytes, *parts: bytes, boundary: bytes = b"b b") -> Iterator[bytes]:
    yield b'Content-Type: multipart/%s; boundary="%s"\r\n' % (kind, boundary)
    for part in parts:
        yield b"--" + boundary + b"\r\n" + part
    yield b"--" + boundary + b"--"


_DATES: tuple[list[str], ...] = (
    ["Date: Mon, 23 Nov 2026 09:00:00 +0000"],
    ["Date: Mon, 23 Nov 2026 09:00:00 +0100 (CET)"],
    ["Date: yesterday"],
    ["Date: Thu, 32 Foo 2026 99:99:99 +9999"],
    [],
)
