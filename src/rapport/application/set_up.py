"""The first administrator of an empty installation, created in the browser with a code.

Being on loopback proves nothing (a reverse proxy and every user of the machine are), so the code
is always asked for. It follows from the installation's key: nothing is stored, every node prints
the same one, and it opens nothing once there is a user (docs/decisions/0010-set-up-by-code.md).
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import re
from dataclasses import dataclass, field

from rapport.application.access import hash_password
from rapport.application.configuration.administration import (
    Administration,
    Draft,
    carry_out,
)
from rapport.application.configuration.changes import Change, ConfigurationTransaction
from rapport.application.configuration.specs import SettingsSpec, UserSpec
from rapport.application.passwords import check_password
from rapport.application.ports import ConfigurationSource
from rapport.domain.errors import Forbidden, Invalid, Refused

ROLES = ("administrator", "supervisor")


@dataclass(frozen=True, slots=True)
class FirstAdministrator:
    """Who sets the installation up."""

    company: str
    name: str
    login: str
    password: str = field(repr=False)


class SetUp:
    """Open only while there is no user at all."""

    def __init__(
        self, administration: Administration, configuration: ConfigurationSource, key: bytes
    ) -> None:
        self._administration = administration
        self._configuration = configuration
        self.code = set_up_code(key)

    @property
    def needed(self) -> bool:
        """Whether nobody can sign in because there is nobody."""
        return not self._configuration.current.by_kind["users"]

    async def run(self, code: str, first: FirstAdministrator) -> int:
        """Create the first administrator; returns their id.

        Raises:
            Forbidden: `set_up_done` once there is a user; `set_up_code_wrong`.
            Invalid: fields that may not be so.
        """
        if not self.needed:
            raise _done()
        if not hmac.compare_digest(_plain(code).encode(), _plain(self.code).encode()):
            words = "This is not the set-up code. `rapport serve` prints it when it starts."
            raise Forbidden("set_up_code_wrong", words)
        shortest = self._configuration.current.settings.password.shortest
        names = (first.login, first.name, first.company)
        check_password(first.password, shortest=shortest, names=names)
        hashed = await asyncio.to_thread(hash_password, first.password)
        ids = await self._administration.store.new_ids(2)
        spec = _user_spec(first.login)

        async def work(transaction: ConfigurationTransaction) -> int:
            before = transaction.configuration
            if before.by_kind["users"]:
                raise _done()
            put = self._administration.put
            changes: list[Change] = [
                put("users", Draft(first.name, spec), None, new_id=ids[0], password_hash=hashed)
            ]
            if first.company.strip() and not before.by_kind["settings"]:
                settings = Draft("settings", SettingsSpec(company=first.company.strip()))
                changes.append(put("settings", settings, None, new_id=ids[1]))
            await carry_out(transaction, changes)
            return ids[0]

        administration = self._administration
        return await administration.store.change(work, None, administration.clock.now())


def set_up_code(key: bytes) -> str:
    """80 bits of the installation's key, in groups that can be read out."""
    digest = hmac.digest(key, b"rapport set-up", "sha256")
    text = base64.b32encode(digest).decode()[:16].lower()
    return "-".join(text[i : i + 4] for i in range(0, 16, 4))


def _plain(code: str) -> str:
    return re.sub(r"[^a-z0-9]", "", code.lower())


def _user_spec(login: str) -> UserSpec:
    try:
        return UserSpec.model_validate({"login": login, "roles": list(ROLES)})
    except ValueError:
        words = "A login has 2 to 100 letters, digits or . _ @ + -"
        raise Invalid.field("login", words) from None


def _done() -> Refused:
    return Forbidden("set_up_done", "This installation has been set up. Sign in instead.")
