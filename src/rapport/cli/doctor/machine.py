"""This machine: disk, key, built parts, spool, and how it is reached."""

from __future__ import annotations

import os
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import rapport
from rapport.channels.sdk.guard import addresses_of, allowed
from rapport.cli.doctor.checks import Check, check
from rapport.settings import Settings
from rapport.storage.secrets import KEY_FILE

LEAST_DISK = 1_000_000_000
STALE_AFTER = timedelta(minutes=5)
ASSETS = ("desktop/index.html", "widget/widget.js", "widget/panel.js")
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def disk(data: Path) -> Check:
    """Room for what customers send."""
    place = data.resolve()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    words = f"{free / 1e9:.1f} GB free at {place}"
    if not os.access(place, os.W_OK):
        return Check("disk", "failed", f"{place} cannot be written to by this user.")
    return check(free >= LEAST_DISK, "disk", "failed", words, f"Only {words}. Make room.")


def key(settings: Settings) -> Check:
    """Where the key comes from, and who can read it."""
    if settings.secret_key is not None:
        return Check("secret_key", "ok", "from the environment")
    path = settings.data / KEY_FILE
    if not path.exists():
        words = f"There is no key yet; {path} is made at the first start. Back it up then."
        return Check("secret_key", "warning", words)
    if os.name == "posix" and path.stat().st_mode & 0o077:
        words = f"{path} can be read by others. Run: chmod 600 {path}"
        return Check("secret_key", "failed", words)
    return Check("secret_key", "ok", f"{path}, keep a copy of it elsewhere")


def assets() -> Check:
    """The built desktop and widget."""
    static = Path(rapport.__file__).parent / "static"
    missing = [name for name in ASSETS if not (static / name).is_file()]
    words = f"Not built: {', '.join(missing)}. Install the wheel, or build with: uv sync"
    return check(not missing, "assets", "failed", "desktop and widget are there", words)


def spool(data: Path, now: datetime) -> Check:
    """Requests that were kept on the disk while the database was away."""
    waiting = list((data / "spool").glob("*/*.request"))
    aside = list((data / "spool").glob("*/*.bad"))
    old = [p for p in waiting if now.timestamp() - p.stat().st_mtime > STALE_AFTER.total_seconds()]
    if old:
        words = (
            f"{len(waiting)} requests wait in {data / 'spool'}, some for more than"
            f" {STALE_AFTER.total_seconds() / 60:.0f} minutes. Is a node with the role api running"
            " on this data directory, and does its database answer?"
        )
        return Check("spool", "failed", words)
    if aside:
        words = f"{len(aside)} requests could not be replayed and lie aside as .bad files."
        return Check("spool", "warning", words)
    return Check("spool", "ok", f"{len(waiting)} requests wait" if waiting else "empty")


def sign_in(settings: Settings) -> Check:
    """Sessions travel encrypted, or do not leave this machine."""
    secure = (settings.public_url or "").startswith("https://")
    local = settings.host in LOOPBACK and urlsplit(settings.public_url or "").hostname in {
        None,
        *LOOPBACK,
    }
    return check(
        secure or local,
        "sign_in",
        "failed",
        "cookies are for https only" if secure else "only this machine can reach it",
        "Passwords and sessions travel unencrypted. Put a reverse proxy with TLS in front and set"
        " RAPPORT_PUBLIC_URL to its https address.",
    )


async def public_url(settings: Settings, needed_by: list[str]) -> Check:
    """Whether providers can reach the webhooks of these accounts."""
    if not needed_by:
        return Check("public_url", "ok", "no account needs webhooks")
    names = ", ".join(needed_by[:5])
    url = urlsplit(settings.public_url or "")
    if url.scheme != "https" or not url.hostname:
        words = (
            f"Providers deliver to https addresses only; RAPPORT_PUBLIC_URL is"
            f" {settings.public_url or 'not set'}. Nothing arrives at: {names}."
        )
        return Check("public_url", "failed", words)
    try:
        addresses = await addresses_of(url.hostname)
    except (OSError, UnicodeError):
        words = f"The name {url.hostname} does not exist. Nothing arrives at: {names}."
        return Check("public_url", "failed", words)
    hidden = [address for address in addresses if not allowed(address, ())]
    words = (
        f"{url.hostname} is {', '.join(hidden)} here, which providers cannot reach from outside."
        f" If it is another address there, all is well; else nothing arrives at: {names}."
    )
    return check(not hidden, "public_url", "warning", f"{settings.public_url}", words)
