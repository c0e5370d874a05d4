"""A visitor's identity: a signed, opaque token that the widget keeps (R3).

It names a random visitor on one site, or one whom the site vouches for (`identity.py`). Nothing
that a visitor types can make it name another.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass

import msgspec

SIGNED = "signed-"
"""Begins the key of a visitor whom the site vouches for; a random key has no hyphen."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whom a token names."""

    account_id: int
    key: str
    name: str | None = None
    """As the site vouches for it; likewise the address."""
    email: str | None = None

    @property
    def signed(self) -> bool:
        """Whether the site vouches for this visitor."""
        return self.key.startswith(SIGNED)


def issue(secret: bytes, visitor: Visitor) -> str:
    """A token for a visitor."""
    if visitor.signed:
        fields = (visitor.account_id, visitor.key, visitor.name, visitor.email)
        body = b"2." + msgspec.json.encode(fields)
    else:
        body = f"1.{visitor.account_id}.{visitor.key}".encode()
    return f"{_text(body)}.{_text(_sign(secret, body))}"


def read(secret: bytes, token: str) -> Visitor | None:
    """The visitor of a token; None if it was not issued with this secret."""
    head, _, tail = token.partition(".")
    try:
        body, signature = _bytes(head), _bytes(tail)
    except ValueError:
        return None
    if not hmac.compare_digest(signature, _sign(secret, body)):
        return None
    version, _, rest = body.partition(b".")
    if version == b"2":
        return Visitor(*msgspec.json.decode(rest, type=tuple[int, str, str | None, str | None]))
    account_id, _, key = rest.decode().partition(".")
    return Visitor(int(account_id), key)


def _sign(secret: bytes, body: bytes) -> bytes:
    return hmac.digest(secret, b"visitor:" + body, hashlib.sha256)


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
