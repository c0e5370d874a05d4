"""Passkeys: signing in with a key that a phone, a computer or a security key keeps.

It proves possession and, by finger, face or PIN, the person: no password and no code are asked
for beside it. A new one is added only with the password, so that a stolen session makes none.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from rapport.application import ceremonies
from rapport.application.access import Access, Session
from rapport.application.audit import Entry, account_entry
from rapport.application.ceremonies import Json, Key, Party
from rapport.application.configuration.changes import SecretBox
from rapport.application.ports import Clock, ConfigurationSource
from rapport.application.views import moment
from rapport.domain.errors import Invalid, NotFound, Refused

GOOD_FOR = timedelta(minutes=5)
MOST = 20
LONGEST_NAME = 100
ADDING, SIGNING_IN = "adding", "signing_in"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """As it is stored."""

    user_id: int
    party_id: str
    """The host name that it is good for."""
    key: Key
    name: str
    created_at: datetime
    used_at: datetime | None = None
    id: int = 0
    """Given when it is stored."""


class PasskeyStore(Protocol):
    """Where passkeys are kept, and which challenges were used."""

    async def of(self, user_id: int) -> list[Passkey]:
        """A person's, the oldest first."""

    async def find(self, credential_id: bytes) -> Passkey | None:
        """By what the authenticator calls it."""

    async def add(self, passkey: Passkey, most: int, entry: Entry) -> Passkey | None:
        """Stored, with its id; None if it is there already or the person has that many."""

    async def use(self, passkey: Passkey, sign_count: int, at: datetime) -> None:
        """It was used; its count never goes back."""

    async def remove(self, user_id: int, passkey_id: int, entry: Entry, *, needed: bool) -> bool:
        """Take one away; False if there is none.

        Raises:
            Refused: `second_factor_required`, where one is `needed` and nothing else is there.
        """

    async def spend(self, challenge: bytes, at: datetime, until: datetime) -> bool:
        """A challenge is used up; False if it was before."""


