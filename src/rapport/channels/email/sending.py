"""A composed mail handed to a server by SMTP (RFC 5321, RFC 6409); every failure is an outcome.

Nothing was sent until the server has been given the text and the final dot: before that, silence
is a retry, after it `Unknown`.
"""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import aiosmtplib

from rapport.domain.sending import (
    AccountBroken,
    RefusedRecipient,
    Rejected,
    RetryAfter,
    SendOutcome,
    Sent,
    Unknown,
)

Security = Literal["tls", "starttls", "plain"]
_PERMANENT = 500
_BROKEN = frozenset({530, 534, 535, 538})
"""Authentication required, too weak, invalid, needs encryption (RFC 4954 §6)."""
_LONGEST_WORDS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """Where mail is handed over. `user` empty: without authentication."""

    host: str
    port: int = 587
    security: Security = "starttls"
    user: str = ""
    secret: str = field(default="", repr=False)
    oauth: bool = False
    """The secret is an access token for XOAUTH2."""
    timeout_s: float = 60


@dataclass(frozen=True, slots=True)
class Submitted:
    """The outcome for the mail; with `Sent`, `refused` are those who don't get it."""

    outcome: SendOutcome
    refused: tuple[RefusedRecipient, ...] = ()


async def submit(
    raw: bytes,
    sender: str,
    recipients: Sequence[str],
    server: SmtpServer,
    *,
    tls: ssl.SSLContext | None = None,
) -> Submitted:
    """Hand a mail over once; nothing is raised."""
    client = _client(server, tls)
    try:
        failed = await _ready(client, server)
        if failed is not None:
            return Submitted(failed)
        return await _transaction(client, raw, sender, recipients)
    finally:
        client.close()


async def try_out(server: SmtpServer, *, tls: ssl.SSLContext | None = None) -> SendOutcome | None:
    """Connect and authenticate without sending; None where it works."""
    client = _client(server, tls)
    try:
        return await _ready(client, server)
    finally:
        client.close()


def _client(server: SmtpServer, tls: ssl.SSLContext | None) -> aiosmtplib.SMTP:
    return aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        timeout=server.timeout_s,
        use_tls=server.security == "tls",
        start_tls=False,
        tls_context=tls,
        local_hostname="localhost",
    )


async def _ready(client: aiosmtplib.SMTP, server: SmtpServer) -> SendOutcome | None:
    """Connect, encrypt, authenticate; the outcome where that fails."""
    try:
        await client.connect()
        await client.ehlo()
        if server.security == "starttls":
            if not client.supports_extension("starttls"):
                return _NOT_SUPPORTED
            await client.starttls()
            await client.ehlo()
        if server.user:
            await _log_in(client, server)
    except aiosmtplib.SMTPAuthenticationError as error:
        return _authentication(error, server.secret)
    except aiosmtplib.SMTPNotSupported:
        return _NOT_SUPPORTED
    except ssl.SSLError:
        return AccountBroken("tls_failed", "The mail server's certificate is not valid.")
    except aiosmtplib.SMTPResponseException as error:
        return RetryAfter(None, f"smtp_{error.code}")
    except (aiosmtplib.SMTPException, OSError) as error:
        if _is_certificate(error):
            return AccountBroken("tls_failed", "The mail server's certificate is not valid.")
        return RetryAfter(None, "unreachable")
    return None


_NOT_SUPPORTED = AccountBroken(
    "not_supported", "The mail server lacks the encryption or login that is set."
)


async def _log_in(client: aiosmtplib.SMTP, server: SmtpServer) -> None:
    """PLAIN where it is offered: several methods in turn count as several wrong passwords."""
    if server.oauth:
        await client.auth_xoauth2(server.user, server.secret)
    elif "plain" in client.supported_auth_methods:
        await client.auth_plain(server.user, server.secret)
    else:
        await client.login(server.user, server.secret)


async def _transaction(
    client: aiosmtplib.SMTP, raw: bytes, sender: str, recipients: Sequence[str]
) -> Submitted:
    refused: list[RefusedRecipient] = []
    try:
        await client.mail(sender, options=_size(client, raw))
        for address in recipients:
            try:
                await client.rcpt(address)
            except aiosmtplib.SMTPRecipientRefused as error:
                refused.append(_refused(address, error))
    except aiosmtplib.SMTPResponseException as error:
        return Submitted(_response(error))
    except (aiosmtplib.SMTPException, OSError):
        return Submitted(RetryAfter(None, "unreachable"), tuple(refused))
    if len(refused) == len(recipients):
        return Submitted(_all_refused(refused), tuple(refused))
    try:
        answer = await client.data(raw)
    except aiosmtplib.SMTPResponseException as error:
        return Submitted(_response(error), tuple(refused))
    except (aiosmtplib.SMTPException, OSError):
        return Submitted(Unknown("unanswered"), tuple(refused))
    return Submitted(Sent(_queue_id(answer.message)), tuple(refused))


def _size(client: aiosmtplib.SMTP, raw: bytes) -> list[str]:
    """Lets the server refuse a mail too large before it is sent (RFC 1870)."""
    return [f"SIZE={len(raw)}"] if client.supports_extension("size") else []


def _response(error: aiosmtplib.SMTPResponseException) -> SendOutcome:
    code = f"smtp_{error.code}"
    if error.code in _BROKEN:
        return AccountBroken(code, "The mail server wants another login or encryption.")
    if error.code >= _PERMANENT:
        return Rejected(code, _words(error.message))
    return RetryAfter(None, code)


def _authentication(error: aiosmtplib.SMTPAuthenticationError, secret: str) -> SendOutcome:
    """454 is a fault of the server and passes (RFC 4954 §6); the rest does not."""
    if error.code < _PERMANENT and error.code != 334:
        return RetryAfter(None, f"smtp_{error.code}")
    words = _words(error.message)
    if secret:
        words = words.replace(secret, "…")
    return AccountBroken(f"smtp_{error.code}", f"The mail server refuses the login: {words}")


def _refused(address: str, error: aiosmtplib.SMTPRecipientRefused) -> RefusedRecipient:
    later = error.code < _PERMANENT
    return RefusedRecipient(address, f"smtp_{error.code}", _words(error.message), later)


def _all_refused(refused: Sequence[RefusedRecipient]) -> SendOutcome:
    if any(one.later for one in refused):
        return RetryAfter(None, next(one.code for one in refused if one.later))
    if not refused:
        return Rejected("no_recipient", "The mail has no recipient.")
    return Rejected(refused[0].code, refused[0].message)


def _is_certificate(error: BaseException) -> bool:
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLError):
            return True
        seen = seen.__cause__ or seen.__context__
    return False


def _words(message: str) -> str:
    return " ".join(message.split())[:_LONGEST_WORDS]


def _queue_id(message: str) -> str | None:
    """What servers say after `queued as`; only for the log."""
    words = message.split()
    low = [word.lower() for word in words]
    at = low.index("as") + 1 if "as" in low else len(words)
    return words[at].strip(".,;") if at < len(words) else None
