"""Refusals: what a rule says no to, with a stable code and words a person can act on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar


class Refused(Exception):  # noqa: N818 - a refusal is an answer, not a fault
    """A command that the rules do not allow now; nothing has changed.

    `code` is part of the API and never changes its meaning; `message` may be reworded.
    """

    kind: ClassVar[str] = "conflict"

    def __init__(
        self, code: str, message: str, details: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = dict(details or {})


class Forbidden(Refused):
    """The person may not do this, whatever the state."""

    kind = "forbidden"


class NotFound(Refused):
    """The thing named does not exist, or the person may not know that it does."""

    kind = "not_found"


class Invalid(Refused):
    """A field holds what it may not hold; `details.fields` names path and message of each."""

    kind = "invalid"

    @classmethod
    def field(cls, path: str, message: str, *, code: str = "invalid_field") -> Invalid:
        """One wrong field."""
        return cls(code, message, {"fields": [{"path": path, "message": message}]})


class Stale(Refused):
    """The caller decided on an older version than the one stored."""

    kind = "stale"


class TooMany(Refused):
    """A limit on how often; `details.retry_after_s` says when to try again."""

    kind = "too_many"


class TooLarge(Refused):
    """More bytes than the limit in `details.max_bytes`."""

    kind = "too_large"


class ScannerAway(Refused):
    """A file could not be scanned for viruses; `details.retry_after_s` says when to try again."""

    kind = "unavailable"


class FilesAway(Refused):
    """Where files are kept does not answer; `why` is for operators, and no part of the answer."""

    kind = "unavailable"

    told: ClassVar[tuple[str, str]] = (
        "files_away",
        "Files can't be stored or opened at the moment. Try again in a minute.",
    )

    def __init__(self, why: str) -> None:
        super().__init__(*self.told, {"retry_after_s": 60})
        self.why = why


class FilesFull(FilesAway):
    """There is no room where files are kept; what can wait waits until somebody makes some."""

    told = ("files_full", "There is no room to store files at the moment. Tell your administrator.")


class NotSignedIn(Refused):
    """No session, or one that has ended."""

    kind = "not_signed_in"
