"""Which passwords are good enough: long, not common, not the person's own name (NIST SP 800-63B).

There are no rules of composition: they make passwords that are written down.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from rapport.domain.errors import Invalid

LONGEST_PASSWORD = 1000
OWN_CHARACTERS = 4
"""How many characters must be left when names and common words are taken out."""
_WORDS = """
password passwort passw0rd p@ssw0rd welcome willkommen letmein qwerty qwertz qwertyuiop qwertzuiop
asdfgh asdfghjkl yxcvbnm zxcvbnm iloveyou ichliebedich admin administrator root monkey dragon
football fussball baseball sunshine princess superman batman master hello hallo freedom whatever
trustno login abc abcd abcdef test testtest secret geheim schatz changeme default summer sommer
winter spring herbst autumn company firma rapport callcenter contact support service customer agent
supervisor"""
_COMMON = frozenset(_WORDS.split())
_ROWS = ("01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "qwertzuiop")


def check_password(
    password: str, path: str = "password", *, shortest: int, names: Iterable[str] = ()
) -> None:
    """Refuse a password that is easily guessed.

    `names` are the person's own: login, name, address, and the company's.

    Raises:
        Invalid: too short, too long, common, or made of the names.
    """
    if not shortest <= len(password) <= LONGEST_PASSWORD:
        raise Invalid.field(path, f"A password has at least {shortest} characters.")
    plain = password.casefold()
    own = {word for name in names for word in re.split(r"[\W_]+", name.casefold()) if len(word) > 3}
    if _left(plain, own) < OWN_CHARACTERS:
        raise Invalid.field(path, "This is too close to a name of yours. Choose other words.")
    if _left(plain, own | _COMMON) < OWN_CHARACTERS or _is_run(plain):
        raise Invalid.field(
            path, "Many people use this password, so it is guessed first. Choose other words."
        )


def _left(plain: str, words: Iterable[str]) -> int:
    """How many characters stay when words are taken out, and digits and signs around them."""
    rest = plain
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, "")
    return len(rest if rest == plain else re.sub(r"[\W\d_]", "", rest))


def _is_run(plain: str) -> bool:
    """Whether it is one or two characters again and again, or a row of keys or digits."""
    if len(set(plain)) <= 2:
        return True
    return any(plain in row * 2 or plain in row[::-1] * 2 for row in _ROWS)
