"""An invitation by e-mail, from one of the installation's own mailboxes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from rapport.application.access import token_hash
from rapport.application.configuration.snapshot import Configuration
from rapport.application.invitations import LIFETIME, ByMail, Invitations, Language
from rapport.application.letters import Letter
from rapport.application.ports import ConfigurationSource
from rapport.domain.errors import Invalid, NotFound, Refused

_SUBJECTS: Mapping[Language, str] = {"en": "Your access to Rapport", "de": "Ihr Zugang zu Rapport"}
_TEXTS: Mapping[Language, str] = {
    "en": """\
Hello {name},

{company} sends you a link to choose a password for Rapport. Your login is: {login}

{link}

The link works once and for {days} days. If you did not expect it, ignore this mail.
""",
    "de": """\
Guten Tag {name},

{company} sendet Ihnen einen Link, um ein Passwort für Rapport zu wählen. Ihre Anmeldung: {login}

{link}

Der Link gilt einmal und {days} Tage lang. Haben Sie ihn nicht erwartet, übergehen Sie diese Mail.
""",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Whom to invite, from which mailbox, and in which language; `base` is our own address."""

    user_id: int
    account_id: int
    language: Language
    base: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationLetter:
    """One that waits to be sent; `token` counts the attempts of all workers."""

    token_hash: bytes
    nonce: str
    account_id: int
    language: Language
    base: str
    email: str
    attempts: int
    token: int
    user_id: int
    created_by: int | None
    created_at: datetime

    @property
    def id(self) -> int:
        """Whose it is, for the log."""
        return self.user_id


class InvitationPost:
    """Makes a link and leaves its mail to the letters' worker; the link itself is kept nowhere."""

    def __init__(
        self, invitations: Invitations, configuration: ConfigurationSource, secret: bytes
    ) -> None:
        self._invitations = invitations
        self._configuration = configuration
        self._secret = secret

    def mailboxes(self) -> list[tuple[int, str]]:
        """Those that can send, by id and name."""
        return mailboxes(self._configuration.current)

    async def ask(self, wanted: Wanted, actor_id: int, address: str | None = None) -> str:
        """A new link by e-mail; earlier ones are good no more. Returns where it goes.

        Raises:
            NotFound: no such person.
            Refused: `user_inactive`, `user_without_address`.
            Invalid: the account is no mailbox that is switched on.
        """
        configuration = self._configuration.current
        user = configuration.users.get(wanted.user_id)
        if user is None:
            raise NotFound("not_found", "There is no such user.")
        if not user.email:
            raise Refused("user_without_address", "This person has no e-mail address.")
        if wanted.account_id not in dict(mailboxes(configuration)):
            raise Invalid.field("account_id", "Choose a mailbox that is switched on.")
        by_mail = ByMail(
            nonce=secrets.token_hex(16),
            account_id=wanted.account_id,
            language=wanted.language,
            base=wanted.base,
            email=user.email,
        )
        token = link_token(self._secret, wanted.user_id, by_mail.nonce)
        await self._invitations.invite(
            wanted.user_id, actor_id, address, token=token, by_mail=by_mail
        )
        return user.email

    async def write(self, waiting: InvitationLetter) -> Letter:
        """The letter, the same in every attempt.

        Raises:
            Refused: `user_inactive`, `address_changed`, `key_changed`.
        """
        configuration = self._configuration.current
        user = configuration.users.get(waiting.user_id)
        if user is None or not user.active:
            raise Refused("user_inactive", "This person may not sign in.")
        if user.email != waiting.email:
            raise Refused("address_changed", "The person's address has changed: send it again.")
        token = link_token(self._secret, waiting.user_id, waiting.nonce)
        if token_hash(token) != waiting.token_hash:
            raise Refused("key_changed", "The installation's key has changed: send it again.")
        return Letter(
            token=f"invitation.{waiting.user_id}.{int(waiting.created_at.timestamp() * 1000)}",
            account_id=waiting.account_id,
            to=(waiting.email,),
            subject=_SUBJECTS[waiting.language],
            text=_TEXTS[waiting.language].format(
                name=configuration.name(waiting.user_id),
                company=configuration.settings.company,
                login=user.login,
                link=f"{waiting.base.rstrip('/')}/#invitation={token}",
                days=LIFETIME.days,
            ),
            date=waiting.created_at,
        )


def link_token(secret: bytes, user_id: int, nonce: str) -> str:
    """What a mailed link carries: made anew for every attempt, so that it need not be stored."""
    mark = hmac.digest(secret, f"invitation:{user_id}:{nonce}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(mark).decode().rstrip("=")


def mailboxes(configuration: Configuration) -> list[tuple[int, str]]:
    """Accounts that letters can be sent from, by name."""
    found = [
        (account_id, configuration.name(account_id) or spec.address)
        for account_id, spec in configuration.account_specs.items()
        if spec.channel == "email" and spec.active
    ]
    return sorted(found, key=lambda each: each[1].casefold())
