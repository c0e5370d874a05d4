"""Rights: what a person or a token may do at all, and which role has which.

A grant is a right, or the same right to look only, written `floor:read`. What the state of a
conversation allows is another question: `domain/permissions.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

READ = ":read"


class Right(StrEnum):
    """One part of Rapport that can be opened to somebody."""

    DESK = "desk"
    """Conversations: being offered them, answering, finding and reading them."""
    FLOOR = "floor"
    """All conversations and agents: the board, steering, the channels' health."""
    ADDRESSES = "addresses"
    """Customers' phone numbers and e-mail addresses, wherever other rights show them (P3)."""
    REPORTS = "reports"
    CONFIGURATION = "configuration"
    ACCOUNTS = "accounts"
    """How people come in: passwords, invitations, sessions, second factors, their tokens."""
    PEOPLE = "people"
    """Exporting and erasing customers."""
    AUDIT = "audit"
    """The log of what was done with accounts."""
    TOKENS = "tokens"
    """API tokens for oneself."""


BUILT_IN: Mapping[str, frozenset[str]] = {
    "agent": frozenset({Right.DESK, Right.ADDRESSES}),
    "supervisor": frozenset({Right.DESK, Right.FLOOR, Right.ADDRESSES, Right.REPORTS}),
    "administrator": frozenset(set(Right) - {Right.DESK}),
}
"""The rights of the roles that are always there; whoever has several has all of theirs."""
ONLY_WHOLE = frozenset({Right.ADDRESSES})
"""Rights that are nothing but looking."""
GRANTS: tuple[str, ...] = tuple(
    grant
    for right in Right
    for grant in (right.value, *(() if right in ONLY_WHOLE else (right.value + READ,)))
)


def covers(grants: Iterable[str], wanted: str) -> bool:
    """Whether somebody with these grants has a wanted one: the whole right has the reading too."""
    having = set(grants)
    return wanted in having or wanted.removesuffix(READ) in having


def missing(grants: Iterable[str], wanted: Iterable[str]) -> list[str]:
    """The wanted grants that these do not cover."""
    having = frozenset(grants)
    return sorted(grant for grant in set(wanted) if not covers(having, grant))


def open_to(grants: Iterable[str], *, changes: bool) -> frozenset[Right]:
    """The rights that a request can use: one that changes nothing needs the reading only."""
    return frozenset(
        Right(grant.removesuffix(READ))
        for grant in grants
        if grant in GRANTS and not (changes and grant.endswith(READ))
    )
