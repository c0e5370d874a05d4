"""Text with styles: written with a channel's marks, and read from Markdown."""

from __future__ import annotations

import re
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.domain.markdown import from_markdown
from rapport.domain.rich_text import PLAIN, Marks, RichText, Style, StyleKind, marked

INLINE = {"bold": "*", "italic": "_", "strike": "~", "code": "`"}
CHAT = Marks(inline=INLINE, code_block="```", word_bounded=True)  # type: ignore[arg-type]
LOOSE = Marks(inline=INLINE, code_block="```")  # type: ignore[arg-type]


def style(kind: StyleKind, start: int, end: int, url: str | None = None) -> Style:
    return Style(kind=kind, start=start, end=end, url=url)


def over(text: str, *parts: tuple[StyleKind, str]) -> list[Style]:
    """Styles over the first occurrence of each part."""
    return [style(kind, text.index(p), text.index(p) + len(p)) for kind, p in parts]


@pytest.mark.parametrize(
    ("text", "parts", "expected"),
    [
        ("plain", [], "plain"),
        ("a bold word", [("bold", "bold")], "a *bold* word"),
        (
            "all four of it",
            [("bold", "all"), ("italic", "four"), ("strike", "of"), ("code", "it")],
            "*all* _four_ ~of~ `it`",
        ),
        ("in and out", [("bold", "in and out"), ("italic", "and")], "*in _and_ out*"),
        ("same same", [("bold", "same same"), ("italic", "same same")], "*_same same_*"),
        ("one two three", [("bold", "one two"), ("italic", "two three")], "*one _two_* _three_"),
        ("one two three", [("italic", "one two"), ("bold", "two three")], "_one *two*_ *three*"),
        ("a b c d", [("bold", "a b"), ("italic", "b c"), ("strike", "c d")], "*a _b_* ~_c_ d~"),
        ("spaces around  it", [("bold", " around  ")], "spaces *around*  it"),
        ("only white", [("bold", " ")], "only white"),
        ("two lines\nof bold", [("bold", "two lines\nof bold")], "*two lines*\n*of bold*"),
        ("a\n \nb", [("bold", "a\n \nb")], "*a*\n \n*b*"),
        ("bold, then", [("bold", "bold")], "*bold*, then"),
        ("(bold)", [("bold", "bold")], "(*bold*)"),
        ("no underline here", [("underline", "underline")], "no underline here"),
        ("end.", [("bold", "end.")], "*end.*"),
        ("two words", [("bold", "two"), ("bold", "words")], "*two* *words*"),
        ("x = a*b ok", [("code", "a*b")], "x = `a*b` ok"),
        ("see a b c", [("bold", "see a b c"), ("code", "a b")], "*see* `a b` *c*"),
    ],
)
def test_styles_become_marks(text: str, parts: list[tuple[StyleKind, str]], expected: str) -> None:
    assert marked(text, over(text, *parts), CHAT) == expected


def test_the_order_of_styles_does_not_matter() -> None:
    text = "one two three"
    styles = over(text, ("bold", "one two"), ("italic", "two three"))
    assert marked(text, styles, CHAT) == marked(text, styles[::-1], CHAT)


def test_touching_ranges_of_one_style_are_one() -> None:
    styles = [style("bold", 0, 3), style("bold", 3, 7), style("bold", 5, 7)]
    assert marked("one two", styles, CHAT) == "*one two*"


@pytest.mark.parametrize(("start", "end"), [(2, 6), (0, 6), (2, 12)])
def test_a_style_inside_a_word_is_dropped_where_the_channel_reads_whole_words(
    start: int, end: int
) -> None:
    text = "unbelievable"
    assert marked(text, [style("bold", start, end)], CHAT) == text
    loose = f"{text[:start]}*{text[start:end]}*{text[end:]}"
    assert marked(text, [style("bold", start, end)], LOOSE) == loose


def test_what_was_typed_is_never_changed() -> None:
    text = "2 * 3 = _six_ ~ *maybe* `x`"
    assert marked(text, [], CHAT) == text


def test_a_style_whose_mark_is_inside_it_is_dropped() -> None:
    assert marked("2 * 3 = 6", [style("bold", 0, 9)], CHAT) == "2 * 3 = 6"
    assert marked("2 * 3 = 6", [style("italic", 0, 9)], CHAT) == "_2 * 3 = 6_"


@pytest.mark.parametrize(
    ("text", "styles", "expected"),
    [
        (
            "see the docs now",
            [style("link", 4, 12, "https://x.example/a")],
            "see the docs (https://x.example/a) now",
        ),
        (
            "https://x.example/a",
            [style("link", 0, 19, "https://x.example/a")],
            "https://x.example/a",
        ),
        ("ada@example.org", [style("link", 0, 15, "mailto:ada@example.org")], "ada@example.org"),
        ("docs ", [style("link", 0, 5, "https://x.example")], "docs (https://x.example) "),
        ("a b", [style("link", 0, 1, "u:1"), style("link", 2, 3, "u:2")], "a (u:1) b (u:2)"),
        ("the docs", [style("link", 4, 8, "u:1"), style("bold", 4, 8)], "the *docs* (u:1)"),
        (
            "the docs now",
            [style("link", 4, 8, "u:1"), style("bold", 0, 12)],
            "*the docs (u:1) now*",
        ),
        ("docs", [style("link", 0, 4)], "docs"),
    ],
)
def test_links_are_spelled_out(text: str, styles: list[Style], expected: str) -> None:
    assert marked(text, styles, CHAT) == expected


