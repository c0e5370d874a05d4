"""API tokens: a program acts for a person, with some of the person's rights.

The token's text is told once and stored as a hash. What it may do is the part of its scopes that
its owner still has.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from rapport.application.access import SEEN_STEP, Access, Session, token_hash
from rapport.application.audit import Entry
from rapport.application.configuration.administration import clean_name
from rapport.application.ports import Clock, ConfigurationSource
from rapport.application.views import moment
from rapport.domain.errors import Forbidden, Invalid, NotFound, NotSignedIn, TooMany
from rapport.domain.rights import GRANTS, covers, missing, open_to

START = "rpt_"
SHOWN = 10
"""How much of a token stays readable, so that people can tell theirs apart."""
LONGEST_DAYS = 3650
MOST_PER_PERSON = 100
REVOKED_SHOWN = timedelta(days=30)
PER_MINUTE = 1200
BURST = 300
View = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """As it is stored: the text only as a hash, and not here."""

    id: int
    user_id: int
    name: str
    prefix: str
    scopes: tuple[str, ...]
    created_at: datetime
    created_by: int | None
    expires_at: datetime | None
    used_at: datetime | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TokenDraft:
    """A token as somebody wants it."""

    name: str
    scopes: Sequence[str]
    days: int | None
    """For how long it is good; None: until it is revoked."""


class TokenStore(Protocol):
    """Where tokens are kept."""

    async def new_id(self) -> int:
        """A fresh id."""

    async def put(self, hashed: bytes, token: ApiToken, entry: Entry) -> ApiToken:
        """Store it and tell the audit log; the one of the same hash is returned if there is one."""

    async def find(self, hashed: bytes) -> ApiToken | None:
        """By the hash of its text, revoked or not."""

    async def of(self, user_id: int | None, since: datetime) -> list[ApiToken]:
        """A person's, or everybody's, newest first; without those revoked before a time."""

    async def get(self, token_id: int) -> ApiToken | None:
        """By its id."""

    async def touch(self, token_id: int, at: datetime) -> None:
        """Note that it was used."""

    async def revoke(self, token_id: int, entry: Entry) -> None:
        """It is good no more; once more is no fault and tells the audit log nothing."""


class Tokens:
    """Giving out tokens, recognising them, taking them back."""

    def __init__(
        self,
        store: TokenStore,
        access: Access,
        clock: Clock,
        configuration: ConfigurationSource,
        allow: Callable[[str, float, float, datetime], bool],
    ) -> None:
        self._store = store
        self._access = access
        self._clock = clock
        self._configuration = configuration
        self._allow = allow

    def scopes_for(self, user_id: int, actor: Session) -> list[str]:
        """What `create` takes for a token of this person from this actor."""
        having = self._access.grants(user_id)
        return sorted(one for one in GRANTS if covers(having, one) and covers(actor.gives, one))

    async def create(
        self,
        user_id: int,
        draft: TokenDraft,
        text: str,
        *,
        actor: Session | None,
        address: str | None = None,
    ) -> View:
        """A token of a person, whose text the caller has made and tells once.

        Without an actor it is a command on the server, which may all that the person may.

        Raises:
            NotFound: no such person.
            Invalid: name, scopes or days cannot be so; the person has not these rights.
            Forbidden: `more_rights` than the actor has.
        """
        user = self._configuration.current.users.get(user_id)
        if user is None or not user.active:
            raise NotFound("not_found", "There is no such user, or they may not sign in.")
        scopes = sorted(set(draft.scopes))
        if not scopes or not set(scopes) <= set(GRANTS):
            raise Invalid.field("scopes", f"Choose at least one of {', '.join(GRANTS)}.")
        if draft.days is not None and not 1 <= draft.days <= LONGEST_DAYS:
            raise Invalid.field("days", f"A token is good for 1 to {LONGEST_DAYS} days, or always.")
        if lacking := missing(self._access.grants(user_id), scopes):
            words = f"This person has no right to: {', '.join(lacking)}."
            raise Invalid.field("scopes", words)
        if actor is not None and (more := missing(actor.gives, scopes)):
            words = f"Nobody can give more rights than they have: {', '.join(more)}."
            raise Forbidden("more_rights", words, {"rights": more})
        now = self._clock.now()
        living = [t for t in await self._store.of(user_id, now) if self._good(t)]
        if len(living) >= MOST_PER_PERSON:
            words = f"A person has at most {MOST_PER_PERSON} tokens. Revoke one first."
            raise Invalid.field("name", words)
        token = ApiToken(
            id=await self._store.new_id(),
            user_id=user_id,
            name=clean_name(draft.name),
            prefix=text[:SHOWN],
            scopes=tuple(scopes),
            created_at=now,
            created_by=actor.user_id if actor else None,
            expires_at=now + timedelta(days=draft.days) if draft.days else None,
        )
        facts = {"name": token.name, "prefix": token.prefix, "scopes": scopes}
        entry = self._entry("token_created", token, actor, address, facts)
        return self.view(await self._store.put(token_hash(text), token, entry))

    async def recognise(self, text: str, address: str, *, changes: bool) -> Session:
        """The person a token acts for, with the rights that this request can use.

        Raises:
            NotSignedIn: `token_not_good`: unknown, revoked, expired, or its owner may not come in.
            TooMany: guessing from this address, or more requests than a token may send.
        """
        now = self._clock.now()
        token = await self._store.find(token_hash(text)) if text.startswith(START) else None
        user = self._configuration.current.users.get(token.user_id) if token else None
        if token is None or user is None or not user.active or not self._good(token):
            # Only what failed is counted: who has a good token is not kept out by others' guesses.
            await self._access.count_attempt("token", address)
            raise NotSignedIn("token_not_good", "This token is unknown, revoked or expired.")
        if not self._allow(f"token:{token.id}", PER_MINUTE, BURST, now):
            raise TooMany(
                "too_many_requests",
                f"A token may send {PER_MINUTE} requests a minute.",
                {"retry_after_s": 1},
            )
        if token.used_at is None or now - token.used_at > SEEN_STEP:
            await self._store.touch(token.id, now)
        having = self._access.grants(token.user_id)
        grants = frozenset(scope for scope in token.scopes if covers(having, scope))
        return Session(
            user_id=token.user_id,
            login=user.login,
            name=self._configuration.current.name(token.user_id) or user.login,
            roles=frozenset(user.roles),
            csrf_token="",
            grants=grants,
            rights=open_to(grants, changes=changes),
            token_id=token.id,
        )

    async def of(self, user_id: int | None) -> list[View]:
        """A person's tokens, or everybody's, newest first; revoked ones are shown for a month."""
        found = await self._store.of(user_id, self._clock.now() - REVOKED_SHOWN)
        return [self.view(token) for token in found]

    async def revoke(
        self,
        token_id: int,
        *,
        actor: Session | None,
        own: bool = False,
        address: str | None = None,
    ) -> None:
        """A token is good no more; `own`: only if it is the actor's.

        Raises:
            NotFound: no such token.
        """
        token = await self._store.get(token_id)
        if token is None or (own and (actor is None or token.user_id != actor.user_id)):
            raise NotFound("not_found", "There is no such token.")
        facts = {"name": token.name, "prefix": token.prefix}
        await self._store.revoke(
            token_id, self._entry("token_revoked", token, actor, address, facts)
        )

    def view(self, token: ApiToken) -> View:
        """A token as people see it: never its text."""
        name = self._configuration.current.name
        return {
            "id": token.id,
            "user": {"id": token.user_id, "name": name(token.user_id) or "?"},
            "name": token.name,
            "prefix": token.prefix,
            "scopes": list(token.scopes),
            "created_at": moment(token.created_at),
            "created_by": name(token.created_by),
            "expires_at": moment(token.expires_at),
            "used_at": moment(token.used_at),
            "revoked_at": moment(token.revoked_at),
            "good": self._good(token),
        }

    def _good(self, token: ApiToken) -> bool:
        expired = token.expires_at is not None and self._clock.now() >= token.expires_at
        return token.revoked_at is None and not expired

    def _entry(
        self,
        kind: str,
        token: ApiToken,
        actor: Session | None,
        address: str | None,
        facts: View,
    ) -> Entry:
        return Entry(
            kind=kind,
            at=self._clock.now(),
            actor_id=actor.user_id if actor else None,
            subject_id=token.user_id,
            address=address,
            facts=facts,
        )


def token_text(secret: bytes, *what: str) -> str:
    """A token's text: nobody can guess it, and asking for the same again makes the same.

    So a request that is sent twice under one idempotency key is answered twice, although the text
    is stored nowhere.
    """
    digest = hmac.digest(secret, "\n".join(("rapport api token", *what)).encode(), "sha256")
    return START + base64.urlsafe_b64encode(digest).decode().rstrip("=")
