"""HTML of mails made safe: what stays, what goes, and that nothing runs or is fetched."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser

import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.async_api import Browser, async_playwright

from rapport.channels.email.html_text import text_of_html
from rapport.channels.email.sanitising import TAGS, page, page_policy, safe_html, safe_style
from tests.browser.chromium import chromium


def no_image(content_id: str) -> None:
    del content_id


STAYS = [
    "<p>One <b>two</b> <i>three</i></p>",
    '<table border="1"><tbody><tr><td colspan="2" bgcolor="#eee">x</td></tr></tbody></table>',
    "<ul><li>a</li></ul>",
    "<blockquote>q</blockquote>",
    '<p style="color: red; text-align: center">x</p>',
    '<font color="red" size="2">x</font>',
    "<h1>T</h1><hr><pre>x</pre>",
    '<p dir="rtl" lang="he">x</p>',
]
GOES = [
    ("<script>x()</script>a", "a"),
    ("<style>p{}</style>a", "a"),
    ("<iframe src=https://e.example></iframe>a", "a"),
    ("<svg><script>x()</script></svg>a", "a"),
    ("<math><mtext>x</mtext></math>a", "a"),
    ("<object data=x></object><embed src=x>a", "a"),
    ("<base href=https://e.example>a", "a"),
    ("<meta http-equiv=refresh content='0;url=https://e.example'>a", "a"),
    ("<link rel=stylesheet href=https://e.example/a.css>a", "a"),
    ("<form action=https://e.example><input name=a><button>b</button></form>a", "ba"),
    ("<p onclick=x()>a</p>", "<p>a</p>"),
    ('<img src=x onerror="x()">a', "<img>a"),
    ("<p id=a class=b name=c>a</p>", "<p>a</p>"),
    ("<!-- c --><!--[if mso]>x<![endif]-->a", "a"),
    ("<video src=https://e.example/v></video>a", "a"),
    ("<td background=https://e.example/b>a</td>", "a"),
    ("<img srcset='https://e.example/b 2x'>a", "<img>a"),
    ("<img src='data:image/svg+xml;base64,AAAA'>a", "<img>a"),
    ("<img src='data:text/html,x'>a", "<img>a"),
    ("<noscript><p title='</noscript><img src=x onerror=x()>'>", None),
    ("<title><img src=x></title>a", "a"),
    ("<textarea><img src=x></textarea>a", "a"),
]
NO_LINKS = [
    "javascript:x()", "JaVaScRiPt:x()", " javascript:x()", "java\nscript:x()", "data:text/html,x",
    "vbscript:x", "file:///etc/passwd", "/relative", "//e.example/a", "#a", "cid:x", "blob:x",
    "&#106;avascript:x()", "x:y",
]  # fmt: skip


@pytest.mark.parametrize("html", STAYS)
def test_formatting_stays(html: str) -> None:
    assert safe_html(html, no_image) == html


@pytest.mark.parametrize(("html", "expected"), GOES)
def test_what_is_not_listed_goes(html: str, expected: str | None) -> None:
    found = safe_html(html, no_image)
    if expected is not None:
        assert found == expected
    assert not re.search(r"<[^>]*\son\w+=|<script|<noscript", found)


@pytest.mark.parametrize("address", NO_LINKS)
def test_links_to_nowhere_good_lose_their_address(address: str) -> None:
    assert "href" not in safe_html(f'<a href="{address}">a</a>', no_image)


@pytest.mark.parametrize("address", ["https://e.example/?a=1", "mailto:a@example.com", "tel:+1"])
def test_links_open_apart_and_tell_nothing(address: str) -> None:
    found = safe_html(f'<a href="{address}" target="_top">a</a>', no_image)
    assert found == (
        f'<a href="{address}" target="_blank" rel="noopener noreferrer nofollow">a</a>'
    )


def test_inline_images_get_the_address_that_is_given() -> None:
    found = safe_html('<img src="CID:a%40b" alt="x">', {"a@b": '/files/1?x="'}.get)
    assert found == '<img src="/files/1?x=&quot;" alt="x">'
    assert safe_html('<img src="cid:other">', {"a@b": "/1"}.get) == "<img>"


def test_remote_images_wait_until_they_are_asked_for() -> None:
    html = '<img src="https://e.example/p.png?a=1&amp;b=2" width="1">'
    assert (
        safe_html(html, no_image)
        == '<img data-src="https://e.example/p.png?a=1&amp;b=2" width="1">'
    )
    assert safe_html(html, no_image, remote_images=True).startswith(
        '<img src="https://e.example/p.png?a=1&amp;b=2"'
    )


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        ("color:red;;FONT-SIZE:12px", "color: red; font-size: 12px"),
        ("position:fixed;top:0;left:0;z-index:9", ""),
        ("background:url(https://e.example/x)", ""),
        ("background-image:url('x')", ""),
        ("color:expression(x())", ""),
        ("color:red\\00;width:1px", "width: 1px"),
        ("width:calc(1px)", ""),
        ("behavior:url(x)", ""),
        ("-moz-binding:url(x)", ""),
        ("margin:-999px", ""),
        ("margin:0 auto", "margin: 0 auto"),
        ("border:1px solid #ccc !important", "border: 1px solid #ccc"),
        ("color:rgb(1, 2, 3)", "color: rgb(1, 2, 3)"),
        ("font-family:'Open Sans',Arial", "font-family: 'Open Sans',Arial"),
        ("list-style:url(x)", ""),
        ("content:'x'", ""),
        ("color:red/**/;color:var(--x)", ""),
        ("@import 'x'", ""),
        ("color", ""),
    ],
)
def test_styles_by_property_and_value(style: str, expected: str) -> None:
    assert safe_style(style) == expected


def test_what_nests_too_deep_is_shown_as_text() -> None:
    assert safe_html("<div>" * 100_000 + "a&lt;b", no_image) == "<pre>a&lt;b</pre>"
    assert safe_html("<div/>" * 100_000 + "a", no_image) == "<pre>a</pre>"


def test_a_page_forbids_everything_but_styles_and_images() -> None:
    found = page("<p>x</p>", image_sources=("https://desk.example",), theme="dark")
    assert "default-src &#x27;none&#x27;; img-src data: https://desk.example" in found
    assert "script-src" not in page_policy()
    with pytest.raises(ValueError, match="one origin"):
        page("", image_sources=("https://a.example; script-src *",))


HTML = st.lists(
    st.sampled_from([
        "<p", "<img src=", "<a href=", ">", '"', "'", "javascript:x()", "cid:a", "https://e.example/",
        " style=", "color:red", "url(x)", "<script>", "</script>", "<svg>", "<style>", "<!--", "-->",
        " onerror=x()", "<table>", "<td>", "</", "<math>", "<noscript>", "&lt;", "&#x22;", "data:",
        "<template>", "<b>", "</b>", " data-src=", "<title>", "\x00", "<![CDATA[", "]]>", "`",
    ]) | st.text(max_size=6),
    max_size=30,
).map("".join)  # fmt: skip
NAMES = {
    "style", "dir", "lang", "title", "align", "href", "target", "rel", "src", "data-src", "alt",
    "width", "height", "border", "colspan", "rowspan", "bgcolor", "valign", "color", "cite",
}  # fmt: skip


class Seen(HTMLParser):
    """Another parser's view of what came out."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, list[tuple[str, str | None]]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, attrs))


