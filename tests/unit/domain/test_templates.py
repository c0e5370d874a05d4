"""Templates: parsed, filled, held to their lock (C1)."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rapport.domain.errors import Refused
from rapport.domain.rich_text import RichText, Style
from rapport.domain.templates import (
    PARAMETERS,
    Field,
    Filled,
    check_resolved,
    fill,
    fitted,
    on_channel,
    parts,
    unknown_parameters,
)
from tests.architecture.quotations import ROOT

VALUES = {"customer.name": "Dana", "variable.order": "KC-48213", "customer.email": None}


@pytest.mark.parametrize(
    ("body", "text", "names"),
    [
        ("Hello", "Hello", []),
        ("Hello @@customer.name@@!", "Hello Dana!", []),
        ("@@variable.order@@", "KC-48213", []),
        ("To @@customer.email@@.", "To <customer.email>.", ["customer.email"]),
        ("To @@customer.email|you@@.", "To you.", []),
        ("To@@customer.email|@@.", "To.", []),
        ("Hello @@customer.name|there@@!", "Hello Dana!", []),
        ("Order <order number>, <day>.", "Order <order number>, <day>.", ["order number", "day"]),
        ("<a><a>", "<a><a>", ["a", "a"]),
        (r"I \<3 it, \<b>", "I <3 it, <b>", []),
        (r"\@@customer.name@@", "@@customer.name@@", []),
        ("a < b and c > d", "a < b and c > d", []),
        ("<3 and <\n>", "<3 and <\n>", []),
        ("<" + "x" * 61 + ">", "<" + "x" * 61 + ">", []),
        ("@@Customer@@ @@", "@@Customer@@ @@", []),
    ],
)
def test_filling(body: str, text: str, names: list[str]) -> None:
    # Seed: "Templates with Replaceable Parameters"
    # Seed: "Templates with Dynamic Substitution of System Parameters in the Chat Console"
    filled = fill(RichText(body), VALUES)
    assert filled.text == text
    assert [field.name for field in filled.fields] == names
    assert all(text[f.start : f.end] == f.placeholder for f in filled.fields)


def test_what_is_filled_in_is_never_a_field_or_a_parameter() -> None:
    filled = fill(RichText("Hello @@customer.name@@"), {"customer.name": "<b> @@agent.name@@"})
    assert filled == Filled("Hello <b> @@agent.name@@")


def test_styles_move_with_the_text() -> None:
    body = RichText(
        "Dear @@customer.name@@, it is <day>.",
        (
            Style(kind="bold", start=5, end=22),
            Style(kind="italic", start=24, end=26),
            Style(kind="bold", start=10, end=24),
            Style(kind="underline", start=30, end=32),
        ),
    )
    filled = fill(body, VALUES)
    assert filled.text == "Dear Dana, it is <day>."
    shown = [(s.kind, filled.text[s.start : s.end]) for s in filled.styles]
    assert shown == [
        ("bold", "Dana"),
        ("italic", "it"),
        ("bold", "Dana, "),
        ("underline", "<day>"),
    ]


def test_links_are_written_out_where_they_cannot_be_styled() -> None:
    link = Style(kind="link", start=4, end=8, url="https://shop.example")
    body = RichText("See here, <name>", (link,))
    assert on_channel(body, links=True) == body
    plain = on_channel(body, links=False)
    assert plain == RichText("See here (https://shop.example), <name>")
    assert [f.name for f in fill(plain, {}).fields] == ["name"]


ORDER = fill(RichText("Order <number> comes on <day>!", (Style(kind="bold", start=6, end=14),)), {})


def test_a_locked_template_takes_what_stands_in_its_fields() -> None:
    # Seed: "Locked Templates"
    right = fitted(ORDER, "Order KC-1 <x> comes on a day!")
    assert [f.name for f in right.fields] == ["number", "day"]
    assert [right.text[f.start : f.end] for f in right.fields] == ["KC-1 <x>", "a day"]
    assert [right.text[s.start : s.end] for s in right.styles] == ["KC-1 <x>"]


@pytest.mark.parametrize(
    "text",
    [
        "Order KC-1 comes on Friday",
        "order KC-1 comes on Friday!",
        "Order KC-1 comes on Friday! Bye",
        "Well. Order KC-1 comes on Friday!",
        "Order  comes on!",
        "",
    ],
)
def test_and_nothing_else(text: str) -> None:
    with pytest.raises(Refused) as refused:
        fitted(ORDER, text)
    assert refused.value.code == "template_locked"


@pytest.mark.parametrize("text", ["Order <number> comes on Friday!", "Order 7 comes on  !"])
def test_nor_a_field_that_is_left(text: str) -> None:
    with pytest.raises(Refused) as refused:
        fitted(ORDER, text)
    assert refused.value.code == "template_unresolved"


def test_below_it_may_stand_the_mail_that_is_forwarded() -> None:
    text = "Order 7 comes on Friday!\n\n> Hello!\n> Bye!"
    right = fitted(ORDER, text, more_may_follow=True)
    assert [text[f.start : f.end] for f in right.fields] == ["7", "Friday"]
    assert fitted(fill(RichText("Bye"), {}), "Bye\n> x", more_may_follow=True).text == "Bye\n> x"
    for changed in (f"X{text}", text.replace("Friday!", "Friday"), "Bye!\n> x"):
        with pytest.raises(Refused):
            fitted(fill(RichText("Bye"), {}), changed, more_may_follow=True)


def test_a_field_still_open_is_named() -> None:
    text = "It is <order> and <x>"
    check_resolved(text, [Field("order number", 6, 13)])  # typed by the agent
    with pytest.raises(Refused, match="Fill in “order” first") as refused:
        check_resolved(text, [Field("order", 6, 13)])
    assert refused.value.details["field"] == {"name": "order", "start": 6, "end": 13}
    with pytest.raises(Refused, match="lies beyond"):
        check_resolved(text, [Field("order", 6, 99)])


def test_unknown_parameters() -> None:
    assert unknown_parameters("@@customer.name@@ @@custmer.name@@ @@variable.x@@ @@a|b@@") == [
        "custmer.name",
        "a",
    ]


words = st.text("ab <>@|\\\n", max_size=8)
labels = st.text("abc ", min_size=1, max_size=6).map(str.strip).filter(bool)
fixed = st.text("xyz .,!", min_size=1, max_size=6)


@example([("x ", "a", " < "), (" ", "a", "<")], "x")
@given(st.lists(st.tuples(fixed, labels, words.filter(str.strip)), max_size=4), fixed)
def test_filling_fields_and_reading_them_round_trips(
    rows: list[tuple[str, str, str]], tail: str
) -> None:
    """Whatever an agent puts into the fields, the template is recognised, and nothing is lost."""
    filled = fill(RichText("".join(f"{f}<{label}>" for f, label, _ in rows) + tail), {})
    text = "".join(f + typed for f, _, typed in rows) + tail
    if any(typed.strip() == f"<{label}>" for _, label, typed in rows):
        return
    right = fitted(filled, text)
    assert right.text == text
    again = "".join(
        filled.text[a:b] + text[field.start : field.end]
        for (a, b), field in zip(
            zip(
                [0, *(f.end for f in filled.fields)], [f.start for f in filled.fields], strict=False
            ),
            right.fields,
            strict=True,
        )
    )
    assert again + tail == text


@given(words, words)
def test_what_an_agent_or_a_customer_writes_never_becomes_a_field(name: str, note: str) -> None:
    values = {"customer.name": name, "variable.note": note}
    filled = fill(RichText("Dear @@customer.name|@@: @@variable.note|@@ <day>"), values)
    assert filled.text == f"Dear {name}: {note} <day>"
    assert [(f.name, f.end) for f in filled.fields] == [("day", len(filled.text))]


@given(st.text("ab<>@|.\\ \n", max_size=30))
def test_parts_cover_the_body(body: str) -> None:
    found = list(parts(body))
    assert [p.start for p in found] == [0, *(p.end for p in found)][: len(found)]
    assert (found[-1].end if found else 0) == len(body)


def test_the_guide_lists_every_parameter() -> None:
    page = (ROOT / "docs/guides/templates.md").read_text(encoding="utf-8")
    rows = {
        line.split("`")[1].strip("@"): line.split("|")[2].strip()
        for line in page.splitlines()
        if line.startswith("| `@@") and "variable" not in line
    }
    assert rows == dict(PARAMETERS)
