"""Who may come in: passwords, sessions, roles."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Protocol

from pwdlib import PasswordHash

from rapport.application.audit import Entry, account_entry
from rapport.application.devices import LONGEST, device
from rapport.application.passwords import LONGEST_PASSWORD, check_password
from rapport.application.ports import Clock, ConfigurationSource
from rapport.application.views import moment
from rapport.domain.errors import Forbidden, Invalid, NotFound, NotSignedIn, Refused, TooMany
from rapport.domain.rights import GRANTS, Right, missing, open_to

FAILURES_PER_LOGIN = 10
FAILURES_PER_ADDRESS = 50
LONGEST_LOGIN = 100
WINDOW = timedelta(minutes=15)
SEEN_STEP = timedelta(minutes=1)
_hasher = PasswordHash.recommended()


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in person, or a program with a person's token."""

    user_id: int
    login: str
    name: str
    roles: frozenset[str]
    csrf_token: str
    grants: frozenset[str]
    rights: frozenset[Right]
    """What this request can use of the grants."""
    token_id: int | None = None
    id: int = 0
    """The session's own, by which it is listed and ended; 0 for tokens."""
    must_change_password: bool = False
    must_set_up_second_factor: bool = False
    """Whether a role of theirs requires one that they have not set up yet."""

    def require(self, *rights: Right) -> None:
        """Refuse unless one of the rights is there."""
        if not self.rights.intersection(rights):
            raise Forbidden("no_right", "You have no right to do this.")

    @property
    def supervises(self) -> bool:
        """Whether the person may see other agents' conversations."""
        return Right.FLOOR in self.rights

    @property
    def covered(self) -> bool:
        """Whether phone numbers and e-mail addresses are covered for this person (P3)."""
        return Right.ADDRESSES not in self.rights

    @property
    def gives(self) -> frozenset[str]:
        """What the person may give to others.

        Nobody gives more than they have; an administrator could take every role themselves.
        """
        everything = self.token_id is None and "administrator" in self.roles
        return frozenset(GRANTS) if everything else self.grants

    @property
    def works(self) -> bool:
        """Whether the person has an agent desktop."""
        return Right.DESK in self.grants


@dataclass(frozen=True, slots=True)
class StoredSession:
    """A session's row."""

    user_id: int
    csrf_token: str
    created_at: datetime
    seen_at: datetime
    id: int = 0
    """Given when it is stored."""
    user_agent: str = ""
    address: str = ""
    must_change: bool = False
    """Whether its person must choose another password first."""
    second_factor: bool = False
    """Whether its person has one."""


class SessionStore(Protocol):
    """Where sessions, password hashes and failed attempts are kept."""

    async def password_hash(self, user_id: int) -> str | None:
        """The stored hash."""

    async def set_password_hash(
        self,
        user_id: int,
        password_hash: str,
        at: datetime,
        keep: int | None = None,
        *,
        must_change: bool = False,
        entry: Entry | None = None,
    ) -> None:
        """Store a hash; all sessions of the person end but the one to keep, named by its id."""

    async def require_change(self, user_id: int, entry: Entry) -> bool:
        """The person must choose another password; False if they have none."""

    async def of(self, user_id: int, since: datetime) -> list[StoredSession]:
        """A person's sessions that began after a time, the one seen last first."""

    async def end_sessions(
        self,
        user_ids: Iterable[int],
        at: datetime,
        keep: int | None = None,
        entry: Entry | None = None,
    ) -> None:
        """End all sessions of these people but one, and their sockets on every node."""

    async def end_session(
        self, user_id: int, session_id: int, at: datetime, entry: Entry | None = None
    ) -> bool:
        """End one session and its sockets on every node; False if the person has no such one."""

    async def note_attempt(self, keys: list[str], at: datetime, since: datetime) -> dict[str, int]:
        """Count an attempt under these keys; how many each has since a time, this one included."""

    async def withdraw_attempt(self, keys: list[str], at: datetime) -> None:
        """The attempt of this time was none that failed."""

    async def note(self, entry: Entry) -> None:
        """Tell the audit log of what is written nowhere else."""

    async def forget_failures(self, key: str) -> None:
        """A success clears the login's count."""

    async def create(
        self, token_hash: bytes, session: StoredSession, entry: Entry | None = None
    ) -> int:
        """Store a session; returns its id."""

    async def find(self, token_hash: bytes) -> StoredSession | None:
        """A session by its token's hash."""

    async def touch(self, token_hash: bytes, at: datetime) -> None:
        """Note that the session was used."""


