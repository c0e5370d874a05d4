"""The archive: a gzipped tar that begins with `about.json` and ends with `manifest.json`.

Between them lie `spool/…`, `database/TABLE/NUMBER` (COPY's text format, in pieces, tables in an
order that foreign keys allow), `files/…` and perhaps `secret.key`. The manifest has the SHA-256 of
everything before it: an archive without one was cut short.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from gzip import GzipFile
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from rapport.storage.backup.sealed import MAGIC, Sealing, Unsealing, WrongPassphraseError

FORMAT = 1
ABOUT, MANIFEST, KEY = "about.json", "manifest.json", "secret.key"
_READ = 1 << 20
Json = dict[str, Any]


class BackupError(Exception):
    """Why it cannot be done, in words for an operator; nothing has changed."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Writing:
    """Members go in one after the other; their checksums are kept for the manifest."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self.checksums: dict[str, str] = {}

    def add(self, name: str, data: bytes) -> None:
        """A member from memory."""
        self._add(name, io.BytesIO(data), len(data))

    def add_file(self, name: str, path: Path) -> bool:
        """A member from the disk; False if it has gone."""
        try:
            file = path.open("rb")
        except FileNotFoundError:
            return False
        with file:
            self._add(name, file, path.stat().st_size)
        return True

    def _add(self, name: str, file: IO[bytes], size: int) -> None:
        summing = _Summing(file)
        member = tarfile.TarInfo(name)
        member.size, member.mode = size, 0o600
        self._tar.addfile(member, cast("IO[bytes]", summing))
        self.checksums[name] = summing.digest.hexdigest()


class _Summing:
    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.digest.update(data)
        return data


@contextmanager
def writing(target: BinaryIO, passphrase: str | None) -> Iterator[Writing]:
    """An archive that is complete once this ends without an error."""
    with ExitStack() as stack:
        sealed = stack.enter_context(Sealing(target, passphrase)) if passphrase else target
        packed = stack.enter_context(
            GzipFile(fileobj=cast("BinaryIO", sealed), mode="wb", compresslevel=3, mtime=0)
        )
        tar = stack.enter_context(
            tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT)
        )
        archive = Writing(tar)
        yield archive
        manifest = json.dumps({"format": FORMAT, "sha256": archive.checksums})
        archive.add(MANIFEST, manifest.encode())


Member = tuple[str, IO[bytes]]


@contextmanager
def reading(path: Path, passphrase: str | None) -> Iterator[Iterator[Member]]:
    """The members in their order, each to be read before the next is asked for.

    Raises:
        BackupError: `unreadable`, `passphrase_needed`, `passphrase_wrong`.
    """
    with ExitStack() as stack:
        try:
            raw = stack.enter_context(path.open("rb"))
            sealed = raw.read(len(MAGIC)) == MAGIC
            if not sealed:
                raw.seek(0)
            elif passphrase is None:
                raise BackupError("passphrase_needed", "This backup needs its passphrase.")
            file: Any = (
                io.BufferedReader(Unsealing(raw, passphrase or ""), _READ) if sealed else raw
            )
            tar = stack.enter_context(tarfile.open(fileobj=file, mode="r|gz"))
            yield _members(tar)
        except WrongPassphraseError:
            words = "This is not its passphrase, or the file has been damaged."
            raise BackupError("passphrase_wrong", words) from None
        except (OSError, tarfile.TarError, EOFError) as error:
            raise BackupError("unreadable", f"{path} is not a complete backup: {error}") from None


def _members(tar: tarfile.TarFile) -> Iterator[Member]:
    for member in tar:
        file = tar.extractfile(member)
        if not member.isfile() or file is None:
            raise BackupError("unreadable", f"{member.name} is not a plain file.")
        yield member.name, file


def verify(path: Path, passphrase: str | None) -> Json:
    """Read all of it and compare every checksum; returns what `about.json` says.

    Raises:
        BackupError: also `damaged`.
    """
    about: Json | None = None
    found: dict[str, str] = {}
    manifest: Json | None = None
    with reading(path, passphrase) as members:
        for name, file in members:
            if name == MANIFEST:
                manifest = json.load(file)
                continue
            digest = hashlib.sha256()
            if name == ABOUT:
                text = file.read()
                digest.update(text)
                about = json.loads(text)
            while data := file.read(_READ):
                digest.update(data)
            found[name] = digest.hexdigest()
    if about is None or manifest is None:
        raise BackupError("damaged", f"{path} was cut short: its manifest is missing.")
    if about.get("format") != FORMAT:
        words = f"{path} has format {about.get('format')}; this Rapport reads {FORMAT}."
        raise BackupError("newer", words)
    wanted: dict[str, str] = manifest["sha256"]
    wrong = sorted(n for n in wanted.keys() | found.keys() if wanted.get(n) != found.get(n))
    if wrong:
        raise BackupError("damaged", f"{path} is damaged: {', '.join(wrong[:5])}.")
    return about