@pytest.mark.parametrize(
    ("text", "styles", "expected"),
    [
        ("you said\nso\nreply", [style("quote", 0, 11)], "> you said\n> so\nreply"),
        ("a\nb", [style("bullet_list", 0, 3)], "- a\n- b"),
        ("a\n\nb", [style("bullet_list", 0, 4)], "- a\n\n- b"),
        (
            "a\nb\nc\nd",
            [style("ordered_list", 0, 3), style("ordered_list", 4, 7)],
            "1. a\n2. b\n1. c\n2. d",
        ),
        ("a\nb", [style("quote", 0, 3), style("bullet_list", 0, 3)], "> - a\n> - b"),
        ("a\nb", [style("bullet_list", 0, 3), style("bold", 2, 3)], "- a\n- *b*"),
        ("x = *1*\ny", [style("code_block", 0, 9), style("bold", 0, 1)], "```x = *1*\ny```"),
        ("see\nx\nend", [style("code_block", 4, 5)], "see\n```x```\nend"),
    ],
)
def test_lines_are_prefixed(text: str, styles: list[Style], expected: str) -> None:
    assert marked(text, styles, CHAT) == expected


def test_plain_keeps_lists_quotes_and_links() -> None:
    styles = [
        style("quote", 0, 1),
        style("bold", 0, 1),
        style("code_block", 2, 3),
        style("link", 2, 3, "u:1"),
    ]
    assert marked("a\nb", styles, PLAIN) == "> a\nb (u:1)"


STYLES = st.builds(
    Style,
    kind=st.sampled_from(get_args(StyleKind)),
    start=st.integers(-2, 40),
    end=st.integers(-2, 40),
    url=st.sampled_from([None, "https://x.example/y"]),
)
TEXTS = st.text(alphabet="ab 1\n*_~`.,", max_size=30)


@given(text=TEXTS, styles=st.lists(STYLES, max_size=6))
def test_no_styles_or_wrong_ones_ever_break_a_text(text: str, styles: list[Style]) -> None:
    for marks in (PLAIN, CHAT, LOOSE):
        assert isinstance(marked(text, styles, marks), str)
    assert marked(text, (), CHAT) == text


WORDS = st.text(alphabet="ab ,.\n", max_size=30)
INLINE_STYLES = st.builds(
    Style,
    kind=st.sampled_from(["bold", "italic", "strike"]),
    start=st.integers(0, 30),
    end=st.integers(0, 30),
)


@given(text=WORDS, styles=st.lists(INLINE_STYLES, max_size=5), marks=st.sampled_from([CHAT, LOOSE]))
def test_marks_nest_and_hug_what_they_mark(text: str, styles: list[Style], marks: Marks) -> None:
    written = marked(text, styles, marks)
    assert re.sub(r"[*_~]", "", written) == text
    for line in written.split("\n"):
        stack: list[str] = []
        for at, char in enumerate(line):
            if char not in "*_~":
                continue
            if char in stack:
                assert stack.pop() == char, "marks cross"
                assert not line[at - 1].isspace(), "white space before a closing mark"
            else:
                stack.append(char)
                assert not line[at + 1].isspace(), "white space after an opening mark"
        assert not stack, "a mark is left open at the end of a line"


@pytest.mark.parametrize(
    ("source", "text", "parts"),
    [
        ("plain", "plain", []),
        ("**bold** and __bold__", "bold and bold", [("bold", 0, 4), ("bold", 9, 13)]),
        ("*it* and _it_", "it and it", [("italic", 0, 2), ("italic", 7, 9)]),
        ("~~gone~~", "gone", [("strike", 0, 4)]),
        ("`x*y*`", "x*y*", [("code", 0, 4)]),
        ("**bold _both_**", "bold both", [("bold", 0, 9), ("italic", 5, 9)]),
        ("**a *b***", "a b", [("bold", 0, 3), ("italic", 2, 3)]),
        ("2 * 3 * 4", "2 * 3 * 4", []),
        ("snake_case_name", "snake_case_name", []),
        ("\\*not\\*", "*not*", []),
        ("**open", "**open", []),
        ("* ", "* ", []),
        ("[docs](https://x.example)", "docs", [("link", 0, 4)]),
        ("[**docs**](u:1)", "docs", [("bold", 0, 4), ("link", 0, 4)]),
        ("[no link] (here)", "[no link] (here)", []),
        ("> q\n> r\ns", "q\nr\ns", [("quote", 0, 3)]),
        ("- a\n- b", "a\nb", [("bullet_list", 0, 3)]),
        ("1. a\n2. b", "a\nb", [("ordered_list", 0, 3)]),
        ("> - a", "a", [("quote", 0, 1), ("bullet_list", 0, 1)]),
        ("```\na *b*\n```\nc", "a *b*\nc", [("code_block", 0, 5)]),
        ("```\nnever closed", "```\nnever closed", []),
        ("a\r\nb", "a\nb", []),
        ("", "", []),
    ],
)
def test_markdown_is_read(source: str, text: str, parts: list[tuple[str, int, int]]) -> None:
    read = from_markdown(source)
    assert read.text == text
    assert [(s.kind, s.start, s.end) for s in read.styles] == parts


def test_a_link_keeps_its_address() -> None:
    (link,) = from_markdown("[docs](https://x.example/a_b)").styles
    assert link.url == "https://x.example/a_b"


@given(st.text(alphabet="ab *_~`[]()>-1.\\\n", max_size=60))
def test_any_text_is_markdown(source: str) -> None:
    read = from_markdown(source)
    assert isinstance(read, RichText)
    assert all(0 <= s.start < s.end <= len(read.text) for s in read.styles)


def test_deep_and_long_markdown_is_read_in_time() -> None:
    assert from_markdown("[" * 5_000 + "*_" * 5_000).text


@given(st.text(alphabet="ab ,.", max_size=30))
def test_words_without_marks_come_through_unchanged(source: str) -> None:
    assert from_markdown(source) == RichText(source)
