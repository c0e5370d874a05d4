"""A site's word on who its visitor is: a JWT signed by the site's server with a shared secret (R3).

Standard claims (RFC 7519), HS256: `sub` the person's id at the site, `exp` the end of its validity,
and, if the site likes, `name` and `email`. Only such a signature makes one visitor of two browsers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import jwt

from rapport.channels.webchat.tokens import SIGNED

LONGEST_SUBJECT = 200


class NotVouched(Exception):  # noqa: N818 - names the situation
    """The identity is not the site's, or not of the form; the text says what is wrong."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom the site vouches for."""

    key: str
    name: str | None
    email: str | None
    expires_at: float
    """Unix time."""

    def expired(self, now: datetime) -> bool:
        """Whether it may no longer open a session of its own."""
        return self.expires_at <= now.timestamp()


def read(secret: str, token: str) -> Identity:
    """The identity in a site's token, whether or not it has expired.

    Raises:
        NotVouched: another signature or algorithm, or a claim is missing.
    """
    try:
        claims: Mapping[str, Any] = jwt.decode(
            token,
            secret,
            algorithms=["HS256"],
            options={
                "require": ["sub", "exp"],
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
                "verify_aud": False,
            },
        )
    except jwt.PyJWTError as error:
        raise NotVouched(str(error)) from None
    subject, expires_at = claims["sub"], claims["exp"]
    if not isinstance(subject, str) or not 1 <= len(subject) <= LONGEST_SUBJECT:
        raise NotVouched("sub must be a text of 1 to 200 characters")
    if isinstance(expires_at, bool) or not isinstance(expires_at, int | float):
        raise NotVouched("exp must be a number")
    digest = hashlib.sha256(subject.encode()).hexdigest()[:32]
    return Identity(
        f"{SIGNED}{digest}",
        _text(claims.get("name")),
        _text(claims.get("email")),
        float(expires_at),
    )


def _text(value: object) -> str | None:
    return value.replace("\x00", "").strip()[:200] or None if isinstance(value, str) else None
