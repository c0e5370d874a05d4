"""Where the server listens: a Unix socket in a private directory, else loopback with a password."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import random
import re
import shutil
import socket
import stat
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

from rapport.storage.embedded.account import Account

ROLE = "rapport"
_PORTS = range(15_000, 32_000)
# The port is only a part of the socket's name, and the directory is ours alone.
_SOCKET_PORT = 5432
# Linux takes 107 bytes, macOS 103.
_LONGEST_SOCKET_PATH = 103
# Commas and quotes mean something in PostgreSQL's settings and in addresses.
_PLAIN = re.compile(r"[A-Za-z0-9/._+@-]+\Z")


@dataclass(frozen=True)
class Endpoint:
    """One address of the server. With a `directory` it is a socket there, else loopback."""

    directory: Path | None
    port: int
    password: str

    def dsn(self, database: str) -> str:
        """The address of a database, for asyncpg."""
        name = quote(database, safe="")
        if self.directory is not None:
            query = urlencode({"host": str(self.directory), "port": self.port})
            return f"postgresql://{ROLE}@/{name}?{query}"
        return f"postgresql://{ROLE}:{quote(self.password)}@127.0.0.1:{self.port}/{name}"

    def settings(self) -> dict[str, str]:
        """The server settings that make it listen here and nowhere else."""
        if self.directory is not None:
            return {
                "listen_addresses": "",
                "port": str(self.port),
                "unix_socket_directories": str(self.directory),
                "unix_socket_permissions": "0700",
            }
        settings = {"listen_addresses": "127.0.0.1", "port": str(self.port)}
        return settings if sys.platform == "win32" else {**settings, "unix_socket_directories": ""}

    def access_rules(self) -> str:
        """The content of `pg_hba.conf`: everything that is not said here is refused.

        On a socket the private directory is the check: who gets there is the owner or root.
        """
        if self.directory is not None:
            return "local all all trust\n"
        return "host all all 127.0.0.1/32 scram-sha-256\n"

    def remove_leftovers(self) -> None:
        """Delete a socket of a server that is known to be dead; its lock file names an old pid."""
        if self.directory is not None:
            name = f".s.PGSQL.{self.port}"
            for leftover in (name, f"{name}.lock"):
                (self.directory / leftover).unlink(missing_ok=True)


def choose_endpoint(
    data_directory: Path, password: str, account: Account, *, loopback: bool
) -> Endpoint:
    """The best address this platform and file system allow.

    Raises:
        OSError: if the data directory cannot be written to.
    """
    if sys.platform != "win32" and not loopback:
        for directory in _private_directories(data_directory, account):
            path = directory / f".s.PGSQL.{_SOCKET_PORT}"
            if len(os.fsencode(path)) <= _LONGEST_SOCKET_PATH and _carries_sockets(directory):
                return Endpoint(directory, _SOCKET_PORT, password)
    return Endpoint(None, free_port(), password)


def discard_endpoint(endpoint: Endpoint, data_directory: Path) -> None:
    """Remove a socket directory that was made outside the data directory."""
    if endpoint.directory is not None and not endpoint.directory.is_relative_to(data_directory):
        shutil.rmtree(endpoint.directory, ignore_errors=True)


def free_port() -> int:
    """A loopback port that nobody listens on, for a process that is about to.

    None of those that a system gives to whoever takes any (Linux from 32768, others from 49152):
    one of these may be somebody else's a moment later.

    Raises:
        OSError: there is none.
    """
    for port in random.SystemRandom().sample(_PORTS, 100):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError(errno.EADDRINUSE, "There is no free port on this machine")


def _private_directories(data_directory: Path, account: Account) -> Iterator[Path]:
    inside = data_directory / "run"
    if _PLAIN.match(str(inside)):
        # It may be of another account, from before a restore.
        shutil.rmtree(inside, ignore_errors=True)
        yield _made_private(inside, account)
    digest = hashlib.sha256(os.fsencode(data_directory)).hexdigest()[:12]
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    # Root's runtime directory is closed to the account that the server runs as.
    if runtime and account.uid is None and Path(runtime).is_dir() and _PLAIN.match(runtime):
        yield _made_private(Path(runtime) / f"rapport-{digest}", account)
    for temporary in (tempfile.gettempdir(), "/tmp"):  # noqa: S108 - made private, then checked
        if not _PLAIN.match(temporary):
            continue
        named = Path(temporary) / f"rapport-{digest}"
        try:
            yield _made_private(named, account)
        except OSError:
            # Somebody else's, by accident or not.
            fresh = Path(tempfile.mkdtemp(prefix="rapport-", dir=temporary))
            yield _made_private(fresh, account)


def _made_private(directory: Path, account: Account) -> Path:
    directory.mkdir(mode=0o700, exist_ok=True)
    status = directory.lstat()
    ours = {os.geteuid(), account.uid}
    if not stat.S_ISDIR(status.st_mode) or status.st_uid not in ours:
        raise PermissionError(f"{directory} belongs to somebody else")
    directory.chmod(0o700)
    account.own(directory)
    return directory


def _carries_sockets(directory: Path) -> bool:
    """Whether sockets can be made here: shared folders of virtual machines often refuse."""
    path = directory / ".probe"
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.bind(str(path))
        except OSError:
            return False
    path.unlink(missing_ok=True)
    return True
