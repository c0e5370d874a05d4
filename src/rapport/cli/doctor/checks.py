"""What a check says, and where an operator reads on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "warning", "failed"]
RUNBOOKS = {
    "database": "database",
    "migrations": "database",
    "durability": "database",
    "wal_init_zero": "database",
    "clock": "clock",
    "disk": "disk-full",
    "secret_key": "secret-key",
    "secrets": "secret-key",
    "accounts": "account-refused",
    "account": "account-refused",
    "public_url": "nothing-arrives",
    "parked_input": "nothing-arrives",
    "spool": "spool",
    "outbox": "outbox",
    "dead_letters": "outbox",
    "server": "desktops-stand-still",
    "stream": "desktops-stand-still",
    "files": "files-missing",
    "files_bucket": "files-away",
    "virus_scanner": "virus-scanner",
    "sign_in": "sign-in",
    "administrator": "sign-in",
}
"""The page under docs/operations/runbooks for each check that can go wrong in operation."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at; `message` says what to do unless it is well."""

    name: str
    status: Status
    message: str

    @property
    def runbook(self) -> str | None:
        """Where to read on, for what is not well."""
        page = RUNBOOKS.get(self.name.split(":", maxsplit=1)[0])
        return f"docs/operations/runbooks/{page}.md" if page and self.status != "ok" else None


def check(good: bool, name: str, otherwise: Status, well: str, ill: str) -> Check:
    """A check that is well, or else says what to do."""
    return Check(name, "ok", well) if good else Check(name, otherwise, ill)
