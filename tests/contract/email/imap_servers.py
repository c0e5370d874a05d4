"""Real IMAP servers: pymap from PyPI always, Dovecot where it is installed."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from imap_tools import MailBoxUnencrypted

from rapport.storage.embedded.endpoint import free_port

USER, PASSWORD = "ada", "not-a-secret"
DOVECOT = """
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
mail_location = maildir:{home}/mail/%u
first_valid_uid = 1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={home}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


@dataclass(frozen=True)
class Imap:
    port: int

    def append(self, raw: bytes, received: datetime | None = None) -> None:
        """Lay a mail into the mailbox; received now, or when it is said."""
        with MailBoxUnencrypted("127.0.0.1", self.port, timeout=10).login(USER, PASSWORD) as box:
            box.append(raw, "INBOX", received)

    def unseen(self) -> int:
        with MailBoxUnencrypted("127.0.0.1", self.port, timeout=10).login(USER, PASSWORD) as box:
            return int(box.folder.status("INBOX", ["UNSEEN"])["UNSEEN"])


@contextmanager
def pymap(folder: Path) -> Iterator[Imap]:
    port = free_port()
    program = Path(sys.executable).with_name("pymap")
    command = [program, "--host", "127.0.0.1", "--port", str(port), "--no-tls",
               "--no-service", "managesieve", "--no-service", "admin", "dict",
               "--demo-data", "--demo-user", USER, "--demo-password", PASSWORD]  # fmt: skip
    with running(command, folder, port) as server:
        yield server


@contextmanager
def dovecot(folder: Path) -> Iterator[Imap]:
    port = free_port()
    user, uid, gid = (
        ("mail", 8, 8) if os.getuid() == 0 else (os.getlogin(), os.getuid(), os.getgid())
    )
    for part in ("run", "state", "mail"):
        (folder / part).mkdir()
        if os.getuid() == 0:
            os.chown(folder / part, uid, gid)
    for above in [folder, *folder.parents][:4]:
        with suppress(OSError):
            above.chmod(above.stat().st_mode | 0o055)
    config = folder / "dovecot.conf"
    config.write_text(DOVECOT.format(
        home=folder, user=user, group=user, uid=uid, gid=gid, port=port, password=PASSWORD,
    ))  # fmt: skip
    with running(
        [shutil.which("dovecot") or "dovecot", "-F", "-c", str(config)], folder, port
    ) as s:
        yield s


@contextmanager
def running(command: list[object], folder: Path, port: int) -> Iterator[Imap]:
    with (folder / "out").open("wb") as out:
        process = subprocess.Popen([str(c) for c in command], stdout=out, stderr=out, cwd=folder)
    try:
        _answering(process, port, folder)
        yield Imap(port)
    finally:
        process.terminate()
        process.wait(20)


def _answering(process: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 2) as found:
            if found.recv(4) == b"* OK":
                return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    logs = [
        p.read_text(errors="replace")[-2000:]
        for p in (folder / "out", folder / "log")
        if p.exists()
    ]
    raise AssertionError(f"the IMAP server does not answer: {logs}")


class Wire:
    """A line to a server that can fall silent without being closed."""

    def __init__(self, to: int) -> None:
        self._to = to
        self._open: list[asyncio.Event] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0
        self.connections = 0
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Wire:  # noqa: PYI034
        self._server = await asyncio.start_server(self._line, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        assert self._server is not None
        self._server.close()

    def fall_silent(self) -> None:
        """Nothing goes over the lines that there are; new ones work."""
        for silent in self._open:
            silent.set()

    async def _line(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        silent = asyncio.Event()
        self._open.append(silent)
        self.connections += 1
        other, away = await asyncio.open_connection("127.0.0.1", self._to)
        for source, sink in ((reader, away), (other, writer)):
            task = asyncio.create_task(self._pump(source, sink, silent))
            self._tasks.add(task)

    async def _pump(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, silent: asyncio.Event
    ) -> None:
        try:
            while data := await source.read(65536):
                if not silent.is_set():
                    sink.write(data)
                    await sink.drain()
        except OSError:
            pass
        finally:
            sink.close()
