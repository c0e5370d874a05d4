"""Graph's errors by code: status, title and details, as its error tables have them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rapport_simulators.provider.control import Json

WINDOW_SUBCODE = 2018278
NO_SUCH_USER_SUBCODE = 2018001
NO_SUCH_OBJECT_SUBCODE = 33
HELP = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"


@dataclass(frozen=True, slots=True)
class _Known:
    status: int
    title: str
    details: str = ""


_CODES: Mapping[int, _Known] = {
    2: _Known(500, "Service temporarily unavailable"),
    4: _Known(429, "Application request limit reached"),
    10: _Known(403, "Application does not have permission for this action"),
    100: _Known(400, "Invalid parameter"),
    190: _Known(401, "Error validating access token: Session has expired"),
    551: _Known(400, "This person isn't available right now."),
    613: _Known(429, "Calls to this api have exceeded the rate limit."),
    130429: _Known(429, "Rate limit hit", "Too many messages from this number in a short time"),
    131000: _Known(500, "Something went wrong", "The message failed for an unknown reason"),
    131008: _Known(400, "Required parameter is missing"),
    131009: _Known(400, "Parameter value is not valid"),
    131021: _Known(400, "Recipient cannot be sender", "Sender and recipient are the same number"),
    131026: _Known(400, "Message undeliverable", "The message cannot reach this recipient"),
    131047: _Known(
        400,
        "Re-engagement message",
        "More than 24 hours have passed since the customer last wrote to this number",
    ),
    131051: _Known(400, "Unsupported message type"),
    131052: _Known(400, "Media download error"),
    131053: _Known(400, "Media upload error"),
    131056: _Known(
        429,
        "(Business Account, Consumer Account) pair rate limit hit",
        "Too many messages to the same recipient in a short time",
    ),
    132000: _Known(400, "Number of parameters does not match the expected number of params"),
    132001: _Known(404, "Template name does not exist in the translation"),
    132015: _Known(400, "Template is Paused"),
}


class GraphError(Exception):
    """A refusal; `code` is what clients switch on."""

    def __init__(
        self,
        code: int,
        details: str | None = None,
        *,
        subcode: int | None = None,
        status: int | None = None,
    ) -> None:
        known = _CODES[code]
        self.code = code
        self.title = known.title
        self.details = known.details if details is None else details
        self.subcode = subcode
        self.status = status or known.status
        super().__init__(f"(#{code}) {self.title}")

    def in_status(self) -> dict[str, Any]:
        """As it stands in a status webhook."""
        return {
            "code": self.code,
            "title": self.title,
            "message": self.title,
            "error_data": {"details": self.details or self.title},
            "href": HELP,
        }


class ErrorAnswer(Json):
    """The answer that carries an error."""

    def __init__(self, error: GraphError, trace: str, *, whatsapp: bool) -> None:
        body: dict[str, Any] = {
            "message": str(error),
            "type": "OAuthException",
            "code": error.code,
        }
        if error.subcode is not None:
            body["error_subcode"] = error.subcode
        if whatsapp and error.details:
            body["error_data"] = {"messaging_product": "whatsapp", "details": error.details}
        elif error.details:
            body["message"] += f": {error.details}"
        body["fbtrace_id"] = trace
        super().__init__({"error": body}, error.status)
        self.error_code = error.code


def no_such_object(node: str, method: str) -> GraphError:
    """The refusal of a path that names nothing."""
    return GraphError(
        100,
        f"Unsupported {method.lower()} request. Object with ID '{node}' does not exist",
        subcode=NO_SUCH_OBJECT_SUBCODE,
    )
