"""Mail that comes by SMTP or LMTP: for which account it is, and the way into the conversations."""

from __future__ import annotations

import ssl
from pathlib import Path

import structlog

from rapport.api.context import Context
from rapport.api.mail_room import own_addresses
from rapport.api.webhooks import take
from rapport.channels.email.connector import METHOD
from rapport.channels.email.listener import Received
from rapport.channels.sdk.connector import Rejected as Unknown
from rapport.channels.sdk.connector import Request

_CHANNEL = "email"
log = structlog.get_logger()


class MailDoor:
    """What the listener asks: whether an address is ours, and to take a mail."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def accepts(self, address: str) -> bool:
        """Whether an address (lower case) is of an active e-mail account."""
        return self.account_of(address) is not None

    def account_of(self, address: str) -> int | None:
        """The account of an address: its own ones first, then its `forward_domain`.

        What follows a plus sign in the local part belongs to the address before it.
        """
        local, _, domain = address.lower().rpartition("@")
        plain = f"{local.partition('+')[0]}@{domain}"
        by_domain: int | None = None
        configuration = self._context.services.configuration.current
        for account_id, spec in sorted(configuration.account_specs.items()):
            if spec.channel != _CHANNEL:
                continue
            try:
                _, account = self._context.channels.account(account_id)
            except Unknown:
                continue
            if plain in own_addresses(account) or address.lower() in own_addresses(account):
                return account_id
            forwarded = str(account.settings.get("forward_domain") or "").lower()
            if by_domain is None and forwarded and forwarded == domain:
                by_domain = account_id
        return by_domain

    async def take(self, mail: Received) -> None:
        """Store a mail for each account that it is for; a second time it is known.

        Raises:
            Refused: the database is away. The sender keeps the mail.
        """
        accounts = {found for one in mail.recipients if (found := self.account_of(one))}
        for account_id in sorted(accounts):
            connector, _ = self._context.channels.account(account_id)
            request = Request(method=METHOD, path="", query="", headers={}, body=traced(mail))
            try:
                await take(self._context, account_id, connector, request)
            except Exception as fault:
                log.warning("mail.not_taken", account_id=account_id, error=type(fault).__name__)
                raise


def traced(mail: Received) -> bytes:
    """The mail with its envelope's sender in front, as the last server adds it (RFC 5321 §4.4).

    An empty one shows a bounce or an automatic answer.
    """
    sender = "".join(char for char in mail.mail_from if char.isprintable() and char not in "<>")
    return f"Return-Path: <{sender}>\r\n".encode() + mail.raw


def certificates(certificate: Path | None, key: Path | None) -> ssl.SSLContext | None:
    """The server's side of STARTTLS; None where no certificate is set.

    Raises:
        OSError, ssl.SSLError: the files can't be read or do not belong together.
    """
    if certificate is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    return context
