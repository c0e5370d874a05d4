"""Where a survey is answered outside a conversation: the page that a mail's link leads to.

Opening the page changes nothing: mail servers open links before people do.
"""

from __future__ import annotations

from html import escape
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from rapport.api.access import Ctx, address_of
from rapport.api.context import Context
from rapport.application.configuration.survey import SurveySpec
from rapport.domain.errors import Refused
from rapport.domain.message import CustomerEvent
from rapport.domain.survey import BEST, LONGEST_COMMENT, task_of_token
from rapport.storage.queries.surveys import AskedSurvey

router = APIRouter(prefix="/survey", include_in_schema=False)
LARGEST_FORM = 16 * 1024
PER_MINUTE = 30
STYLE = """
:root { color-scheme: light dark; }
body { font: 17px/1.5 system-ui, sans-serif; margin: 0; }
main { box-sizing: border-box; margin: 0 auto; max-width: 34rem; padding: 3rem 1.2rem; }
h1 { font-size: 1.45rem; line-height: 1.3; margin: 0 0 1.4rem; }
fieldset { border: 0; margin: 0; padding: 0; }
.scale { display: grid; gap: .5rem; grid-template-columns: repeat(5, 1fr); }
.scale label { border: 1px solid #8889; border-radius: 10px; cursor: pointer; font-weight: 600;
  padding: .8rem 0; position: relative; text-align: center; }
.scale input { inset: 0; margin: 0; opacity: 0; position: absolute; }
.scale label:has(:checked) { background: #1d5fd1; border-color: #1d5fd1; color: #fff; }
.scale label:has(:focus-visible) { outline: 3px solid #1d5fd1; outline-offset: 2px; }
.ends { display: flex; font-size: .9rem; justify-content: space-between; margin: .4rem 0 1.6rem; }
textarea { border: 1px solid #8889; border-radius: 10px; box-sizing: border-box; font: inherit;
  min-height: 6rem; padding: .6rem .8rem; width: 100%; }
.comment { display: block; font-weight: 600; margin-bottom: .3rem; }
button { background: #1d5fd1; border: 0; border-radius: 10px; color: #fff; cursor: pointer;
  font: inherit; font-weight: 600; margin-top: 1.2rem; padding: .7rem 1.6rem; }
.company { font-size: .95rem; margin: 0 0 .6rem; }
"""
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    # The address itself is what opens the page: it is told to nobody.
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
}
_WORDS = {
    "en": {
        "rating": "Your answer",
        "worst": "1: not at all",
        "best": "5: very",
        "comment": "Would you like to tell us why? (optional)",
        "send": "Send",
        "closed": "This question has been answered already, or its time is over.",
        "missing": "Please choose a number first.",
    },
    "de": {
        "rating": "Ihre Antwort",
        "worst": "1: gar nicht",
        "best": "5: sehr",
        "comment": "Möchten Sie uns sagen, warum? (freiwillig)",
        "send": "Senden",
        "closed": "Diese Frage ist schon beantwortet, oder ihre Zeit ist vorbei.",
        "missing": "Bitte wählen Sie zuerst eine Zahl.",
    },
}


@router.get("/style.css")
async def style() -> Response:
    """The page's looks."""
    return Response(STYLE, media_type="text/css")


@router.get("/{token}")
async def ask(token: str, request: Request, context: Ctx) -> Response:
    """The question, while it waits for its answer."""
    found = await _open(context, request, token)
    if found is None:
        return _closed(context, request)
    return _form(context, request, found[1])


@router.post("/{token}")
async def answer(token: str, request: Request, context: Ctx) -> Response:
    """Take the answer; the first one counts."""
    found = await _open(context, request, token)
    if found is None:
        return _closed(context, request)
    task_id, asked = found
    form = parse_qs((await _body(request)).decode("utf-8", "replace"), max_num_fields=10)
    rating = form.get("rating", [""])[0]
    comment = form.get("comment", [""])[0]
    if rating not in {str(number) for number in range(1, BEST + 1)}:
        return _form(context, request, asked, missing=True, comment=comment)
    event = rated(context, asked.contact_key, task_id, int(rating), comment)
    (received,) = await context.inbox.submit(asked.account_id, [event])
    if received.ignored is not None:
        return _closed(context, request)
    thanks = _spec(context, asked).thanks
    return _page(context, request, f"<h1>{escape(thanks)}</h1>")


def rated(
    context: Context, contact_key: str, task_id: int, rating: int, comment: str
) -> CustomerEvent:
    """An answer as it is handed in."""
    return CustomerEvent(
        kind="rated",
        external_id=f"survey:{task_id}",
        contact_key=contact_key,
        at=context.services.clock.now(),
        value=str(rating),
        details={"task_id": task_id, "comment": comment[:LONGEST_COMMENT]},
    )


async def _open(context: Context, request: Request, token: str) -> tuple[int, AskedSurvey] | None:
    now = context.services.clock.now()
    if not context.limiter.allow(f"survey:{address_of(request)}", PER_MINUTE, PER_MINUTE, now):
        return None
    task_id = task_of_token(context.secret, token)
    asked = await context.surveys.find(task_id) if task_id is not None else None
    if task_id is None or asked is None or asked.rating is not None or now >= asked.until:
        return None
    return task_id, asked


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_FORM:
            raise Refused("too_large", "The answer is too long.")
    return body


def _spec(context: Context, asked: AskedSurvey) -> SurveySpec:
    queue = context.services.configuration.current.queue_specs.get(asked.queue_id)
    return (queue.survey if queue is not None else None) or SurveySpec()


def _language(request: Request) -> str:
    return "de" if request.headers.get("accept-language", "").lower().startswith("de") else "en"


def _closed(context: Context, request: Request) -> Response:
    words = _WORDS[_language(request)]
    return _page(context, request, f"<h1>{escape(words['closed'])}</h1>", 404)


def _form(
    context: Context,
    request: Request,
    asked: AskedSurvey,
    *,
    missing: bool = False,
    comment: str = "",
) -> Response:
    words = {name: escape(text) for name, text in _WORDS[_language(request)].items()}
    numbers = "".join(
        f'<label><input type="radio" name="rating" value="{n}" required>{n}</label>'
        for n in range(1, BEST + 1)
    )
    told = f'<p role="alert">{words["missing"]}</p>' if missing else ""
    form = (
        f"<h1>{escape(_spec(context, asked).question)}</h1>{told}"
        f'<form method="post"><fieldset aria-label="{words["rating"]}">'
        f'<div class="scale">{numbers}</div></fieldset>'
        f'<p class="ends"><span>{words["worst"]}</span><span>{words["best"]}</span></p>'
        f'<label class="comment" for="comment">{words["comment"]}</label>'
        f'<textarea id="comment" name="comment" maxlength="{LONGEST_COMMENT}">'
        f"{escape(comment[:LONGEST_COMMENT])}</textarea>"
        f'<button type="submit">{words["send"]}</button></form>'
    )
    return _page(context, request, form, 422 if missing else 200)


def _page(context: Context, request: Request, inside: str, status: int = 200) -> Response:
    company = escape(context.services.configuration.current.settings.company)
    return HTMLResponse(
        f'<!doctype html><html lang="{_language(request)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f'<title>{company}</title><link rel="stylesheet" href="/survey/style.css"></head>'
        f'<body><main><p class="company">{company}</p>{inside}</main></body></html>',
        status,
        headers=_HEADERS,
    )
