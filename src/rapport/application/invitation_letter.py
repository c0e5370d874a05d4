"""An invitation by e-mail, from one of the installation's own mailboxes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from rapport.application.audit import AuditLog, Entry
from rapport.application.configuration.snapshot import Configuration
from rapport.application.invitations import LIFETIME, Invitations
from rapport.application.letters import Carry, Letter
from rapport.application.ports import Clock, ConfigurationSource
from rapport.domain.errors import Invalid, NotFound, Refused
from rapport.domain.sending import AccountBroken, Rejected, SendOutcome, Sent, Unknown

Language = Literal["en", "de"]
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


class InvitationPost:
    """Makes a link and mails it at once: nothing is stored that would tell the link again."""

    def __init__(
        self,
        invitations: Invitations,
        audit: AuditLog,
        carry: Carry,
        configuration: ConfigurationSource,
        clock: Clock,
    ) -> None:
        self._invitations = invitations
        self._audit = audit
        self._carry = carry
        self._configuration = configuration
        self._clock = clock

    def mailboxes(self) -> list[tuple[int, str]]:
        """Those that can send, by id and name."""
        return mailboxes(self._configuration.current)

    async def send(self, wanted: Wanted, actor_id: int, address: str | None = None) -> str:
        """A new link by e-mail; earlier ones are good no more. Returns where it went.

        Raises:
            NotFound: no such person.
            Refused: `user_inactive`, `user_without_address`, `invitation_not_sent`.
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
        token, _ = await self._invitations.invite(wanted.user_id, actor_id, address)
        now = self._clock.now()
        letter = Letter(
            token=f"invitation.{wanted.user_id}.{int(now.timestamp() * 1000)}",
            account_id=wanted.account_id,
            to=(user.email,),
            subject=_SUBJECTS[wanted.language],
            text=_TEXTS[wanted.language].format(
                name=configuration.name(wanted.user_id),
                company=configuration.settings.company,
                login=user.login,
                link=f"{wanted.base.rstrip('/')}/#invitation={token}",
                days=LIFETIME.days,
            ),
            date=now,
        )
        outcome, _ = await self._carry(letter)
        if not isinstance(outcome, Sent):
            raise Refused("invitation_not_sent", _why(outcome))
        entry = Entry(
            kind="invitation_mailed",
            at=self._clock.now(),
            actor_id=actor_id,
            subject_id=wanted.user_id,
            address=address,
            facts={"to": user.email},
        )
        await self._audit.note(entry)
        return user.email


def _why(outcome: SendOutcome) -> str:
    match outcome:
        case Rejected(message=message) | AccountBroken(message=message):
            return f"The mail was not sent, and earlier links are no longer good. {message}"
        case Unknown():
            return "The mail server did not confirm: look whether the mail has arrived."
        case _:
            return "The mail server takes no mail just now. Try again in a while."


def mailboxes(configuration: Configuration) -> list[tuple[int, str]]:
    """Accounts that letters can be sent from, by name."""
    found = [
        (account_id, configuration.name(account_id) or spec.address)
        for account_id, spec in configuration.account_specs.items()
        if spec.channel == "email" and spec.active
    ]
    return sorted(found, key=lambda each: each[1].casefold())
