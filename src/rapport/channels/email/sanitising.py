"""A mail's HTML made safe to show: by a list of what may stay (nh3), twice framed.

What is not on the lists is gone: scripts, forms, frames, SVG, style sheets, `base`, `meta`. Remote
images are placeholders with their address in `data-src` until somebody asks for them, so that
opening a mail tells its sender nothing. The result is meant for `page()`, a document with its own
Content-Security-Policy, inside an iframe with `sandbox` and without `allow-scripts`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape, unescape
from typing import Literal
from urllib.parse import unquote

import nh3

from rapport.channels.email.html_text import nested, text_of_html

LONGEST = 2_000_000
DEEPEST = 250
CidUrl = Callable[[str], str | None]
"""The address of an inline image, by its Content-ID without brackets; None where there is none."""

TAGS = frozenset({
    "a", "abbr", "address", "article", "aside", "b", "bdi", "bdo", "big", "blockquote", "br",
    "caption", "center", "cite", "code", "col", "colgroup", "dd", "del", "details", "dfn", "div",
    "dl", "dt", "em", "figcaption", "figure", "font", "footer", "h1", "h2", "h3", "h4", "h5",
    "h6", "header", "hr", "i", "img", "ins", "kbd", "li", "main", "mark", "nav", "ol", "p", "pre",
    "q", "s", "samp", "section", "small", "span", "strike", "strong", "sub", "summary", "sup",
    "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "tt", "u", "ul", "var", "wbr",
})  # fmt: skip
_GONE_WITH_CONTENT = {
    "script", "style", "iframe", "object", "embed", "applet", "svg", "math", "template", "title",
    "noscript", "noembed", "noframes", "frameset", "select", "textarea", "audio", "video", "xmp",
}  # fmt: skip
_CELL = {"align", "valign", "width", "height", "bgcolor", "colspan", "rowspan", "nowrap"}
_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"style", "dir", "lang", "title", "align"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height", "border"},
    "table": {"width", "height", "border", "cellpadding", "cellspacing", "bgcolor", "summary"},
    "td": _CELL | {"headers", "scope"},
    "th": _CELL | {"headers", "scope"},
    "tr": {"valign", "bgcolor", "height"},
    "tbody": {"valign"}, "thead": {"valign"}, "tfoot": {"valign"},
    "col": {"span", "width"}, "colgroup": {"span", "width"},
    "font": {"color", "face", "size"},
    "ol": {"start", "type", "reversed"}, "ul": {"type"}, "li": {"value", "type"},
    "hr": {"width", "size", "color", "noshade"},
    "time": {"datetime"}, "details": {"open"}, "blockquote": {"cite"}, "q": {"cite"},
}  # fmt: skip
_LINKS = ("http://", "https://", "mailto:", "tel:", "sms:")
_SCHEMES = {"http", "https", "mailto", "tel", "sms", "cid", "data"}
_DATA_IMAGE = re.compile(
    r"data:image/(?:png|jpe?g|gif|webp);base64,[A-Za-z0-9+/=\s]*", re.IGNORECASE
)

_LENGTH = r"-?\d{0,5}(?:\.\d{1,4})?(?:px|pt|em|rem|ex|ch|%|in|cm|mm|pc)?"
_COLOUR = (
    r"#[0-9a-f]{3,8}|[a-z]{3,25}|"
    r"(?:rgb|hsl)a?\(\s*[\d.]{1,8}%?(?:\s*[,/ ]\s*[\d.]{1,8}%?){2,3}\s*\)"
)
_WORD = r"[a-z][a-z-]{1,30}"
_BORDER = rf"(?:{_LENGTH}|{_COLOUR}|{_WORD})"
_SIDES = ("-top", "-right", "-bottom", "-left")
_IMPORTANT = re.compile(r"\s*!\s*important\s*$", re.IGNORECASE)


def _several(value: str, most: int) -> str:
    return rf"(?:{value})(?:\s+(?:{value})){{0,{most - 1}}}"


_VALUES: dict[str, str] = {
    **dict.fromkeys(("color", "background-color", "background"), _COLOUR),
    **{f"border{s}-color": _several(_COLOUR, 4) for s in ("", *_SIDES)},
    **{f"border{s}": _several(_BORDER, 3) for s in ("", *_SIDES)},
    **{f"border{s}-width": _several(rf"{_LENGTH}|{_WORD}", 4) for s in ("", *_SIDES)},
    **{f"border{s}-style": _several(_WORD, 4) for s in ("", *_SIDES)},
    **{f"padding{s}": _several(_LENGTH, 4) for s in ("", *_SIDES)},
    **{f"margin{s}": _several(r"(?!-)" + _LENGTH + "|auto", 4) for s in ("", *_SIDES)},
    **dict.fromkeys(
        ("width", "height", "max-width", "max-height", "min-width", "min-height"),
        rf"(?!-)(?:{_LENGTH})|auto|none",
    ),
    "border-collapse": "collapse|separate",
    "border-spacing": _several(_LENGTH, 2),
    "border-radius": _several(_LENGTH, 4),
    "font-size": rf"{_LENGTH}|{_WORD}",
    "font-weight": r"\d{3}|[a-z]{4,8}",
    "font-style": "normal|italic|oblique",
    "font-variant": _WORD,
    "font-family": r"[\w\s,'\"-]{1,300}",
    "line-height": rf"{_LENGTH}|normal",
    "letter-spacing": rf"{_LENGTH}|normal",
    "text-align": _WORD,
    "text-decoration": _several(rf"{_WORD}|{_COLOUR}", 4),
    "text-indent": _LENGTH,
    "text-transform": _WORD,
    "vertical-align": rf"{_LENGTH}|{_WORD}",
    "white-space": "normal|nowrap|pre|pre-wrap|pre-line",
    "word-break": _WORD,
    "word-wrap": _WORD,
    "overflow-wrap": _WORD,
    "display": "block|inline|inline-block|none|table|table-cell|table-row|list-item",
    "float": "left|right|none",
    "clear": "left|right|both|none",
    "direction": "ltr|rtl",
    "list-style-type": _WORD,
    "list-style": _WORD,
    "table-layout": "auto|fixed",
    "caption-side": "top|bottom",
}
_PROPERTIES = {name: re.compile(rf"(?:{value})", re.IGNORECASE) for name, value in _VALUES.items()}
_LONGEST_STYLE, _LONGEST_VALUE, _MOST_DECLARATIONS = 4000, 300, 80
_IMAGE = re.compile(r"<img((?:\s[\w-]+=\"[^\"]*\")*)\s?/?>")
_SOURCE = re.compile(r"\ssrc=\"([^\"]*)\"")


def safe_html(html: str, cid_url: CidUrl, *, remote_images: bool = False) -> str:
    """The HTML that may be shown; of a mail too large or nested too deep, its text.

    Args:
        html: As it came.
        cid_url: Where the browser gets an inline image.
        remote_images: Load them from their servers, which then know that the mail was opened.
    """
    html = html.replace("\x00", "")
    if len(html) > LONGEST or nested(html) > DEEPEST:
        return f"<pre>{escape(text_of_html(html))}</pre>"
    clean = nh3.clean(
        html,
        tags=set(TAGS),
        clean_content_tags=_GONE_WITH_CONTENT,
        attributes=_ATTRIBUTES,
        attribute_filter=_filtered,
        url_schemes=_SCHEMES,
        url_relative="deny",
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )
    return _IMAGE.sub(lambda image: _image(image[1], cid_url, remote=remote_images), clean)


def safe_style(style: str) -> str:
    """The declarations of a `style` attribute whose property and value are on the list."""
    kept = []
    for declaration in style[:_LONGEST_STYLE].split(";")[:_MOST_DECLARATIONS]:
        name, colon, value = declaration.partition(":")
        value = _IMPORTANT.sub("", value.strip())
        allowed = _PROPERTIES.get(name.strip().lower())
        if not colon or not value or len(value) > _LONGEST_VALUE or "\\" in value:
            continue
        if allowed is not None and allowed.fullmatch(value):
            kept.append(f"{name.strip().lower()}: {value}")
    return "; ".join(kept)


def page(
    body: str, *, image_sources: tuple[str, ...] = (), theme: Literal["light", "dark"] = "light"
) -> str:
    """A whole document for an iframe's `srcdoc`.

    Args:
        body: What `safe_html` returned.
        image_sources: Origins that images come from (`https://desk.example`), or `https:` and
            `http:` once the agent has asked for remote images.
        theme: Dark inverts a mail made for paper, and its images back.

    Raises:
        ValueError: a source that would end the policy.
    """
    if any(re.search(r"[\s;,'\"<>]", source) for source in image_sources):
        raise ValueError("an image source is one origin")
    policy = page_policy(image_sources)
    dark = theme == "dark"
    shades = (
        "html{background:#1b1b1d}body{background:#fff;filter:invert(.9) hue-rotate(180deg)}"
        "img{filter:invert(1) hue-rotate(180deg)}"
        if dark
        else "html,body{background:#fff}"
    )
    return (
        '<!doctype html><html><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">'
        '<meta name="referrer" content="no-referrer">'
        f'<meta name="color-scheme" content="{theme}">'
        "<style>body{margin:0;padding:8px;color:#1b1b1d;font:14px/1.45 system-ui,sans-serif;"
        "overflow-wrap:anywhere}img{max-width:100%}pre{white-space:pre-wrap}"
        "blockquote{margin:0 0 0 8px;padding-left:8px;border-left:2px solid #ccc}"
        "img[data-src]{min-width:16px;min-height:16px;border:1px dashed #888}"
        f"{shades}</style></head><body>{body}</body></html>"
    )


def page_policy(image_sources: tuple[str, ...] = ()) -> str:
    """The Content-Security-Policy of a mail: nothing but images and inline styles."""
    images = " ".join(("data:", *image_sources))
    return (
        f"default-src 'none'; img-src {images}; style-src 'unsafe-inline'; "
        "base-uri 'none'; form-action 'none'"
    )


def _filtered(tag: str, name: str, value: str) -> str | None:
    if name == "style":
        return safe_style(value) or None
    if name == "src":
        return value if _is_image_source(value) else None
    if name in {"href", "cite"}:
        return value if value.strip().lower().startswith(_LINKS) else None
    del tag
    return value


def _is_image_source(value: str) -> bool:
    low = value.strip().lower()
    if low.startswith("data:"):
        return _DATA_IMAGE.fullmatch(value.strip()) is not None
    return low.startswith(("http://", "https://", "cid:"))


def _image(attributes: str, cid_url: CidUrl, *, remote: bool) -> str:
    """Give an image of the clean HTML the source that may be loaded."""
    source = _SOURCE.search(attributes)
    if source is None:
        return f"<img{attributes}>"
    address = unescape(source[1]).strip()
    rest = attributes[: source.start()] + attributes[source.end() :]
    low = address.lower()
    if low.startswith("cid:"):
        found = cid_url(unquote(address[4:]))
        return f'<img src="{escape(found)}"{rest}>' if found else f"<img{rest}>"
    if low.startswith("data:") or remote:
        return f'<img src="{escape(address)}"{rest}>'
    return f'<img data-src="{escape(address)}"{rest}>'