class Gate(Protocol):
    """What is asked for besides the password."""

    async def check(self, user_id: int, code: str, address: str) -> None:
        """Refuse who has not what they need.

        Raises:
            Refused: `second_factor_needed` where nothing was given, `second_factor_wrong`;
                `passkey_needed` where they have nothing but passkeys.
        """


class Access:
    """Signing in and recognising who is signed in."""

    def __init__(
        self, store: SessionStore, clock: Clock, configuration: ConfigurationSource
    ) -> None:
        self._store = store
        self._clock = clock
        self._configuration = configuration

    async def sign_in(
        self,
        login: str,
        password: str,
        address: str,
        user_agent: str = "",
        *,
        code: str = "",
        gate: Gate | None = None,
    ) -> tuple[str, Session]:
        """A new session and its token, which is stored only as a hash.

        Raises:
            TooMany: too many failures for this login or from this address.
            Refused: `invalid_credentials`, the same for every cause; what the gate says for who
                has proved to know the password.
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
            await self.note_failure(login, user_id, address, "password")
            raise Refused("invalid_credentials", "Login or password is wrong.")
        if gate is not None:
            try:
                await gate.check(user_id, code, address)
            except Refused as refused:
                if refused.code in {"second_factor_needed", "passkey_needed"}:
                    await self._store.withdraw_attempt(keys, now)
                else:
                    await self.note_failure(login, user_id, address, "second_factor")
                raise
        await self._store.forget_failures(keys[0])
        await self._store.withdraw_attempt(keys[1:], now)
        return await self.begin(user_id, address, user_agent)

    async def note_failure(self, login: str, user_id: int | None, address: str, what: str) -> None:
        """Somebody was not let in; told no more often than attempts are let through."""
        entry = Entry(
            kind="sign_in_failed",
            at=self._clock.now(),
            subject_id=user_id,
            address=address,
            facts={"login": login[:LONGEST_LOGIN], "what": what},
        )
        await self._store.note(entry)

    async def begin(
        self, user_id: int, address: str = "", user_agent: str = ""
    ) -> tuple[str, Session]:
        """A new session of somebody who has proved who they are, and its token."""
        now = self._clock.now()
        token = secrets.token_urlsafe(32)
        csrf = secrets.token_urlsafe(24)
        agent = user_agent.replace("\x00", "")[:LONGEST]
        stored = StoredSession(user_id, csrf, now, now, 0, agent, address)
        entry = account_entry("signed_in", self._clock.now(), user_id, user_id, address)
        await self._store.create(token_hash(token), stored, entry)
        return token, await self.recognise(token)

    async def count_attempt(self, what: str, address: str) -> datetime:
        """Count an attempt at something that only a secret opens; returns its time.

        Raises:
            TooMany: too many from this address.
        """
        at = self._clock.now()
        await self._attempt([f"{what}:{address}", f"address:{address}"], at)
        return at

    async def attempt_was_good(self, what: str, address: str, at: datetime) -> None:
        """The attempt of this time was none that failed."""
        await self._store.withdraw_attempt([f"{what}:{address}", f"address:{address}"], at)

    def grants(self, user_id: int) -> frozenset[str]:
        """What a person may do, by their roles."""
        return self._configuration.current.grants(user_id)

    def reach(self, actor: Session, user_id: int) -> None:
        """Refuse to act upon the account of somebody who may more than the actor can give.

        Raises:
            Forbidden: `more_rights`; who could reset such an account would have its rights.
        """
        if more := missing(actor.gives, self.grants(user_id)):
            words = f"This person has rights that you cannot give: {', '.join(more)}."
            raise Forbidden("more_rights", words, {"rights": more})

    async def recognise(self, token: str | None, *, changes: bool = False) -> Session:
        """The session of a token, with the rights for looking, or for changing something.

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
        return self._session(stored, changes=changes)

    async def sessions(self, user_id: int, current: int = 0) -> list[dict[str, Any]]:
        """Where a person is signed in, the session seen last first."""
        lifetime = timedelta(hours=self._configuration.current.settings.session_hours)
        views = []
        for stored in await self._store.of(user_id, self._clock.now() - lifetime):
            browser, system = device(stored.user_agent)
            views.append(
                {
                    "id": stored.id,
                    "browser": browser,
                    "system": system,
                    "address": stored.address,
                    "created_at": moment(stored.created_at),
                    "seen_at": moment(stored.seen_at),
                    "current": stored.id == current,
                }
            )
        return views

    async def end(self, session: Session, address: str) -> None:
        """Sign out: the session ends, and its sockets on every node."""
        entry = account_entry(
            "signed_out", self._clock.now(), session.user_id, session.user_id, address
        )
        await self._store.end_session(session.user_id, session.id, self._clock.now(), entry)

    async def end_one(self, actor: Session, user_id: int, session_id: int, address: str) -> None:
        """End one session of a person, and its sockets on every node.

        Raises:
            NotFound: the person has no such session, or no longer.
        """
        entry = account_entry("session_ended", self._clock.now(), actor.user_id, user_id, address)
        now = self._clock.now()
        if not await self._store.end_session(user_id, session_id, now, entry):
            raise NotFound("not_found", "This session has ended already.")

    async def end_many(
        self, actor: Session, user_id: int, address: str, keep: int | None = None
    ) -> None:
        """End all sessions of a person but one, and their sockets on every node."""
        entry = account_entry("sessions_ended", self._clock.now(), actor.user_id, user_id, address)
        await self._store.end_sessions([user_id], self._clock.now(), keep, entry)

    async def has_password(self, user_id: int) -> bool:
        """Whether somebody can sign in at all."""
        return await self._store.password_hash(user_id) is not None

    def check_password(self, user_id: int, password: str, path: str = "password") -> None:
        """Refuse a person a password that is easily guessed.

        Raises:
            Invalid: what is wrong with it.
        """
        configuration = self._configuration.current
        user = configuration.users[user_id]
        names = (user.login, user.email, configuration.name(user_id) or "")
        company = configuration.settings.company
        shortest = configuration.settings.password.shortest
        check_password(password, path, shortest=shortest, names=(*names, company))

    async def set_password(
        self,
        user_id: int,
        password: str,
        *,
        actor_id: int | None = None,
        address: str | None = None,
        must_change: bool = False,
    ) -> None:
        """Give a person a new password; sessions end."""
        hashed = await asyncio.to_thread(hash_password, password)
        entry = account_entry("password_given", self._clock.now(), actor_id, user_id, address)
        await self._store.set_password_hash(
            user_id, hashed, entry.at, must_change=must_change, entry=entry
        )

    async def require_change(self, actor: Session, user_id: int, address: str) -> None:
        """The person must choose another password before they do anything else.

        Raises:
            Refused: `no_password`.
        """
        entry = account_entry(
            "password_change_required", self._clock.now(), actor.user_id, user_id, address
        )
        if not await self._store.require_change(user_id, entry):
            raise Refused("no_password", "This person has no password. Send an invitation.")

    async def change_password(self, session: Session, current: str, new: str, address: str) -> None:
        """The person's own new password; all their other sessions end.

        Raises:
            TooMany: too many wrong attempts at the current one.
            Invalid: the current one is wrong, or the new one is too short or the same.
        """
        user_id, now = session.user_id, self._clock.now()
        await self.prove(session, current, address, "current")
        self.check_password(user_id, new, "new")
        if new == current:
            raise Invalid.field("new", "Choose another password than the present one.")
        hashed = await asyncio.to_thread(hash_password, new)
        entry = account_entry("password_changed", self._clock.now(), user_id, user_id, address)
        await self._store.set_password_hash(user_id, hashed, now, session.id, entry=entry)

    async def prove(
        self, session: Session, password: str, address: str, path: str = "password"
    ) -> None:
        """Be sure that it is the person themselves: ask for the password once more.

        Raises:
            TooMany: too many wrong attempts.
            Invalid: it is wrong.
        """
        now = self._clock.now()
        keys = [f"password:{session.user_id}", f"address:{address}"]
        await self._attempt(keys, now)
        stored = await self._store.password_hash(session.user_id)
        if stored is None or not await asyncio.to_thread(password_matches, password, stored):
            raise Invalid.field(path, "This is not your present password.")
        await self._store.forget_failures(keys[0])
        await self._store.withdraw_attempt(keys[1:], now)

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

    def _session(self, stored: StoredSession, *, changes: bool) -> Session:
        configuration, user_id = self._configuration.current, stored.user_id
        user = configuration.users[user_id]
        grants = self.grants(user_id)
        return Session(
            user_id=user_id,
            login=user.login,
            name=configuration.name(user_id) or user.login,
            roles=frozenset(user.roles),
            csrf_token=stored.csrf_token,
            grants=grants,
            rights=open_to(grants, changes=changes),
            id=stored.id,
            must_change_password=stored.must_change,
            must_set_up_second_factor=not stored.second_factor
            and configuration.needs_second_factor(user_id),
        )


def token_hash(token: str) -> bytes:
    """What is stored of a session token."""
    return hashlib.sha256(token.encode()).digest()


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
