"""Mutate mails and read them: `python tools/fuzz_mail.py --seed 1 --count 100000`.

Every mail must be read without an exception, quickly, to text that a database takes, and twice to
the same result; its HTML must sanitise. The same seed gives the same mails. Prints a summary and
ends with 1 if one failed; what failed is written beside it as `fuzz-<number>.eml`.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.contract.email.cases import headers, replies, structure
from tests.contract.email.test_classes import BOUNCES

from rapport.channels.email.parsing import parse_mail
from rapport.channels.email.sanitising import safe_html

SLOWEST_S = 5.0
TOKENS = [
    b"\r\n", b"\r\n\r\n", b"--=_b\r\n", b"--=_b--", b"=?utf-8?q?", b"?=", b"=?iso-2022-jp?b?", b";",
    b'"', b"<", b">", b",", b"(", b":", b"\x00", b"\xff\xfe", b"\x1b$B", b"multipart/mixed",
    b"Content-Type: text/html\r\n", b"Content-Type: multipart/alternative; boundary==_b\r\n",
    b"Content-Transfer-Encoding: base64\r\n", b"charset=utf-16", b"charset=utf-7", b"+2D0-",
    b"filename*0*=", b"boundary=", b"message/rfc822", b"message/delivery-status", b"> ",
    b"On 2 Mar 2026 a wrote:\r\n", b"From: a\r\nSent: b\r\nTo: c\r\n", b"<div>" * 50, b"<!--",
    b"<table><td>", b"<img src=cid:", b"=" * 20, b"\\", b"begin 644 x\r\n", b"Status: 5.1.1\r\n",
]  # fmt: skip


def corpus() -> list[bytes]:
    """The mails of the tests."""
    cases = (*headers.CASES, *structure.CASES, *replies.CASES)
    return [one.raw for one in cases] + [raw.encode() for _, raw, _, _ in BOUNCES]


def mutated(rng: random.Random, seeds: Sequence[bytes]) -> bytes:
    """One mail with a few changes."""
    raw = bytearray(rng.choice(seeds))
    for _ in range(rng.randint(1, 8)):
        rng.choice(CHANGES)(rng, raw, seeds)
    return bytes(raw[:200_000])


def _at(rng: random.Random, raw: bytearray) -> int:
    return rng.randint(0, len(raw))


def _flip(rng: random.Random, raw: bytearray, seeds: Sequence[bytes]) -> None:
    del seeds
    if raw:
        raw[rng.randrange(len(raw))] = rng.randrange(256)


def _insert(rng: random.Random, raw: bytearray, seeds: Sequence[bytes]) -> None:
    del seeds
    at = _at(rng, raw)
    raw[at:at] = rng.choice(TOKENS) * rng.choice((1, 1, 1, 2, 30))


def _delete(rng: random.Random, raw: bytearray, seeds: Sequence[bytes]) -> None:
    del seeds
    at = _at(rng, raw)
    del raw[at : at + rng.randint(1, 60)]


def _repeat(rng: random.Random, raw: bytearray, seeds: Sequence[bytes]) -> None:
    del seeds
    at = _at(rng, raw)
    piece = raw[at : at + rng.randint(1, 80)]
    raw[at:at] = piece * rng.choice((1, 2, 100))


def _splice(rng: random.Random, raw: bytearray, seeds: Sequence[bytes]) -> None:
    other = rng.choice(seeds)
    cut = rng.randint(0, len(other))
    raw[_at(rng, raw) :] = other[cut:]


Change = Callable[[random.Random, bytearray, Sequence[bytes]], None]
CHANGES: tuple[Change, ...] = (_flip, _flip, _insert, _insert, _delete, _repeat, _splice)


def faults(raw: bytes) -> Iterator[str]:
    """What is wrong with how a mail was read."""
    begin = time.process_time()
    mail = parse_mail(raw)
    spent = time.process_time() - begin
    if spent > SLOWEST_S:
        yield f"slow: {spent:.1f} s"
    if "unreadable" in mail.problems:
        yield "unreadable"
    names = [a.filename for a in mail.attachments]
    texts = [mail.text, mail.subject, mail.visible_reply, mail.html or "", mail.message_id, *names]
    for text in texts:
        if "\x00" in text or any(0xD800 <= ord(c) < 0xE000 for c in text):
            yield "not storable"
    if mail != parse_mail(raw):
        yield "not the same twice"
    if mail.html:
        shown = safe_html(mail.html, lambda cid: f"/{cid}").lower()
        if "<script" in shown or ' src="http' in shown:
            yield "not safe"


def run(seed: int, count: int, keep: Path | None = None) -> Counter[str]:
    """Try so many; faults by kind."""
    rng = random.Random(seed)  # noqa: S311 - repeatable, not secret
    seeds = corpus()
    found: Counter[str] = Counter()
    for number in range(count):
        raw = mutated(rng, seeds)
        try:
            wrong = list(faults(raw))
        except Exception as error:  # noqa: BLE001 - this is what it looks for
            wrong = [f"raised {type(error).__name__}"]
        found.update(wrong)
        if wrong and keep is not None:
            (keep / f"fuzz-{number}.eml").write_bytes(raw)
    return found


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--keep", type=Path, default=Path())
    given = parser.parse_args()
    begin = time.perf_counter()
    found = run(given.seed, given.count, given.keep)
    spent = time.perf_counter() - begin
    print(f"{given.count} mails, {given.count / spent:.0f}/s, faults: {dict(found) or 'none'}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
