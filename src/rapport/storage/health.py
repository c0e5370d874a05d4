"""How each channel account fares: last heard, last error, what the probe said."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rapport.application.ports import EventRecord
from rapport.application.views import moment
from rapport.storage.changes import insert_events
from rapport.storage.database import Database, decode_json, encode_json

EVERY_S = 5.0
"""How often what is noted goes to the database; a change of state goes at once."""
_NOTE = """
INSERT INTO account_health AS h (account_id, state, changed_at, last_inbound_at, last_sent_at,
    last_error_at, last_error_code, last_error_message, refused_count)
VALUES ($1, 'unknown', now(), $2, $3, $4, $5, $6, $7)
ON CONFLICT (account_id) DO UPDATE SET
    last_inbound_at = coalesce(excluded.last_inbound_at, h.last_inbound_at),
    last_sent_at = coalesce(excluded.last_sent_at, h.last_sent_at),
    last_error_at = coalesce(excluded.last_error_at, h.last_error_at),
    last_error_code = coalesce(excluded.last_error_code, h.last_error_code),
    last_error_message = coalesce(excluded.last_error_message, h.last_error_message),
    refused_count = h.refused_count + excluded.refused_count"""
_STATE = """
INSERT INTO account_health AS h (account_id, state, code, message, changed_at, probed_at, facts)
VALUES ($1, $2, $3, $4, $5::timestamptz, CASE WHEN $7::bool THEN $5::timestamptz END, $6::jsonb)
ON CONFLICT (account_id) DO UPDATE SET state = excluded.state, code = excluded.code,
    message = excluded.message, probed_at = coalesce(excluded.probed_at, h.probed_at),
    facts = coalesce(excluded.facts, h.facts),
    changed_at = CASE WHEN h.state = excluded.state AND h.code IS NOT DISTINCT FROM excluded.code
                      THEN h.changed_at ELSE excluded.changed_at END
RETURNING (SELECT state FROM account_health WHERE account_id = $1) AS before"""
_VIEW = "SELECT * FROM account_health"


@dataclass(slots=True)
class _Noted:
    inbound_at: datetime | None = None
    sent_at: datetime | None = None
    error_at: datetime | None = None
    error_code: str | None = None
    error_message: str | None = None
    refused: int = 0


@dataclass(slots=True)
class Health:
    """Collects what happens on accounts; writes it now and then, and state changes at once."""

    database: Database
    now: Callable[[], datetime]
    elapsed: Callable[[], float] = time.monotonic
    _noted: dict[int, _Noted] = field(default_factory=dict)
    _flushed: float = 0.0

    def heard(self, account_id: int) -> None:
        """Something verified came in."""
        self._of(account_id).inbound_at = self.now()

    def refused(self, account_id: int) -> None:
        """Something came in that was not to be believed."""
        self._of(account_id).refused += 1

    def sent(self, account_id: int) -> None:
        """The provider took a message."""
        self._of(account_id).sent_at = self.now()

    def failed(self, account_id: int, code: str, message: str) -> None:
        """The provider did not."""
        noted = self._of(account_id)
        noted.error_at, noted.error_code, noted.error_message = self.now(), code, message

    async def flush(self, *, at_once: bool = False) -> None:
        """Write what was noted, if it is time."""
        if not self._noted or (not at_once and self.elapsed() - self._flushed < EVERY_S):
            return
        noted, self._noted = self._noted, {}
        self._flushed = self.elapsed()
        for account_id, n in sorted(noted.items()):
            await self.database.pool.execute(
                _NOTE,
                account_id,
                n.inbound_at,
                n.sent_at,
                n.error_at,
                n.error_code,
                n.error_message,
                n.refused,
            )

    async def set_state(
        self,
        account_id: int,
        state: str,
        code: str | None,
        message: str | None,
        *,
        facts: Mapping[str, str] | None = None,
        probed: bool = False,
    ) -> bool:
        """Record ok, broken or connecting; tells desktops when it changes. True if it did."""
        now = self.now()
        (commit_id,) = await self.database.new_ids(1)
        async with self.database.pool.acquire() as connection, connection.transaction():
            before = await connection.fetchval(
                _STATE,
                account_id,
                state,
                code,
                message,
                now,
                encode_json(dict(facts)).decode() if facts else None,
                probed,
            )
            if before == state or (before in {None, "unknown"} and state == "ok"):
                return False
            event = EventRecord(
                kind="account.health",
                at=now,
                audience=("supervisors",),
                facts={"account_id": account_id, "state": state, "code": code},
                entities={
                    "notice": {
                        "level": "warning" if state == "broken" else "info",
                        "code": f"account_{state}",
                        "params": {"account_id": account_id, "code": code, "message": message},
                    }
                },
            )
            await insert_events(connection, [event], commit_id)
            await connection.execute(f"SELECT seal({commit_id:d})")
        return True

    async def view(self) -> dict[int, dict[str, Any]]:
        """Every account's health, as administrators see it."""
        return {
            row["account_id"]: {
                "state": row["state"],
                "code": row["code"],
                "message": row["message"],
                "changed_at": moment(row["changed_at"]),
                "last_inbound_at": moment(row["last_inbound_at"]),
                "last_sent_at": moment(row["last_sent_at"]),
                "last_error": None
                if row["last_error_code"] is None
                else {
                    "at": moment(row["last_error_at"]),
                    "code": row["last_error_code"],
                    "message": row["last_error_message"],
                },
                "refused": row["refused_count"],
                "probed_at": moment(row["probed_at"]),
                "facts": decode_json(row["facts"]) if row["facts"] else {},
            }
            for row in await self.database.pool.fetch(_VIEW)
        }

    def _of(self, account_id: int) -> _Noted:
        return self._noted.setdefault(account_id, _Noted())
