"""A second factor at sign-in: codes of an authenticator, and recovery codes for when it is lost.

Each code is good once. What is asked for a role is forced as another password is: whoever has none
yet sets it up before anything else.
"""

from __future__ import annotations

import asyncio
import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from rapport.application.access import Access, Session, token_hash
from rapport.application.audit import Entry, account_entry
from rapport.application.ports import Clock, ConfigurationSource
from rapport.application.views import moment
from rapport.domain.errors import Invalid, NotFound, Refused
from rapport.domain.one_time_codes import (
    DIGITS,
    SECRET_BYTES,
    key_uri,
    plain_code,
    shown_secret,
    step_of,
)

RECOVERY_CODES = 10
RECOVERY_BYTES = 10
View = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactor:
    """As it is stored, opened; without `confirmed_at` it is being set up and is asked nowhere."""

    secret: bytes
    confirmed_at: datetime | None
    used_step: int
    recovery_left: int


class SecondFactorStore(Protocol):
    """Where second factors are kept: secrets sealed, recovery codes as hashes."""

    async def get(self, user_id: int) -> SecondFactor | None:
        """A person's, confirmed or not."""

    async def begin(self, user_id: int, secret: bytes) -> bool:
        """Keep a secret that is not confirmed yet; False if there is a confirmed one."""

    async def confirm(
        self, user_id: int, step: int, recovery: Sequence[bytes], entry: Entry
    ) -> bool:
        """From now on it is asked for; False if it was confirmed meanwhile or is gone."""

    async def use_step(self, user_id: int, step: int) -> bool:
        """A code was used; False if one of this step or a later one was used before."""

    async def use_recovery(self, user_id: int, hashed: bytes, entry: Entry) -> bool:
        """A recovery code is used up; False if there is no such one."""

    async def renew_recovery(self, user_id: int, recovery: Sequence[bytes], entry: Entry) -> bool:
        """Other recovery codes instead of all that there were; False without a second factor."""

    async def remove(self, user_id: int, entry: Entry) -> bool:
        """Ask for it no more; False if there was none."""

    async def passkeys(self, user_id: int) -> int:
        """How many passkeys a person has, which stand for a second factor."""

    async def remove_all(self, user_id: int, entry: Entry) -> bool:
        """It and all passkeys; False if there was none."""


