"""Invitations: a link, good once and for a week, by which a person gives themselves a password.

Forgotten passwords are replaced in the same way. An administrator never knows anybody's password.
"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from rapport.application.access import Access, hash_password, token_hash
from rapport.application.audit import Entry, account_entry
from rapport.application.ports import Clock, ConfigurationSource
from rapport.application.views import moment
from rapport.domain.errors import NotFound, Refused

LIFETIME = timedelta(days=7)
Language = Literal["en", "de"]
View = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ByMail:
    """A link that is to be sent by e-mail: from where, to whom; the key makes it from `nonce`."""

    nonce: str
    account_id: int
    language: Language
    base: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MailState:
    """How far the mail with a link has come: `pending` until it is `sent` or has `failed`."""

    to: str
    state: str
    attempts: int
    next_at: datetime | None
    code: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Invitation:
    """As it is stored: the token only as a hash, and not here."""

    user_id: int
    created_by: int | None
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    mail: MailState | None = None


class InvitationStore(Protocol):
    """Where invitations are kept."""

    async def put(
        self, hashed: bytes, invitation: Invitation, entry: Entry, by_mail: ByMail | None
    ) -> None:
        """Store one, with its mail if it goes by mail; an earlier unused one of the same person is
        no longer good, nor sent.
        """

    async def find(self, hashed: bytes) -> Invitation | None:
        """By the hash of its token, used or not."""

    async def last(self, user_id: int) -> Invitation | None:
        """The person's newest."""

    async def open(self) -> list[Invitation]:
        """Every unused one, expired or not, newest first."""

    async def withdraw(self, user_id: int, entry: Entry) -> bool:
        """Forget the person's unused one and tell the audit log; False if there is none."""

    async def use(self, hashed: bytes, password_hash: str, entry: Entry) -> int | None:
        """Store the password and mark the invitation as used, in one transaction; sessions end.

        Returns the person's id; None if it was used meanwhile, or has expired.
        """


class Invitations:
    """Inviting people, and what an invited person does."""

    def __init__(
        self,
        store: InvitationStore,
        access: Access,
        clock: Clock,
        configuration: ConfigurationSource,
    ) -> None:
        self._store = store
        self._access = access
        self._clock = clock
        self._configuration = configuration

    async def invite(
        self,
        user_id: int,
        actor_id: int,
        address: str | None = None,
        *,
        token: str | None = None,
        by_mail: ByMail | None = None,
    ) -> tuple[str, datetime]:
        """A token for the person, and until when it is good. Earlier ones are good no more.

        Args:
            token: One that can be made again, where it is to be sent by mail; None: a new one.

        Raises:
            NotFound: no such person.
            Refused: `user_inactive`.
        """
        user = self._configuration.current.users.get(user_id)
        if user is None:
            raise NotFound("not_found", "There is no such user.")
        if not user.active:
            raise Refused("user_inactive", "This person may not sign in. Change that first.")
        now = self._clock.now()
        token = token or secrets.token_urlsafe(32)
        invitation = Invitation(user_id, actor_id, now, now + LIFETIME)
        entry = account_entry("invitation_made", now, actor_id, user_id, address)
        await self._store.put(token_hash(token), invitation, entry, by_mail)
        return token, now + LIFETIME

    async def state(self, user_id: int) -> View:
        """Whether and when somebody was invited last, for administrators."""
        last, now = await self._store.last(user_id), self._clock.now()
        if last is None:
            return {"invitation": None}
        return {
            "invitation": {
                "created_at": moment(last.created_at),
                "created_by": self._configuration.current.name(last.created_by),
                "expires_at": moment(last.expires_at),
                "used_at": moment(last.used_at),
                "good": last.used_at is None and now < last.expires_at,
                "mail": _mail_view(last, now),
            }
        }

    async def open(self) -> list[View]:
        """Links that nobody has used, newest first; those that have expired, too."""
        configuration, now = self._configuration.current, self._clock.now()
        found = []
        for each in await self._store.open():
            user = configuration.users.get(each.user_id)
            if user is None:
                continue
            person = {
                "id": each.user_id,
                "name": configuration.name(each.user_id) or user.login,
                "email": user.email,
                "active": user.active,
            }
            found.append(
                {
                    "user": person,
                    "created_at": moment(each.created_at),
                    "created_by": configuration.name(each.created_by),
                    "expires_at": moment(each.expires_at),
                    "good": user.active and now < each.expires_at,
                    "mail": _mail_view(each, now),
                }
            )
        return found

    async def withdraw(self, user_id: int, actor_id: int, address: str | None = None) -> None:
        """The person's unused link is good no more.

        Raises:
            NotFound: there is none.
        """
        now = self._clock.now()
        entry = account_entry("invitation_withdrawn", now, actor_id, user_id, address)
        if not await self._store.withdraw(user_id, entry):
            raise NotFound("not_found", "This person has no open invitation.")

    async def look(self, token: str) -> View:
        """Whom a token invites.

        Raises:
            NotFound: used, expired, replaced, or never given.
        """
        found = await self._store.find(token_hash(token))
        user = self._configuration.current.users.get(found.user_id) if found else None
        if found is None or user is None or not user.active or found.used_at is not None:
            raise _not_good()
        if self._clock.now() >= found.expires_at:
            raise _not_good()
        return {"name": self._configuration.current.name(found.user_id), "login": user.login}

    async def accept(self, token: str, password: str, address: str | None = None) -> int:
        """Give oneself a password; returns whose it is.

        Raises:
            NotFound: the token is not good, or no longer.
            Invalid: the password is too short.
        """
        await self.look(token)
        found = await self._store.find(token_hash(token))
        if found is None:
            raise _not_good()
        self._access.check_password(found.user_id, password)
        hashed = await asyncio.to_thread(hash_password, password)
        now, whose = self._clock.now(), found.user_id
        entry = account_entry("invitation_used", now, whose, whose, address)
        user_id = await self._store.use(token_hash(token), hashed, entry)
        if user_id is None:
            raise _not_good()
        return user_id


def _mail_view(invitation: Invitation, now: datetime) -> View | None:
    mail = invitation.mail
    if mail is None:
        return None
    if mail.state == "pending" and now >= invitation.expires_at:
        # Nobody tries it any more: a link that opens nothing is not sent.
        mail = replace(
            mail,
            state="failed",
            next_at=None,
            code="expired",
            reason="The link had expired before the mail could be sent: send it again.",
        )
    return {**asdict(mail), "next_at": moment(mail.next_at)}


def _not_good() -> NotFound:
    return NotFound(
        "invitation_not_good",
        "This link has been used, or its time is over. Ask your administrator for a new one.",
    )
