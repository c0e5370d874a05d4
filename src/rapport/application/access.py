"""Who may come in: passwords, sessions, roles."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Protocol

from pwdlib import PasswordHash

from rapport.application.ports import Clock, ConfigurationSource
from rapport.domain.errors import Forbidden, Invalid, NotSignedIn, Refused, TooMany

FAILURES_PER_LOGIN = 10
FAILURES_PER_ADDRESS = 50
WINDOW = timedelta(minutes=15)
SEEN_STEP = timedelta(minutes=1)
SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 1000
_hasher = PasswordHash.recommended()


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in person."""

    user_id: int
    login: str
    name: str
    roles: frozenset[str]
    csrf_token: str

    def require(self, *roles: str) -> None:
        """Refuse unless the person has one of the roles."""
        if not self.roles.intersection(roles):
            raise Forbidden("no_right", "You have no right to do this.")

    @property
    def supervises(self) -> bool:
        """Whether the person may see other agents' conversations."""
        return bool(self.roles & {"supervisor", "administrator"})


@dataclass(frozen=True, slots=True)
class StoredSession:
    """A session's row."""

    user_id: int
    csrf_token: str
    created_at: datetime
    seen_at: datetime


class SessionStore(Protocol):
    """Where sessions, password hashes and failed attempts are kept."""

    async def password_hash(self, user_id: int) -> str | None:
        """The stored hash."""

    async def set_password_hash(
        self, user_id: int, password_hash: str, at: datetime, keep: bytes | None = None
    ) -> None:
        """Store a hash; all sessions of the person end but the one to keep."""

    async def end_sessions(self, user_ids: Iterable[int], at: datetime) -> None:
        """End all sessions of these people, and their sockets on every node."""

    async def note_attempt(self, keys: list[str], at: datetime, since: datetime) -> dict[str, int]:
        """Count an attempt under these keys; how many each has since a time, this one included."""

    async def withdraw_attempt(self, keys: list[str], at: datetime) -> None:
        """The attempt of this time was none that failed."""

    async def forget_failures(self, key: str) -> None:
        """A success clears the login's count."""

    async def create(self, token_hash: bytes, session: StoredSession) -> None:
        """Store a session."""

    async def find(self, token_hash: bytes) -> StoredSession | None:
        """A session by its token's hash."""

    async def touch(self, token_hash: bytes, at: datetime) -> None:
        """Note that the session was used."""

    async def delete(self, token_hash: bytes) -> None:
        """End one session."""