@settings(max_examples=500, deadline=None)
@given(HTML)
def test_nothing_runs_and_nothing_is_fetched(html: str) -> None:
    found = safe_html(html, lambda cid: f"/cid/{cid}")
    seen = Seen()
    seen.feed(found)
    seen.close()
    for tag, attributes in seen.tags:
        assert tag in TAGS
        for name, value in attributes:
            assert name in NAMES
            assert name != "href" or re.match(r"https?:|mailto:|tel:|sms:", value or "")
            assert name != "src" or re.match(r"/cid/|data:image/", value or "")


@pytest_asyncio.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(**chromium().launch_options())
        yield running
        await running.close()


ATTACKS = [
    *(html for html, _ in GOES),
    *(f'<a href="{address}">a</a>' for address in NO_LINKS),
    "<img src='http://canary.example/a.png'>",
    "<p style=\"background:url('http://canary.example/b.png')\">a</p>",
    "<p style='background-image:image-set(\"http://canary.example/c.png\" 1x)'>a</p>",
    "<script>window.canary=1;fetch('http://canary.example/d')</script>",
    "<img src=x onerror=\"parent.canary=1;fetch('http://canary.example/e')\">",
    "<svg onload=\"fetch('http://canary.example/f')\"><image href='http://canary.example/g'/></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 "
    "onerror=fetch(`http://canary.example/h`)&gt;'>",
    "<link rel=prefetch href=http://canary.example/i><link rel=dns-prefetch href=//canary.example>",
    "<body background=http://canary.example/j onload=fetch('http://canary.example/k')>",
    "<table background=http://canary.example/l><td background=http://canary.example/m>a",
    "<video poster=http://canary.example/n autoplay><source src=http://canary.example/o></video>",
    "<input type=image src=http://canary.example/p>",
    "<iframe srcdoc=\"<script>fetch('http://canary.example/q')</script>\"></iframe>",
    "<meta http-equiv=refresh content='0;url=http://canary.example/r'>",
    "<img srcset='http://canary.example/s 1x' src='data:image/png;base64,AAAA'>",
    "<ul style='list-style:url(http://canary.example/t)'><li>a</ul>",
    "<style>@import 'http://canary.example/u';@font-face{src:url(http://canary.example/v)}</style>",
    "</body></html><script>fetch('http://canary.example/w')</script>",
    "<q cite='http://canary.example/x'>a</q>",
    "<img src='cid:\"><script>parent.canary=1</script>'>",
]  # fmt: skip


