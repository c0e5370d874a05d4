"""Card data in HTML, in every way that it is written there."""

from __future__ import annotations

import re

import pytest

from rapport.domain.sensitive import Watch
from rapport.domain.sensitive_html import masked_html

WATCH = Watch()
MASKED = "••••••••••••1111"


def digits(html: str) -> str:
    return "".join(re.findall(r"[\d•]", html))


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>4111111111111111</p>", f"<p>{MASKED}</p>"),
        ("<p>4111<b>1111</b>1111<i>1111</i></p>", "<p>••••<b>••••</b>••••<i>1111</i></p>"),
        ("<p>&#52;111111111111111</p>", f"<p>{MASKED}</p>"),
        ("<p>4111&nbsp;1111&nbsp;1111&nbsp;1111</p>", "<p>••••&nbsp;••••&nbsp;••••&nbsp;1111</p>"),
        ("<p>41111111\u200b11111111</p>", "<p>••••••••\u200b••••1111</p>"),
        ('<a title="4111111111111111">x</a>', f'<a title="{MASKED}">x</a>'),
        ("<!-- 4111111111111111 -->x", f"<!-- {MASKED} -->x"),
        ("a < b, 4111111111111111", f"a < b, {MASKED}"),
        ("4111111111111111", MASKED),
    ],
)
def test_a_card_is_covered_wherever_it_stands(html: str, expected: str) -> None:
    assert masked_html(html, WATCH) == (expected, ("card",))


@pytest.mark.parametrize(
    "html",
    [
        "<td>4111</td><td>1111</td><td>1111</td><td>1111</td>",
        "<p>4111111111111112</p>",
        "<p>no digits &amp; none</p>",
        "<p",
        "&#999999999;",
        "",
    ],
)
def test_look_alikes_stay_as_they_are(html: str) -> None:
    assert masked_html(html, WATCH) == (html, ())