class Access:
    """Signing in and recognising who is signed in."""

    def __init__(
        self, store: SessionStore, clock: Clock, configuration: ConfigurationSource
    ) -> None:
        self._store = store
        self._clock = clock
        self._configuration = configuration

    async def sign_in(self, login: str, password: str, address: str) -> tuple[str, Session]:
        """A new session and its token, which is stored only as a hash.

        Raises:
            TooMany: too many failures for this login or from this address.
            Refused: `invalid_credentials`, the same for every cause.
        """
        now = self._clock.now()
        # PostgreSQL keeps no NUL; nobody has such a name.
        login = login.replace("\x00", "\N{REPLACEMENT CHARACTER}")
        keys = [f"login:{login.casefold()}", f"address:{address}"]
        await self._attempt(keys, now)
        user_id = self._user_by_login(login)
        stored = await self._store.password_hash(user_id) if user_id is not None else None
        valid = await asyncio.to_thread(password_matches, password, stored or _decoy())
        if user_id is None or stored is None or not valid:
            raise Refused("invalid_credentials", "Login or password is wrong.")
        await self._store.forget_failures(keys[0])
        await self._store.withdraw_attempt(keys[1:], now)
        token = secrets.token_urlsafe(32)
        csrf = secrets.token_urlsafe(24)
        await self._store.create(token_hash(token), StoredSession(user_id, csrf, now, now))
        return token, self._session(user_id, csrf)

    async def recognise(self, token: str | None) -> Session:
        """The session of a token.

        Raises:
            NotSignedIn: none, expired, or the person may no longer come in.
        """
        refusal = NotSignedIn("not_signed_in", "Sign in first.")
        if not token:
            raise refusal
        key = token_hash(token)
        stored = await self._store.find(key)
        now = self._clock.now()
        lifetime = timedelta(hours=self._configuration.current.settings.session_hours)
        if stored is None or now - stored.created_at > lifetime:
            raise refusal
        user = self._configuration.current.users.get(stored.user_id)
        if user is None or not user.active:
            raise refusal
        if now - stored.seen_at > SEEN_STEP:
            await self._store.touch(key, now)
        return self._session(stored.user_id, stored.csrf_token)

    async def end(self, token: str) -> None:
        """End a session."""
        await self._store.delete(token_hash(token))

    async def set_password(self, user_id: int, password: str) -> None:
        """Give a person a new password; sessions end."""
        hashed = await asyncio.to_thread(hash_password, password)
        await self._store.set_password_hash(user_id, hashed, self._clock.now())

    async def change_password(
        self, user_id: int, current: str, new: str, token: str, address: str
    ) -> None:
        """The person's own new password; all their other sessions end.

        Raises:
            TooMany: too many wrong attempts at the current one.
            Invalid: the current one is wrong, or the new one is too short or the same.
        """
        now = self._clock.now()
        keys = [f"password:{user_id}", f"address:{address}"]
        await self._attempt(keys, now)
        stored = await self._store.password_hash(user_id)
        if stored is None or not await asyncio.to_thread(password_matches, current, stored):
            raise Invalid.field("current", "This is not your present password.")
        await self._store.forget_failures(keys[0])
        await self._store.withdraw_attempt(keys[1:], now)
        check_password(new, "new")
        if new == current:
            raise Invalid.field("new", "Choose another password than the present one.")
        hashed = await asyncio.to_thread(hash_password, new)
        await self._store.set_password_hash(user_id, hashed, now, token_hash(token))

    async def end_all(self, user_id: int) -> None:
        """End all sessions of a person."""
        await self._store.end_sessions([user_id], self._clock.now())

    async def _attempt(self, keys: list[str], now: datetime) -> None:
        """Counted before the password is looked at, so that many at once are still counted."""
        attempts = await self._store.note_attempt(keys, now, now - WINDOW)
        login, address = (attempts.get(key, 0) for key in keys)
        if login > FAILURES_PER_LOGIN or address > FAILURES_PER_ADDRESS:
            await self._store.withdraw_attempt(keys, now)
            raise TooMany(
                "too_many_attempts",
                "Too many failed attempts. Wait a quarter of an hour.",
                {"retry_after_s": int(WINDOW.total_seconds())},
            )

    def _user_by_login(self, login: str) -> int | None:
        wanted = login.casefold()
        return next(
            (
                user_id
                for user_id, user in self._configuration.current.users.items()
                if user.login.casefold() == wanted and user.active
            ),
            None,
        )

    def _session(self, user_id: int, csrf: str) -> Session:
        configuration = self._configuration.current
        user = configuration.users[user_id]
        return Session(
            user_id=user_id,
            login=user.login,
            name=configuration.name(user_id) or user.login,
            roles=frozenset(user.roles),
            csrf_token=csrf,
        )


def token_hash(token: str) -> bytes:
    """What is stored of a session token."""
    return hashlib.sha256(token.encode()).digest()


def check_password(password: str, path: str = "password") -> None:
    """Refuse a password that is too short to be one.

    Raises:
        Invalid: too short or too long.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise Invalid.field(path, f"A password has at least {SHORTEST_PASSWORD} characters.")


def hash_password(password: str) -> str:
    """The argon2 hash to store; takes tens of milliseconds."""
    return _hasher.hash(password)


def password_matches(password: str, stored: str) -> bool:
    """Whether a password is the one that was hashed; takes tens of milliseconds."""
    return _hasher.verify(password[:LONGEST_PASSWORD], stored)


@cache
def _decoy() -> str:
    """Verified when the login is unknown, so that timing does not tell who exists."""
    return _hasher.hash("nobody has this password")
