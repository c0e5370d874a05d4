"""Mail handed in by SMTP: with a login, to the mailboxes of the place and to nobody else."""

from __future__ import annotations

import asyncio
import base64
import binascii
import ssl
from collections.abc import Callable
from typing import Any

from aiosmtpd.smtp import MISSING, SMTP, AuthResult, Envelope, LoginPassword, Session

from rapport_simulators.mail.office import PostOffice

LARGEST = 40 * 1024 * 1024


class _Handler:
    """Answers the hooks of aiosmtpd."""

    def __init__(self, office: PostOffice, now: Callable[[], float]) -> None:
        self._office = office
        self._now = now

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802
        """A bearer token, as the large providers want it."""
        given: Any = args[1] if len(args) > 1 else await server.challenge_auth("")
        if given is MISSING:
            return AuthResult(success=False)
        user, token = bearer(given.encode() if isinstance(given, str) else given, len(args) > 1)
        if self._office.opens(user, token, oauth=True) is None:
            # The details of the refusal, which the client answers with an empty line.
            await server.challenge_auth('{"status":"400"}')
            return AuthResult(success=False, handled=False)
        return AuthResult(success=True, auth_data=user)

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Only from somebody who has logged in."""
        del server
        if not session.authenticated:
            return "530 5.7.0 Log in first"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Only to somebody who is here."""
        del server, session, options
        if self._office.box(address) is None:
            return "550 5.1.1 There is nobody of this name"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Lay it in every mailbox that it is for."""
        del server, session
        content = envelope.content
        raw = content if isinstance(content, bytes) else (content or "").encode()
        boxes = {box.address: box for one in envelope.rcpt_tos if (box := self._office.box(one))}
        for box in boxes.values():
            box.put(raw, self._now())
        return "250 2.0.0 Ok: queued as demo"


def bearer(given: bytes, encoded: bool = True) -> tuple[str, str]:
    """User and token of an XOAUTH2 response; empty ones where it is none."""
    try:
        text = (base64.b64decode(given, validate=True) if encoded else given).decode()
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    fields = dict(part.partition("=")[::2] for part in text.split("\x01") if "=" in part)
    return fields.get("user", ""), fields.get("auth", "").removeprefix("Bearer ")


async def smtp_server(
    office: PostOffice,
    port: int,
    now: Callable[[], float],
    *,
    tls: ssl.SSLContext | None = None,
    implicit: bool = False,
) -> asyncio.Server:
    """Listen on 127.0.0.1; with `tls` by STARTTLS, or with `implicit` from the first byte."""

    def login(
        server: SMTP, session: Session, envelope: Envelope, how: str, data: Any
    ) -> AuthResult:
        del server, session, envelope, how
        given = isinstance(data, LoginPassword)
        user, secret = (data.login.decode(), data.password.decode()) if given else ("", "")
        return AuthResult(success=office.opens(user, secret) is not None, handled=False)

    def protocol() -> SMTP:
        made = SMTP(
            _Handler(office, now),
            data_size_limit=LARGEST,
            enable_SMTPUTF8=True,
            hostname="mail.example",
            ident="Post office",
            authenticator=login,
            auth_require_tls=False,
            tls_context=None if implicit else tls,
            loop=asyncio.get_running_loop(),
        )
        office.lines.add(made)
        return made

    loop = asyncio.get_running_loop()
    return await loop.create_server(protocol, "127.0.0.1", port, ssl=tls if implicit else None)