@pytest.mark.browser
async def test_in_chromium_nothing_runs_and_nothing_is_fetched(browser: Browser) -> None:
    asked: list[str] = []
    desk = await browser.new_page()
    await desk.route("**/*", lambda route: asked.append(route.request.url) or route.abort())
    said: list[str] = []
    desk.on("console", lambda message: said.append(message.text))
    for html in ATTACKS:
        shown = page(safe_html(html, lambda cid: f"data:image/png;base64,AA#{cid}"))
        # Scripts would be allowed here: it is the HTML that has none, not the frame that stops it.
        await desk.set_content("<iframe sandbox='allow-scripts allow-same-origin'></iframe>")
        await desk.evaluate("html => document.querySelector('iframe').srcdoc = html", shown)
        await desk.frame_locator("iframe").locator("body").wait_for(state="attached")
        await desk.wait_for_function(
            "document.querySelector('iframe').contentDocument.readyState === 'complete'"
        )
        assert await desk.evaluate("window.canary") is None
        assert "canary" not in " ".join(asked), html
        # Not even the frame's policy had anything to stop.
        assert not [text for text in said if "Content Security Policy" in text], html


@pytest.mark.browser
async def test_the_canary_can_be_caught(browser: Browser) -> None:
    asked: list[str] = []
    desk = await browser.new_page()
    heard = asyncio.Event()

    def hear(url: str) -> None:
        asked.append(url)
        heard.set()

    await desk.route("**/*", lambda route: hear(route.request.url) or route.abort())
    await desk.set_content("<img src='http://canary.example/a.png'>", wait_until="commit")
    await asyncio.wait_for(heard.wait(), 20)
    assert asked == ["http://canary.example/a.png"]


def test_text_has_lists_and_tables() -> None:
    html = "<p>A</p><ul><li>b</li></ul><table><tr><td>c</td><td>d</td></tr></table>"
    assert [line.split() for line in text_of_html(html).split("\n") if line.strip()] == [
        ["A"], ["*", "b"], ["c", "d"],
    ]  # fmt: skip
