"""Receiving webhooks."""

from __future__ import annotations

import hashlib
import hmac
import time


def verified(secret: str, header: str, body: bytes, now: float | None = None) -> bool:
    """Whether a body was signed with the secret within the last five minutes."""
    parts = [part.partition("=") for part in header.split(",")]
    stamp = next((value for name, _, value in parts if name == "t"), "")
    if not stamp.isdecimal() or abs((now or time.time()) - int(stamp)) > 300:
        return False
    wanted = hmac.digest(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hex()
    given = [value for name, _, value in parts if name == "v1"]
    return any(hmac.compare_digest(wanted, value) for value in given)