class SecondFactors:
    """Setting up a second factor, asking for it, and taking it away."""

    def __init__(
        self,
        store: SecondFactorStore,
        access: Access,
        clock: Clock,
        configuration: ConfigurationSource,
    ) -> None:
        self._store = store
        self._access = access
        self._clock = clock
        self._configuration = configuration

    async def asked_of(self, user_id: int) -> bool:
        """Whether a link for a new password is not enough for this person to come in."""
        found = await self._store.get(user_id)
        confirmed = found is not None and found.confirmed_at is not None
        return confirmed or await self._store.passkeys(user_id) > 0

    async def check(self, user_id: int, code: str, address: str) -> None:
        """Let nobody in without the code that they have set up; it is used up.

        Raises:
            Refused: `second_factor_needed` without a code, `second_factor_wrong`;
                `passkey_needed`, where a role asks for more than the password.
        """
        found = await self._store.get(user_id)
        if found is None or found.confirmed_at is None:
            required = self._configuration.current.needs_second_factor(user_id)
            if required and await self._store.passkeys(user_id):
                raise Refused("passkey_needed", "Your password is not enough: use your passkey.")
            return
        given = plain_code(code)
        if not given:
            raise Refused("second_factor_needed", "Write the code of your authenticator, too.")
        if not await self._used_up(user_id, found, given, address):
            words = "This code is wrong, was used before, or its time is over."
            raise Refused("second_factor_wrong", words)

    async def _used_up(self, user_id: int, found: SecondFactor, given: str, address: str) -> bool:
        if len(given) == DIGITS:
            step = step_of(found.secret, given, self._clock.now(), found.used_step)
            return step is not None and await self._store.use_step(user_id, step)
        entry = account_entry("recovery_code_used", self._clock.now(), user_id, user_id, address)
        return await self._store.use_recovery(user_id, token_hash(given), entry)

    async def state(self, user_id: int) -> View:
        """Whether and since when it is on; what is left, required, and stands for it."""
        found = await self._store.get(user_id)
        on = found is not None and found.confirmed_at is not None
        return {
            "on": on,
            "since": moment(found.confirmed_at) if found and on else None,
            "recovery_codes_left": found.recovery_left if found and on else 0,
            "required": self._configuration.current.needs_second_factor(user_id),
            "passkeys": await self._store.passkeys(user_id),
        }

    async def begin(self, session: Session) -> tuple[str, str]:
        """A new secret for an authenticator, to be confirmed: as text, and as its address.

        Raises:
            Refused: `second_factor_on`.
        """
        secret = secrets.token_bytes(SECRET_BYTES)
        if not await self._store.begin(session.user_id, secret):
            raise Refused("second_factor_on", "Turn the present second factor off first.")
        company = self._configuration.current.settings.company or "Rapport"
        return shown_secret(secret), key_uri(secret, company, session.login)

    async def confirm(self, session: Session, code: str, address: str) -> list[str]:
        """Turn it on by a first code; returns the recovery codes, which are told this once.

        Raises:
            TooMany: too many wrong codes.
            Invalid: the code is wrong.
            Refused: `second_factor_on`, or nothing was begun.
        """
        user_id = session.user_id
        found = await self._store.get(user_id)
        if found is None or found.confirmed_at is not None:
            raise Refused("second_factor_on", "Begin by taking the secret anew.")
        await self._access.count_attempt(f"second-factor:{user_id}", address)
        step = step_of(found.secret, plain_code(code), self._clock.now(), 0)
        if step is None:
            raise Invalid.field("code", "This is not the code of this moment. Look again.")
        codes, hashes = await asyncio.to_thread(_recovery_codes)
        entry = account_entry("second_factor_on", self._clock.now(), user_id, user_id, address)
        if not await self._store.confirm(user_id, step, hashes, entry):
            raise Refused("second_factor_on", "Begin by taking the secret anew.")
        return codes

    async def renew(self, session: Session, password: str, address: str) -> list[str]:
        """Other recovery codes; those from before are good no more.

        Raises:
            TooMany, Invalid: the password is wrong.
            NotFound: there is no second factor.
        """
        user_id = session.user_id
        await self._access.prove(session, password, address)
        codes, hashes = await asyncio.to_thread(_recovery_codes)
        entry = account_entry("recovery_codes_made", self._clock.now(), user_id, user_id, address)
        if not await self._store.renew_recovery(user_id, hashes, entry):
            raise _none()
        return codes

    async def turn_off(self, session: Session, password: str, address: str) -> None:
        """Ask for it no more, where no role of the person requires it or a passkey is there.

        Raises:
            TooMany, Invalid: the password is wrong.
            Refused: `second_factor_required`.
            NotFound: there is none.
        """
        user_id = session.user_id
        required = self._configuration.current.needs_second_factor(user_id)
        if required and not await self._store.passkeys(user_id):
            raise Refused("second_factor_required", "Your role needs a second factor.")
        await self._access.prove(session, password, address)
        entry = account_entry("second_factor_off", self._clock.now(), user_id, user_id, address)
        if not await self._store.remove(user_id, entry):
            raise _none()

    async def reset(self, user_id: int, *, actor_id: int | None, address: str | None) -> None:
        """Take it and all passkeys from somebody who has lost them; their sessions end.

        Raises:
            NotFound: there is none.
        """
        entry = account_entry("second_factor_reset", self._clock.now(), actor_id, user_id, address)
        if not await self._store.remove_all(user_id, entry):
            raise _none()
        await self._access.end_all(user_id)


def _recovery_codes() -> tuple[list[str], list[bytes]]:
    """Ten of 80 bits each, and what is stored of them."""
    texts = [
        base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode().lower()
        for _ in range(RECOVERY_CODES)
    ]
    codes = ["-".join(text[i : i + 4] for i in range(0, len(text), 4)) for text in texts]
    return codes, [token_hash(text) for text in texts]


def _none() -> NotFound:
    return NotFound("no_second_factor", "There is no second factor.")
