"""The widget's HTTP: a visitor's session and files. Cross-origin, for the allowed origins only."""

from __future__ import annotations

import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from rapport.api.access import Ctx
from rapport.api.context import Context
from rapport.api.file_answer import file_answer
from rapport.api.file_screen import check_upload
from rapport.api.survey import rated
from rapport.api.widget.sites import Site, site_of, site_view
from rapport.application.reading import FileRow
from rapport.application.views import View, attachment_view
from rapport.channels.webchat import identity, tokens
from rapport.channels.webchat.identity import NotVouched
from rapport.channels.webchat.tokens import Visitor
from rapport.domain.errors import Forbidden, NotFound, NotSignedIn
from rapport.domain.message import Attachment
from rapport.domain.survey import BEST, LONGEST_COMMENT
from rapport.stream.visitor import conversation_state

router = APIRouter(prefix="/widget/v1/{site_key}", tags=["widget"])


class Page(BaseModel):
    """Where the visitor is."""

    url: str = Field(default="", max_length=2000)
    title: str = Field(default="", max_length=300)


class SessionRequest(BaseModel):
    """A returning visitor brings the token."""

    token: str | None = Field(default=None, max_length=3000)
    identity: str | None = Field(
        default=None,
        max_length=4000,
        description="The site's word on who this is: a JWT (HS256) with sub, exp, name, email.",
    )
    page: Page | None = None
    locale: str | None = Field(default=None, max_length=40)


def _cors(response: Response, origin: str | None) -> None:
    if origin is not None:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Vary"] = "Origin"


@router.options("/{rest:path}", include_in_schema=False)
async def preflight(site_key: str, rest: str, request: Request, context: Ctx) -> Response:
    """Allow the listed origins to ask."""
    del rest
    origin = request.headers.get("origin")
    site_of(context, site_key, origin)
    response = Response(status_code=204)
    _cors(response, origin)
    response.headers["Access-Control-Allow-Methods"] = "GET, POST"
    response.headers["Access-Control-Allow-Headers"] = "authorization, content-type"
    response.headers["Access-Control-Max-Age"] = "600"
    return response


@router.post("/session")
async def session(
    site_key: str, body: SessionRequest, request: Request, response: Response, context: Ctx
) -> dict[str, Any]:
    """A visitor's token, the site's settings and the state of the visitor's conversation.

    A token that was not issued here is ignored: the visitor gets a new one (R3). So is one of a
    person the site vouched for, once the site doesn't any more: whoever comes next at the same
    browser is somebody else.
    """
    origin = request.headers.get("origin")
    site = site_of(context, site_key, origin)
    _cors(response, origin)
    held = tokens.read(context.secret, body.token) if body.token else None
    visitor = _visitor(context, site, held, body.identity)
    conversation: View | None = None
    if visitor.signed or visitor == held:
        found = await context.reader.visitor_conversation(site.account_id, visitor.key)
        if found is not None and found["task"] is not None:
            state = conversation_state(found["task"], lambda _: None)
            conversation = {"state": state["state"]}
    return {
        "token": tokens.issue(context.secret, visitor),
        "site": site_view(context, site, visitor),
        "conversation": conversation,
    }


def _visitor(context: Context, site: Site, held: Visitor | None, word: str | None) -> Visitor:
    """Who this is: by the site's word, else by the token held, else somebody new.

    Raises:
        Forbidden: `identity_refused`, when the word is not the site's; `identity_expired`, when it
            is too old to open a session, unless the visitor holds one.
    """
    account_id = site.account_id
    if held is not None and held.account_id != account_id:
        held = None
    if word is None:
        if held is None or held.signed:
            return Visitor(account_id, secrets.token_hex(16))
        return held
    secret = context.secrets_of(account_id).get("identity_secret")
    if not secret:
        raise Forbidden("identity_refused", "This site has no secret for signing identities.")
    try:
        who = identity.read(secret, word)
    except NotVouched as error:
        raise Forbidden(
            "identity_refused", f"The signed identity can't be accepted: {error}."
        ) from None
    if who.expired(context.services.clock.now()):
        if held is not None and held.key == who.key:
            return held
        raise Forbidden("identity_expired", "The signed identity has expired. Load the page again.")
    return Visitor(account_id, who.key, who.name, who.email)


@router.post("/files")
async def upload(
    site_key: str,
    request: Request,
    response: Response,
    context: Ctx,
    filename: Annotated[str, Query(min_length=1, max_length=500)],
) -> dict[str, Any]:
    """Upload a file (raw body) for a message of the visitor's own conversation."""
    origin = request.headers.get("origin")
    site = site_of(context, site_key, origin)
    _cors(response, origin)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    conversation = await _own_conversation(context, site, token if scheme == "Bearer" else "")
    account = context.services.configuration.current.accounts[site.account_id]
    file = await context.files.save(
        request.stream(), filename, account.files_from_customers, hold=True
    )
    await check_upload(context, file)
    (attachment_id,) = await context.services.store.new_ids(1)
    row = FileRow(
        attachment_id,
        conversation["id"],
        file.filename,
        file.media_type,
        file.size,
        file.key,
        file.held,
    )
    now = context.services.clock.now()
    await context.reader.add_attachment(
        attachment_id, conversation["id"], row, by_customer=True, now=now
    )
    attachment = Attachment(
        id=attachment_id,
        filename=file.filename,
        media_type=file.media_type,
        size=file.size,
        held=file.held,
    )
    view = attachment_view(attachment)
    return {"attachment": {**view, "url": f"/widget/v1/{site_key}/files/{attachment_id}"}}


@router.get("/files/{attachment_id}")
async def download(
    site_key: str,
    attachment_id: Annotated[int, Field(ge=1, le=2**62)],
    request: Request,
    context: Ctx,
    token: Annotated[str, Query(max_length=3000)],
) -> Response:
    """A file of the visitor's own conversation."""
    origin = request.headers.get("origin")
    site = site_of(context, site_key, origin)
    conversation = await _own_conversation(context, site, token)
    row = await context.reader.attachment(attachment_id)
    if row is None or row.conversation_id != conversation["id"]:
        raise NotFound("file_not_found", "This file does not exist.")
    response = await file_answer(context.files, row, request)
    _cors(response, origin)
    return response


class SurveyAnswer(BaseModel):
    """How satisfied the visitor was, from 1 to 5."""

    rating: Annotated[int, Field(ge=1, le=BEST)]
    comment: Annotated[str, Field(max_length=LONGEST_COMMENT)] = ""


@router.post("/survey")
async def rate(
    site_key: str, body: SurveyAnswer, request: Request, response: Response, context: Ctx
) -> dict[str, bool]:
    """Answer the question after the visitor's last chat; `taken`: whether it was still open."""
    origin = request.headers.get("origin")
    site = site_of(context, site_key, origin)
    _cors(response, origin)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    token = token if scheme == "Bearer" else ""
    found = await _own_conversation(context, site, token)
    visitor = tokens.read(context.secret, token)
    if visitor is None or found["task_id"] is None:
        return {"taken": False}
    event = rated(context, visitor.key, found["task_id"], body.rating, body.comment)
    (received,) = await context.inbox.submit(site.account_id, [event])
    return {"taken": received.ignored is None}


async def _own_conversation(context: Context, site: Site, token: str) -> View:
    visitor = tokens.read(context.secret, token)
    if visitor is None or visitor.account_id != site.account_id:
        raise NotSignedIn("token_invalid", "The chat's session is not valid. Load the page again.")
    found = await context.reader.visitor_conversation(site.account_id, visitor.key)
    if found is None:
        raise NotFound("no_conversation", "Start the chat first.")
    return found
