"""A stream of bytes under a passphrase: scrypt, then AES-256-GCM piece by piece.

Every piece carries its number and whether it is the last one, so that pieces can be neither
swapped nor left out, and a cut file is found.
"""

from __future__ import annotations

import io
import os
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from typing_extensions import Buffer, override

MAGIC = b"rapport-backup-sealed-1\n"
PIECE = 1 << 20
_SALT = 16


class WrongPassphraseError(Exception):
    """Another passphrase, or bytes that are not what was written."""


class Sealing(io.RawIOBase):
    """A file to write to; what arrives in `target` can be read with the passphrase only."""

    def __init__(self, target: BinaryIO, passphrase: str) -> None:
        self._target = target
        salt = os.urandom(_SALT)
        self._cipher = _cipher(passphrase, salt)
        self._number = 0
        self._waiting = bytearray()
        target.write(MAGIC + salt)

    @override
    def writable(self) -> bool:
        return True

    @override
    def write(self, data: Buffer, /) -> int:
        size = memoryview(data).nbytes
        self._waiting += data
        while len(self._waiting) > PIECE:
            self._put(bytes(self._waiting[:PIECE]), last=False)
            del self._waiting[:PIECE]
        return size

    @override
    def close(self) -> None:
        """Writes the last piece; leaves the target open."""
        if not self.closed:
            self._put(bytes(self._waiting), last=True)
        super().close()

    def _put(self, piece: bytes, *, last: bool) -> None:
        sealed = self._cipher.encrypt(self._number.to_bytes(12), piece, _mark(last=last))
        self._target.write(len(sealed).to_bytes(4) + sealed)
        self._number += 1


class Unsealing(io.RawIOBase):
    """The bytes that were sealed.

    Raises:
        WrongPassphraseError: while reading.
    """

    def __init__(self, source: BinaryIO, passphrase: str) -> None:
        """`source` stands behind the magic."""
        self._source = source
        self._cipher = _cipher(passphrase, source.read(_SALT))
        self._number = 0
        self._ready = b""
        self._ended = False

    @override
    def readable(self) -> bool:
        return True

    @override
    def readinto(self, buffer: Buffer, /) -> int:
        view = memoryview(buffer).cast("B")
        while not self._ready and not self._ended:
            self._ready = self._next()
        count = min(len(view), len(self._ready))
        view[:count], self._ready = self._ready[:count], self._ready[count:]
        return count

    def _next(self) -> bytes:
        sealed = self._source.read(int.from_bytes(self._source.read(4)))
        nonce = self._number.to_bytes(12)
        self._number += 1
        for last in (False, True):
            try:
                piece = self._cipher.decrypt(nonce, sealed, _mark(last=last))
            except InvalidTag:
                continue
            self._ended = last
            return piece
        raise WrongPassphraseError


def _mark(*, last: bool) -> bytes:
    return b"last" if last else b"more"


def _cipher(passphrase: str, salt: bytes) -> AESGCM:
    return AESGCM(Scrypt(salt=salt, length=32, n=2**15, r=8, p=1).derive(passphrase.encode()))
