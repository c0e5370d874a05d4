"""The system account that the server's processes run as.

Usually Rapport's own. PostgreSQL refuses to run as root, so a Rapport that is root gives the
server to an unprivileged account and stays root itself; no account is created for it.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from rapport.storage.embedded.errors import EmbeddedDatabaseError, explained

_LAUNCHER = Path(__file__).with_name("as_account.py")
# `nobody` is in every Linux; an account `rapport` is what a careful administrator makes.
_FOR_ROOT = ("rapport", "nobody")


@dataclass(frozen=True)
class Account:
    """Who runs the server; the default is whoever runs Rapport."""

    uid: int | None = None
    gid: int | None = None
    reach: bool = False

    def command(self, *command: str) -> list[str]:
        """The command line that runs `command` as this account."""
        if self.uid is None:
            return list(command)
        switch = [str(self.uid), str(self.gid), "1" if self.reach else "0"]
        return [sys.executable, "-I", "-S", str(_LAUNCHER), *switch, *command]

    def own(self, *paths: Path) -> None:
        """Give files and directories to the account.

        Raises:
            OSError: if the file system refuses.
        """
        if self.uid is not None and self.gid is not None:
            for path in paths:
                os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def own_tree(self, top: Path) -> None:
        """Give a directory with all it contains to the account."""
        self.own(top, *top.rglob("*"))


def choose_account(cluster: Path, *needed: Path) -> Account:
    """The account for the cluster directory, whether it exists or not yet.

    An existing cluster keeps its owner; `needed` are further paths that it must be able to reach.

    Raises:
        EmbeddedDatabaseError: `wrong_owner` or `no_account`.
    """
    if sys.platform == "win32":
        return Account()
    with explained(cluster.parent):
        owner = cluster.stat().st_uid if cluster.exists() else None
    if os.geteuid() != 0:
        if owner is not None and owner != os.geteuid():
            raise EmbeddedDatabaseError(
                "wrong_owner",
                f"The database in {cluster} belongs to the user {_name(owner)}, but Rapport runs "
                f"as {_name(os.geteuid())}. Run it as {_name(owner)}, or choose another directory.",
            )
        return Account()
    if sys.platform != "linux":
        raise EmbeddedDatabaseError(
            "no_account",
            "Rapport runs as root, and PostgreSQL refuses to. Run Rapport as another user.",
        )
    uid, gid = _unprivileged(owner)
    if owner == 0:
        # A restore by root: PostgreSQL insists on owning its files.
        with explained(cluster.parent):
            Account(uid, gid).own_tree(cluster)
    paths = (cluster, *needed)
    return Account(uid, gid, reach=not all(_reachable(path, uid) for path in paths))


def require_entry() -> None:
    """Refuse early where `initdb` would: it must find the name of the user that runs it.

    Raises:
        EmbeddedDatabaseError: `no_account`, e.g. in a container with an arbitrary user id.
    """
    if sys.platform == "win32" or os.geteuid() == 0:
        return
    import pwd

    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:
        raise EmbeddedDatabaseError(
            "no_account",
            f"The user id {os.geteuid()} that Rapport runs as has no entry in /etc/passwd, which "
            "PostgreSQL needs to make a database. Add one, or give Rapport the address of a "
            "PostgreSQL server.",
        ) from None


def _unprivileged(owner: int | None) -> tuple[int, int]:
    import pwd

    names = [_name(owner)] if owner else list(_FOR_ROOT)
    for name in names:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    if owner:
        return owner, owner
    raise EmbeddedDatabaseError(
        "no_account",
        "Rapport runs as root, and PostgreSQL refuses to. Run Rapport as another user, or add a "
        "system user `rapport` for the database (useradd --system rapport).",
    )


def _name(uid: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _reachable(path: Path, uid: int) -> bool:
    for folder in path.absolute().parents:
        try:
            status = folder.stat()
        except FileNotFoundError:
            continue
        if not status.st_mode & (0o100 if status.st_uid == uid else 0o001):
            return False
    return True
