"""Card and health data in text: found by form and check digits, masked (P1, P2).

Card numbers follow ISO/IEC 7812 (issuer prefix and length) and the Luhn check of its annex B;
IBANs ISO 13616 with the check of ISO 7064; the US social security number the rules of the SSA.
Look-alikes (order numbers, phone numbers, amounts) fail one of these and stay untouched.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

SensitiveKind = Literal["card", "iban", "national_id", "health"]
KINDS: tuple[SensitiveKind, ...] = ("card", "health", "iban", "national_id")
MASK = "•"
KEPT_DIGITS = 4
"""Of a card number or an IBAN the last four stay, as on a receipt."""

_DIGITS = re.compile(r"\d")
# Thirteen to nineteen digits with at most one separator between two of them.
_CARD = re.compile(r"(?<![\d.,/+#\w-])(?:\d[ \u00a0\u2009.\-]?){12,18}\d(?![\w]|[-.,/]\d)")
_IBAN_START = re.compile(r"\d\d(?<=[A-Za-z]{2}\d\d)")
_IBAN = re.compile(
    r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ \u00a0-]?[A-Za-z0-9]){11,30}(?![A-Za-z0-9])"
)
_SSN = re.compile(r"(?<![\d-])(?!000|666|9\d\d)\d{3}[- ](?!00)\d{2}[- ](?!0000)\d{4}(?![\d-])")
_PREFIXES: tuple[tuple[int, int, frozenset[int]], ...] = (
    # first and last prefix, allowed lengths: by the schemes' published ranges
    (4, 4, frozenset({13, 16, 19})),
    (51, 55, frozenset({16})),
    (2221, 2720, frozenset({16})),
    (34, 34, frozenset({15})),
    (37, 37, frozenset({15})),
    (6011, 6011, frozenset({16, 19})),
    (644, 649, frozenset({16, 19})),
    (65, 65, frozenset({16, 19})),
    (622126, 622925, frozenset({16, 17, 18, 19})),
    (300, 305, frozenset({14, 16, 17, 18, 19})),
    (309, 309, frozenset({14})),
    (36, 36, frozenset({14, 16, 17, 18, 19})),
    (38, 39, frozenset({14, 16, 17, 18, 19})),
    (3528, 3589, frozenset({16, 17, 18, 19})),
    (62, 62, frozenset({16, 17, 18, 19})),
    (5018, 5018, frozenset({13, 14, 15, 16, 17, 18, 19})),
    (5020, 5020, frozenset({13, 14, 15, 16, 17, 18, 19})),
    (5038, 5038, frozenset({13, 14, 15, 16, 17, 18, 19})),
    (6304, 6304, frozenset({13, 14, 15, 16, 17, 18, 19})),
    (6759, 6763, frozenset({13, 14, 15, 16, 17, 18, 19})),
)
_IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22,
    "DK": 18, "EE": 20, "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GR": 27, "HR": 21, "HU": 28,
    "IE": 22, "IL": 23, "IS": 26, "IT": 27, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27,
    "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "RS": 22, "SA": 24, "SE": 24,
    "SI": 19, "SK": 24, "SM": 27, "TR": 26, "UA": 29,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """Sensitive data at `text[start:end]`."""

    kind: SensitiveKind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Watch:
    """What is looked for. `health_terms` are words and `health_ids` patterns near them.

    An identifier counts as health data where one of the terms stands within 40 characters.
    """

    cards: bool = True
    ibans: bool = True
    national_ids: bool = True
    health_terms: tuple[str, ...] = ()
    health_ids: tuple[str, ...] = ()


NEAR = 40
FEWEST_DIGITS, FEWEST_IN_ID, FEWEST_IN_IBAN, FEWEST_IN_CARD = 3, 9, 5, 13
SMALLEST_GROUP = 3


def find(text: str, watch: Watch) -> list[Found]:
    """Everything sensitive in a text, in order and without overlaps."""
    # Most messages end here: there is nothing sensitive without a few digits.
    digits = _digits_in(text)
    if digits < FEWEST_DIGITS:
        return []
    found: list[Found] = []
    if watch.ibans and digits >= FEWEST_IN_IBAN:
        found += _ibans(text)
    if watch.cards and digits >= FEWEST_IN_CARD:
        found += _cards(text)
    if watch.national_ids and digits >= FEWEST_IN_ID:
        found += [Found("national_id", m.start(), m.end()) for m in _SSN.finditer(text)]
    found += _health(text, watch.health_terms, watch.health_ids)
    return _apart(found)


def _digits_in(text: str) -> int:
    # Counting ten letters is six times as fast as looking for a class of them.
    return sum(map(text.count, string.digits)) if text.isascii() else len(_DIGITS.findall(text))


def masked(text: str, found: Sequence[Found]) -> str:
    """The text with every finding covered, letter by letter, so that lengths stay."""
    for item in reversed(found):
        piece = text[item.start : item.end]
        text = text[: item.start] + _covered(piece, item.kind) + text[item.end :]
    return text


def _covered(piece: str, kind: SensitiveKind) -> str:
    keep = KEPT_DIGITS if kind in {"card", "iban"} else 0
    left = sum(char.isalnum() for char in piece) - keep
    covered = []
    for char in piece:
        if char.isalnum():
            covered.append(MASK if left > 0 else char)
            left -= 1
        else:
            covered.append(char)
    return "".join(covered)


def _cards(text: str) -> Iterator[Found]:
    for match in _CARD.finditer(text):
        digits = "".join(_DIGITS.findall(match[0]))
        if _issued(digits) and luhn(digits) and _plain_separators(match[0]):
            yield Found("card", match.start(), match.end())


def _issued(digits: str) -> bool:
    return any(
        low <= int(digits[: len(str(low))]) <= high and len(digits) in lengths
        for low, high, lengths in _PREFIXES
    )


def _plain_separators(piece: str) -> bool:
    """One kind of separator, between groups as on a card: a date or a version is not one."""
    separators = {char for char in piece if not char.isdigit()}
    if len(separators) > 1:
        return False
    groups = piece.split(separators.pop()) if separators else [piece]
    return all(len(group) >= SMALLEST_GROUP for group in groups[:-1])


def luhn(digits: str) -> bool:
    """The check digit of ISO/IEC 7812; a row of one digit is nobody's."""
    if len(set(digits)) == 1:
        return False
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _ibans(text: str) -> Iterator[Found]:
    at = 0
    if not _IBAN_START.search(text):
        return
    while match := _IBAN.search(text, at):
        end = at = match.end()
        # A word may follow without more than a space: shorten until it fits.
        while end > match.start() + 15:
            piece = text[match.start() : end]
            if piece[-1].isalnum() and _is_iban("".join(filter(str.isalnum, piece)).upper()):
                yield Found("iban", match.start(), end)
                at = end
                break
            end -= 1
        else:
            at = match.start() + 4


def _is_iban(bare: str) -> bool:
    if _IBAN_LENGTHS.get(bare[:2]) != len(bare):
        return False
    turned = bare[4:] + bare[:4]
    return int("".join(str(int(char, 36)) for char in turned)) % 97 == 1


@lru_cache(maxsize=16)
def _folded(terms: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(term.casefold() for term in terms)


@lru_cache(maxsize=16)
def _any_of(terms: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, _folded(terms)))})")


def _health(text: str, terms: tuple[str, ...], patterns: Iterable[str]) -> Iterator[Found]:
    folded = text.casefold()
    # A letter in front of a term is looked at only where the term is there at all.
    if not any(term in folded for term in _folded(terms)):
        return
    places = [m.start() for m in _any_of(terms).finditer(folded)]
    if not places:
        return
    for pattern in patterns:
        for match in re.finditer(pattern, text):
            near = any(match.start() - NEAR <= place <= match.end() + NEAR for place in places)
            if near and match[0]:
                yield Found("health", match.start(), match.end())


def _apart(found: list[Found]) -> list[Found]:
    kept: list[Found] = []
    for item in sorted(found, key=lambda f: (f.start, -f.end)):
        if not kept or item.start >= kept[-1].end:
            kept.append(item)
    return kept
