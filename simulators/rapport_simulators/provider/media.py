"""Files at the provider: uploaded by the business, sent by customers."""

import hashlib
from dataclasses import dataclass

from rapport_simulators.provider.clock import Clock
from rapport_simulators.provider.ids import Ids


@dataclass(slots=True, kw_only=True)
class StoredFile:
    """A file with what the provider tells about it; times are epoch seconds."""

    id: str
    content: bytes
    media_type: str
    filename: str | None
    sha256: str
    expires_at: float


class MediaStore:
    """Files by id, and download addresses that expire.

    Args:
        url_lifetime_s: How long a download address is good for.
    """

    def __init__(self, clock: Clock, ids: Ids, *, url_lifetime_s: float) -> None:
        self._clock = clock
        self._ids = ids
        self._url_lifetime_s = url_lifetime_s
        self._files: dict[str, StoredFile] = {}
        self._addresses: dict[str, tuple[str, float]] = {}

    def add(
        self,
        content: bytes,
        media_type: str,
        filename: str | None = None,
        *,
        file_id: str | None = None,
        lifetime_s: float,
    ) -> StoredFile:
        """Keep a file for a while."""
        stored = StoredFile(
            id=file_id or self._ids.digits(16),
            content=content,
            media_type=media_type,
            filename=filename,
            sha256=hashlib.sha256(content).hexdigest(),
            expires_at=self._clock.now() + lifetime_s,
        )
        self._files[stored.id] = stored
        return stored

    def find(self, file_id: str) -> StoredFile | None:
        """The file of an id, unless its time is over."""
        stored = self._files.get(file_id)
        return stored if stored and stored.expires_at > self._clock.now() else None

    def address(self, stored: StoredFile) -> str:
        """A new token to download a file with."""
        token = self._ids.token(32)
        self._addresses[token] = (stored.id, self._clock.now() + self._url_lifetime_s)
        return token

    def fetch(self, token: str) -> StoredFile | None:
        """The file behind a download token, unless its time is over."""
        file_id, until = self._addresses.get(token, ("", 0.0))
        return self.find(file_id) if until > self._clock.now() else None

    def remove(self, file_id: str) -> bool:
        """Delete a file; False if there is none."""
        return self._files.pop(file_id, None) is not None
