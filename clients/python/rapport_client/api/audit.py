"""Methods of the group audit.

Made from the API's description by tools/python_client.py; changes here are lost."""

from __future__ import annotations

from typing import Literal

from rapport_client import models
from rapport_client.connection import Connection


class Audit:
    """Methods of the group audit."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def page(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        q: str | None = None,
        kind: list[
            Literal[
                "signed_in",
                "sign_in_failed",
                "signed_out",
                "session_ended",
                "sessions_ended",
                "password_changed",
                "password_given",
                "password_change_required",
                "invitation_made",
                "invitation_used",
                "invitation_withdrawn",
                "invitation_mailed",
                "second_factor_on",
                "second_factor_off",
                "second_factor_reset",
                "recovery_codes_made",
                "recovery_code_used",
                "passkey_added",
                "passkey_removed",
                "identity_bound",
                "identity_unbound",
                "token_created",
                "token_revoked",
                "person_exported",
                "person_erased",
            ]
        ]
        | None = None,
        person_id: int | None = None,
        since: str | None = None,
        until: str | None = None,
    ) -> models.AuditPage:
        """What was done with accounts, newest first."""
        answer: models.AuditPage = self._connection.call(
            "GET",
            "/audit",
            query={
                "cursor": cursor,
                "limit": limit,
                "q": q,
                "kind": kind,
                "person_id": person_id,
                "since": since,
                "until": until,
            },
        )
        return answer

    def export(
        self,
        *,
        q: str | None = None,
        kind: list[
            Literal[
                "signed_in",
                "sign_in_failed",
                "signed_out",
                "session_ended",
                "sessions_ended",
                "password_changed",
                "password_given",
                "password_change_required",
                "invitation_made",
                "invitation_used",
                "invitation_withdrawn",
                "invitation_mailed",
                "second_factor_on",
                "second_factor_off",
                "second_factor_reset",
                "recovery_codes_made",
                "recovery_code_used",
                "passkey_added",
                "passkey_removed",
                "identity_bound",
                "identity_unbound",
                "token_created",
                "token_revoked",
                "person_exported",
                "person_erased",
            ]
        ]
        | None = None,
        person_id: int | None = None,
        since: str | None = None,
        until: str | None = None,
    ) -> bytes:
        """The same entries, all of them, as a table for spreadsheets."""
        answer: bytes = self._connection.read(
            "GET",
            "/audit/export.csv",
            query={"q": q, "kind": kind, "person_id": person_id, "since": since, "until": until},
        )
        return answer
