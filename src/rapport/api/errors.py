"""The single mapping from refusals to HTTP, and the one error shape."""

from __future__ import annotations

from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from rapport.domain.errors import Refused

log = structlog.get_logger()
STATUS = {
    "conflict": 409,
    "forbidden": 403,
    "not_found": 404,
    "invalid": 422,
    "stale": 412,
    "too_many": 429,
    "too_large": 413,
    "not_signed_in": 401,
    "unavailable": 503,
}
_BY_CODE = {
    "invalid_credentials": 401,
    "second_factor_needed": 401,
    "second_factor_wrong": 401,
    "passkey_needed": 401,
    "passkey_failed": 401,
    "passkey_unknown": 401,
    "malformed": 400,
}
_HTTP_CODES = {
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not take that method."),
}


class Error(BaseModel):
    """What went wrong: clients switch on `code`, people read `message`."""

    code: str
    message: str
    details: dict[str, Any]


class ErrorBody(BaseModel):
    """The one error shape."""

    error: Error


RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorBody, "description": description}
    for status, description in {
        400: "Malformed",
        401: "Not signed in",
        403: "No right, or an outdated page",
        404: "Not found",
        409: "The state does not allow it",
        412: "Stale version",
        413: "Too large",
        422: "Invalid fields: `details.fields`",
        429: "Slow down",
        503: "Try again",
    }.items()
}
"""How every route may refuse."""


def status_of(refused: Refused) -> int:
    """The HTTP status of a refusal."""
    return _BY_CODE.get(refused.code, STATUS[refused.kind])


def error_body(code: str, message: str, details: dict[str, Any] | None = None) -> dict[str, Any]:
    """The one error shape."""
    return {"error": {"code": code, "message": message, "details": details or {}}}


def answer(refused: Refused, request: Request) -> JSONResponse:
    """A refusal as a response; a site's page may read why the widget was refused."""
    headers = {}
    origin = request.headers.get("origin")
    if origin is not None and request.url.path.startswith("/widget/v1/"):
        headers = {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}
    if "retry_after_s" in refused.details:
        headers["Retry-After"] = str(refused.details["retry_after_s"])
    elif refused.kind == "unavailable":
        headers["Retry-After"] = "1"
    return JSONResponse(
        error_body(refused.code, refused.message, refused.details),
        status_of(refused),
        headers=headers,
    )


def install(app: FastAPI) -> None:
    """Give every failure of the API the one shape."""

    async def refused(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, Refused)  # noqa: S101 - registered for it
        return answer(error, request)

    async def invalid(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for it
        fields = [
            {
                # Where it is in the body, or which parameter it is.
                "path": ".".join(map(str, e["loc"][e["loc"][0] == "body" :])),
                "message": e["msg"].removeprefix("Value error, "),
            }
            for e in error.errors()
        ]
        malformed = any(e["type"] == "json_invalid" for e in error.errors())
        if malformed:
            return JSONResponse(error_body("malformed", "The body is not valid JSON."), 400)
        return JSONResponse(
            error_body("invalid_field", "Some fields are not valid.", {"fields": fields}), 422
        )

    async def http(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)  # noqa: S101 - registered for it
        code, message = _HTTP_CODES.get(error.status_code, ("http_error", str(error.detail)))
        return JSONResponse(error_body(code, message), error.status_code, headers=error.headers)

    async def unexpected(request: Request, error: Exception) -> JSONResponse:
        log.error("request.failed", path=request.url.path, error=repr(error))
        return JSONResponse(
            error_body("internal_error", "Something went wrong on the server."), 500
        )

    app.add_exception_handler(Refused, refused)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(Exception, unexpected)
