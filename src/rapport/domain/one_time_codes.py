"""One-time codes by time (RFC 6238): six digits, thirty seconds, one step of drift either way."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
from datetime import datetime
from urllib.parse import quote

DIGITS = 6
STEP_S = 30
DRIFT = 1
SECRET_BYTES = 20


def step_at(moment: datetime) -> int:
    """The number of the thirty seconds that a moment lies in."""
    return int(moment.timestamp()) // STEP_S


def code_at(secret: bytes, step: int) -> str:
    """The code of a step (RFC 4226 with SHA-1, which authenticators agree on)."""
    digest = hmac.digest(secret, struct.pack(">Q", step), hashlib.sha1)
    offset = digest[-1] & 0x0F
    number: int = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def step_of(secret: bytes, code: str, now: datetime, used: int) -> int | None:
    """The step whose code this is, of those that are good now and later than the one used last.

    All are compared, whichever it is.
    """
    found = None
    for step in range(step_at(now) - DRIFT, step_at(now) + DRIFT + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), code.encode()) and step > used:
            found = step
    return found


def plain_code(text: str) -> str:
    """A code as people write it, without the spaces and hyphens between its groups."""
    return re.sub(r"[\s-]", "", text).casefold()


def shown_secret(secret: bytes) -> str:
    """For those who type it: base32 in groups of four."""
    text = base64.b32encode(secret).decode()
    return " ".join(text[i : i + 4] for i in range(0, len(text), 4))


def key_uri(secret: bytes, issuer: str, login: str) -> str:
    """What an authenticator reads from a picture (`otpauth://`)."""
    label = f"{quote(issuer, safe='')}:{quote(login, safe='')}"
    key = base64.b32encode(secret).decode()
    return (
        f"otpauth://totp/{label}?secret={key}&issuer={quote(issuer, safe='')}"
        f"&algorithm=SHA1&digits={DIGITS}&period={STEP_S}"
    )