class Passkeys:
    """Adding them, coming in by them, taking them away."""

    def __init__(
        self,
        store: PasskeyStore,
        access: Access,
        clock: Clock,
        configuration: ConfigurationSource,
        box: SecretBox,
    ) -> None:
        self._store = store
        self._access = access
        self._clock = clock
        self._configuration = configuration
        self._box = box

    async def views(self, user_id: int) -> list[Json]:
        """A person's, the oldest first."""
        return [_view(passkey) for passkey in await self._store.of(user_id)]

    async def begin_adding(
        self, session: Session, password: str, party: Party, address: str
    ) -> tuple[Json, str]:
        """What the browser asks the authenticator, and what it brings back with the answer.

        Raises:
            Refused: `no_password`; who may come in is another's decision, an identity provider's.
            TooMany, Invalid: the password is wrong.
        """
        if not await self._access.has_password(session.user_id):
            words = "Passkeys are for people who sign in here with a password."
            raise Refused("no_password", words)
        await self._access.prove(session, password, address)
        held = [passkey.key.credential_id for passkey in await self._store.of(session.user_id)]
        challenge, ticket = self._ticket(ADDING, session.user_id)
        person = (session.user_id, session.login, session.name)
        return ceremonies.creation_options(party, person, challenge, held), ticket

    async def add(
        self,
        session: Session,
        ticket: str,
        name: str,
        credential: Mapping[str, Any],
        party: Party,
        address: str,
    ) -> Json:
        """Keep what the authenticator has made.

        Raises:
            Invalid: it has no name.
            Refused: `passkey_failed`, `passkey_there`.
        """
        named = "".join(sign for sign in name if sign.isprintable()).strip()[:LONGEST_NAME]
        if not named:
            raise Invalid.field("name", "Give it a name, such as the device's.")
        challenge = await self._opened(ticket, ADDING, session.user_id)
        key = ceremonies.created(party, challenge, credential)
        now = self._clock.now()
        entry = account_entry(
            "passkey_added", now, session.user_id, session.user_id, address, {"name": named}
        )
        passkey = Passkey(
            user_id=session.user_id,
            party_id=party.id,
            key=key,
            name=named,
            created_at=entry.at,
        )
        stored = await self._store.add(passkey, MOST, entry)
        if stored is None:
            words = f"This passkey is there already, or there are {MOST}."
            raise Refused("passkey_there", words)
        return _view(stored)

    async def remove(self, session: Session, passkey_id: int, address: str) -> None:
        """Take one of one's own away.

        Raises:
            NotFound: there is none, or no longer.
            Refused: `second_factor_required`; a role needs one and this is the only one.
        """
        found = [p for p in await self._store.of(session.user_id) if p.id == passkey_id]
        name = found[0].name if found else ""
        now = self._clock.now()
        entry = account_entry(
            "passkey_removed", now, session.user_id, session.user_id, address, {"name": name}
        )
        needed = self._configuration.current.needs_second_factor(session.user_id)
        if not await self._store.remove(session.user_id, passkey_id, entry, needed=needed):
            raise NotFound("not_found", "There is no such passkey.")

    def begin_sign_in(self, party: Party) -> tuple[Json, str]:
        """What the browser asks the authenticator, and what it brings back with the answer."""
        challenge, ticket = self._ticket(SIGNING_IN, 0)
        return ceremonies.request_options(party, challenge), ticket

    async def sign_in(
        self,
        ticket: str,
        credential: Mapping[str, Any],
        party: Party,
        address: str,
        user_agent: str,
    ) -> tuple[str, Session]:
        """A new session of whose passkey it is.

        Raises:
            TooMany: too many failures from this address.
            Refused: `passkey_failed`, `passkey_unknown`.
        """
        at = await self._access.count_attempt("passkey", address)
        try:
            passkey, count = await self._proved(ticket, credential, party)
        except Refused:
            await self._access.note_failure("", None, address, "passkey")
            raise
        await self._store.use(passkey, count, self._clock.now())
        await self._access.attempt_was_good("passkey", address, at)
        return await self._access.begin(passkey.user_id, address, user_agent)

    async def _proved(
        self, ticket: str, credential: Mapping[str, Any], party: Party
    ) -> tuple[Passkey, int]:
        """Whose passkey it is, and how often it was used by now."""
        challenge = await self._opened(ticket, SIGNING_IN, 0)
        passkey = await self._store.find(ceremonies.credential_id_of(credential))
        if passkey is None or passkey.party_id != party.id or not self._active(passkey):
            words = "This passkey is not known here. Sign in with your password."
            raise Refused("passkey_unknown", words)
        count = ceremonies.asserted(party, challenge, credential, passkey.key, passkey.user_id)
        return passkey, count

    def _active(self, passkey: Passkey) -> bool:
        user = self._configuration.current.users.get(passkey.user_id)
        return user is not None and user.active

    def _ticket(self, purpose: str, user_id: int) -> tuple[bytes, str]:
        """A challenge, and what says sealed that it is ours, what for, whose and since when."""
        challenge = secrets.token_bytes(32)
        kept = {
            "challenge": challenge.hex(),
            "purpose": purpose,
            "user": str(user_id),
            "at": str(self._clock.now().timestamp()),
        }
        return challenge, base64.urlsafe_b64encode(self._box.seal(kept)).decode()

    async def _opened(self, ticket: str, purpose: str, user_id: int) -> bytes:
        """The challenge of a ticket, which is good once.

        Raises:
            Refused: `passkey_failed`; forged, for something else, too old, or used before.
        """
        refusal = Refused("passkey_failed", "The passkey was not accepted. Begin again.")
        try:
            kept = self._box.open(base64.urlsafe_b64decode(ticket))
        except ValueError:
            raise refusal from None
        now = self._clock.now()
        fits = kept.get("purpose") == purpose and kept.get("user") == str(user_id)
        if not fits or now.timestamp() - float(kept["at"]) > GOOD_FOR.total_seconds():
            raise refusal
        challenge = bytes.fromhex(kept["challenge"])
        if not await self._store.spend(hashlib.sha256(challenge).digest(), now, now + GOOD_FOR):
            raise refusal
        return challenge


def _view(passkey: Passkey) -> Json:
    return {
        "id": passkey.id,
        "name": passkey.name,
        "host": passkey.party_id,
        "created_at": moment(passkey.created_at),
        "used_at": moment(passkey.used_at) if passkey.used_at else None,
    }
