"""Letters that are part of no conversation, such as reports, sent from a mailbox of ours."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rapport.application.letters import Letter
from rapport.channels.email.addresses import Address
from rapport.channels.email.composing import (
    File,
    OutgoingMail,
    Unsendable,
    compose,
    recipients,
)
from rapport.channels.email.connector import smtp_server
from rapport.channels.email.sending import submit
from rapport.channels.sdk.connector import AccountConfig, Connector, Rejected
from rapport.domain.sending import AccountBroken, RefusedRecipient, SendOutcome
from rapport.domain.sending import Rejected as NeverSent


async def post_letter(
    account_of: Callable[[int], tuple[Connector, AccountConfig]], letter: Letter
) -> tuple[SendOutcome, Sequence[RefusedRecipient]]:
    """Hand a letter to the account's server once, under a Message-ID that its token gives."""
    try:
        _, account = account_of(letter.account_id)
    except Rejected:
        return AccountBroken("account_gone", "The e-mail account is switched off or deleted."), ()
    server = smtp_server(account)
    if server is None:
        return AccountBroken("not_configured", "The mailbox has no server to send with."), ()
    mail = OutgoingMail(
        sender=Address(str(account.settings.get("sender_name") or ""), account.address),
        to=tuple(Address("", one) for one in letter.to),
        subject=letter.subject,
        text=letter.text,
        attachments=tuple(
            File(filename=file.name, media_type=file.media_type, content=file.content)
            for file in letter.files
        ),
        automatic="auto-generated",
        token=letter.token,
        domain=account.address.rpartition("@")[2],
        date=letter.date,
    )
    try:
        raw, people = compose(mail), recipients(mail)
    except Unsendable as error:
        return NeverSent(error.code, error.message), ()
    found = await submit(raw, mail.sender.address, people, server)
    return found.outcome, found.refused
