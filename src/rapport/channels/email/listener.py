"""Mail taken by SMTP or LMTP, for mailboxes that forward to us.

The answer 250 means that the mail is stored: it is given after the callback has returned. If the
callback raises, the answer is 451 and the sending server keeps the mail and tries again.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

LARGEST = 50 * 1024 * 1024
STORED = "250 2.0.0 Stored"
NOT_NOW = "451 4.3.0 Not stored, try again later"
_NOBODY = "550 5.1.1 No such mailbox here"
_TOO_MANY = "452 4.5.3 Too many recipients"
_MOST_RECIPIENTS = 100


@dataclass(frozen=True, slots=True)
class Received:
    """A mail with its envelope. `mail_from` is empty for bounces."""

    mail_from: str
    recipients: tuple[str, ...]
    raw: bytes = field(repr=False)


Take = Callable[[Received], Awaitable[None]]
"""Stores a mail and returns after the commit; whatever it raises means "not now"."""


class Handler:
    """Answers the hooks of aiosmtpd."""

    def __init__(self, accepts: Callable[[str], bool], take: Take, *, lmtp: bool = False) -> None:
        self._accepts = accepts
        self._take = take
        self._lmtp = lmtp

    async def handle_RCPT(  # noqa: N802 - the library's name
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        rcpt_options: list[str],
    ) -> str:
        """Only for addresses of ours: this is no relay."""
        del server, session, rcpt_options
        if len(envelope.rcpt_tos) >= _MOST_RECIPIENTS:
            return _TOO_MANY
        if not self._accepts(address.lower()):
            return _NOBODY
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Store, then answer; LMTP wants an answer for each recipient (RFC 2033 §4.2)."""
        del server, session
        content = envelope.content
        raw = content if isinstance(content, bytes) else (content or "").encode()
        people = tuple(envelope.rcpt_tos)
        try:
            await self._take(Received(envelope.mail_from or "", people, raw))
            answer = STORED
        except Exception:  # noqa: BLE001 - the sender keeps what we could not store
            answer = NOT_NOW
        return "\r\n".join([answer] * (len(people) if self._lmtp else 1))


async def listen(
    host: str,
    port: int,
    accepts: Callable[[str], bool],
    take: Take,
    *,
    lmtp: bool = False,
    largest: int = LARGEST,
    hostname: str = "localhost",
    tls: ssl.SSLContext | None = None,
) -> asyncio.Server:
    """Listen in the running loop; close the server that is returned.

    Args:
        accepts: Whether an address (in lower case) is one of ours.
        largest: Bytes; more is refused with 552, before it is sent where the client says its size.
        tls: Offered with STARTTLS.
    """
    handler = Handler(accepts, take, lmtp=lmtp)

    def protocol() -> Any:
        kind = LMTP if lmtp else SMTP
        return kind(
            handler,
            data_size_limit=largest,
            enable_SMTPUTF8=True,
            hostname=hostname,
            ident="Rapport",
            tls_context=tls,
            loop=asyncio.get_running_loop(),
        )

    return await asyncio.get_running_loop().create_server(protocol, host, port)
