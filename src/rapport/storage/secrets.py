"""Secrets at rest: channel credentials encrypted, the key kept in a file or the environment."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

KEY_FILE = "secret.key"
MOST_OPENED = 1000


def load_key(configured: str | None, data: Path) -> bytes:
    """The installation's key: as configured, or from a file made on first need (mode 0600)."""
    if configured is not None:
        return configured.encode()
    path = data / KEY_FILE
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text().strip().encode()


class Vault:
    """Encrypts and decrypts an account's secrets; older keys still decrypt."""

    def __init__(self, key: bytes, *older: bytes) -> None:
        self._fernet = MultiFernet([Fernet(_derive(k)) for k in (key, *older)])
        # A webhook asks for its account's secrets every time: 8 % of its cost when decrypted.
        self._opened: dict[bytes, Mapping[str, str]] = {}

    def encrypt(self, data: bytes) -> bytes:
        """Any bytes, encrypted."""
        return self._fernet.encrypt(data)

    def decrypt(self, data: bytes) -> bytes:
        """What was encrypted.

        Raises:
            InvalidToken: with a key that this installation does not have.
        """
        return self._fernet.decrypt(data)

    def seal(self, values: Mapping[str, str]) -> bytes:
        """Encrypted, ready to store."""
        return self._fernet.encrypt(json.dumps(dict(values)).encode())

    def open(self, sealed: bytes | None) -> Mapping[str, str]:
        """What was sealed; nothing where nothing is stored.

        Raises:
            ValueError: sealed with a key that this installation does not have.
        """
        if sealed is None:
            return {}
        if sealed not in self._opened:
            try:
                values: Mapping[str, str] = json.loads(self._fernet.decrypt(sealed))
            except InvalidToken:
                raise ValueError("a channel's secrets cannot be decrypted with this key") from None
            if len(self._opened) >= MOST_OPENED:
                self._opened.clear()
            self._opened[sealed] = values
        return self._opened[sealed]


def _derive(key: bytes) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(b"rapport vault:" + key).digest())
