"""Which thread a mail joins (M9), decided from its ids and people; the subject never counts.

A mail names messages by In-Reply-To, then by References from the last to the first, then by a
reply token of ours. That alone would let anybody who knows an id write into a stranger's thread,
so the sender must also be one of its participants, or hold a token of it: an id or address that
only our own mails to the participants contain.

* A token is worth as much as the mail it stands in: whom a customer forwards our mail to may
  answer, and joins as a stranger, which the thread shows. Nobody is added to the recipients by it.
* A token that was withdrawn, because it became public, is not in the lookup any more and counts
  for nothing; nor does a token open any thread but its own.
* A Message-ID that is already known does not make a mail a duplicate unless it is from the same
  sender: a stranger who reuses one opens a thread of their own, and nothing is dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Literal

_MOST_IDS = 200


@dataclass(frozen=True, slots=True)
class Known:
    """A message of a thread. `participants` are the thread's people, in lower case.

    `ours` is a message that we sent, whose id is a token; `sender` who sent it.
    """

    thread: int
    participants: AbstractSet[str]
    ours: bool = False
    sender: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What of a mail says where it belongs. Ids with angle brackets, addresses in any case.

    `tokens` are reply tokens found in the addresses it was sent to (`help+token@…`).
    """

    message_id: str
    sender: str
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()


By = Literal["in_reply_to", "references", "token"]


@dataclass(frozen=True, slots=True)
class Joins:
    """It belongs to this thread. `stranger`: the sender holds a token and is no participant."""

    thread: int
    by: By
    stranger: bool = False


@dataclass(frozen=True, slots=True)
class Opens:
    """It opens a thread. `named` is the thread that it names without a right to join it."""

    reason: Literal["nothing_named", "unknown", "stranger"]
    named: int | None = None


@dataclass(frozen=True, slots=True)
class Repeats:
    """The same sender's same id: the mail is there already."""

    thread: int


Placement = Joins | Opens | Repeats


@dataclass(frozen=True, slots=True)
class Lookup:
    """What is known on the mailbox: messages by id, and threads by token of an address."""

    messages: Mapping[str, Known] = field(default_factory=dict)
    tokens: Mapping[str, Known] = field(default_factory=dict)


def place(mail: Arrival, known: Lookup) -> Placement:
    """Decide; the first message named that the sender may answer wins."""
    sender = mail.sender.strip().lower()
    same = known.messages.get(mail.message_id)
    if same is not None and sender and same.sender.lower() == sender:
        return Repeats(same.thread)
    refused: int | None = None
    for by, found in _named(mail, known):
        if sender and sender in found.participants:
            return Joins(found.thread, by)
        if by == "token" or found.ours:
            return Joins(found.thread, by, stranger=True)
        refused = found.thread if refused is None else refused
    if refused is not None:
        return Opens("stranger", refused)
    named_any = bool(mail.in_reply_to or mail.references or mail.tokens)
    return Opens("unknown" if named_any else "nothing_named")


def _named(mail: Arrival, known: Lookup) -> Iterable[tuple[By, Known]]:
    """The messages it names, in their order; its own id names nothing."""
    for one in mail.in_reply_to[:_MOST_IDS]:
        if one != mail.message_id and one in known.messages:
            yield "in_reply_to", known.messages[one]
    for one in reversed(mail.references[-_MOST_IDS:]):
        if one != mail.message_id and one in known.messages:
            yield "references", known.messages[one]
    for token in mail.tokens[:_MOST_IDS]:
        if token in known.tokens:
            yield "token", known.tokens[token]
