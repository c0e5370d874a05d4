"""Which thread a mail joins (M9)."""

from __future__ import annotations

import pytest

from rapport.domain.rules.threading import (
    Arrival,
    Joins,
    Known,
    Lookup,
    Opens,
    Placement,
    Repeats,
    place,
)

ADA, EVE = "ada@example.com", "eve@example.net"
KNOWN = Lookup(
    messages={
        "<1@ada>": Known(1, {ADA}, sender=ADA),
        "<ours@shop>": Known(1, {ADA}, ours=True, sender="help@example.org"),
        "<2@ada>": Known(2, {ADA}, sender=ADA),
        "<3@bo>": Known(3, {"bo@example.net"}, sender="bo@example.net"),
    },
    tokens={"tok1": Known(1, {ADA}, ours=True)},
)


def mail(sender: str = ADA, message_id: str = "<new@x>", **names: tuple[str, ...]) -> Arrival:
    return Arrival(message_id=message_id, sender=sender, **names)


CASES: dict[str, tuple[Arrival, Placement]] = {
    "names nothing": (mail(), Opens("nothing_named")),
    "names what nobody knows": (mail(references=("<?@x>",)), Opens("unknown")),
    "In-Reply-To": (mail(in_reply_to=("<1@ada>",)), Joins(1, "in_reply_to")),
    "In-Reply-To before References": (
        mail(in_reply_to=("<2@ada>",), references=("<1@ada>",)), Joins(2, "in_reply_to")),
    "References from right to left": (
        mail(references=("<1@ada>", "<2@ada>", "<?@x>")), Joins(2, "references")),
    "References where In-Reply-To is unknown": (
        mail(in_reply_to=("<?@x>",), references=("<1@ada>",)), Joins(1, "references")),
    "the token in an address": (mail(tokens=("tok1",)), Joins(1, "token")),
    "sender in capitals": (mail("ADA@Example.com", in_reply_to=("<1@ada>",)),
                           Joins(1, "in_reply_to")),
    "a stranger who names the customer's own mail": (
        mail(EVE, in_reply_to=("<1@ada>",)), Opens("stranger", 1)),
    "a stranger who answers our mail, which was forwarded to them": (
        mail(EVE, in_reply_to=("<ours@shop>",)), Joins(1, "in_reply_to", stranger=True)),
    "a stranger with a token in References": (
        mail(EVE, references=("<1@ada>", "<ours@shop>")), Joins(1, "references", stranger=True)),
    "a stranger with the token's address": (
        mail(EVE, tokens=("tok1",)), Joins(1, "token", stranger=True)),
    "a token that was withdrawn": (mail(EVE, tokens=("gone",)), Opens("unknown")),
    "a token opens no other thread": (
        mail(EVE, in_reply_to=("<3@bo>",), tokens=("tok1",)), Joins(1, "token", stranger=True)),
    "a mail of another thread, then one of the sender's": (
        mail(references=("<1@ada>", "<3@bo>")), Joins(1, "references")),
    "no sender": (mail("", in_reply_to=("<1@ada>",)), Opens("stranger", 1)),
    "the same sender's same id": (mail(message_id="<1@ada>"), Repeats(1)),
    "a stranger who reuses an id": (mail(EVE, "<1@ada>"), Opens("nothing_named")),
    "one that names itself": (mail(message_id="<3@bo>", references=("<3@bo>",)), Opens("unknown")),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_where_a_mail_belongs(name: str) -> None:
    given, expected = CASES[name]
    assert place(given, KNOWN) == expected


def test_the_subject_does_not_count() -> None:
    assert "subject" not in Arrival.__dataclass_fields__
