#!/usr/bin/env python3
"""Set-up and the everyday commands, for a machine with nothing but Python 3.11 and git.

    python3 run.py demo     a contact centre with sample data, in your browser
    python3 run.py test     every check and test of the project
    python3 run.py check    only the quick ones: format, lint, types, import contracts
    python3 run.py exec …   any command in the project's environment

Standard library only. It finds uv, or installs a pinned one into .cache/, and hands over.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
UV_VERSION = "0.13.9"
BIN = "Scripts" if os.name == "nt" else "bin"
EXE = ".exe" if os.name == "nt" else ""

CHECKS: list[tuple[str, list[str]]] = [
    ("format", ["ruff", "format", "--check", "."]),
    ("lint", ["ruff", "check", "."]),
    ("types", ["mypy"]),
    ("layers", ["lint-imports"]),
]
TESTS: list[tuple[str, list[str]]] = [
    ("web", ["python", "web/build.py", "--check"]),
    ("tests", ["pytest", "-n", "auto"]),
]


def find_uv() -> str:
    """The uv on the PATH, or the pinned one, installed on first need."""
    if found := shutil.which("uv"):
        return found
    home = ROOT / ".cache" / f"uv-{UV_VERSION}"
    uv = home / BIN / f"uv{EXE}"
    if not uv.exists():
        print(f"Installing uv {UV_VERSION} into {home.relative_to(ROOT)} …", file=sys.stderr)
        try:
            venv.create(home, with_pip=True, clear=True)
        except (Exception, SystemExit) as error:
            sys.exit(
                f"Python could not make a virtual environment ({error}).\n"
                "On Debian and Ubuntu: apt install python3-venv"
            )
        python = home / BIN / f"python{EXE}"
        install = [str(python), "-m", "pip", "install", "--quiet", f"uv=={UV_VERSION}"]
        if subprocess.run(install, check=False).returncode:
            shutil.rmtree(home, ignore_errors=True)
            sys.exit("uv could not be installed: is the Python package index reachable?")
    return str(uv)


def environment() -> dict[str, str]:
    """The caller's environment, made to trust the system's certificates too."""
    env = dict(os.environ)
    env.setdefault("UV_SYSTEM_CERTS", "1")
    env.setdefault("UV_PYTHON_DOWNLOADS", "never")
    if "SSL_CERT_FILE" in env:
        env.setdefault("NODE_EXTRA_CA_CERTS", env["SSL_CERT_FILE"])
    env.pop("VIRTUAL_ENV", None)
    return env


def uv_run(uv: str, command: list[str]) -> int:
    """Run one command in the locked environment and return its exit code.

    Ctrl-C reaches it as well: it stops in order, and until then we wait; nothing else is begun.
    """
    interrupted = False
    child = subprocess.Popen([uv, "run", "--locked", *command], cwd=ROOT, env=environment())
    while True:
        try:
            code = child.wait()
        except KeyboardInterrupt:
            interrupted = True
        else:
            return sys.exit(code) if interrupted and code else code


def run_steps(uv: str, steps: list[tuple[str, list[str]]]) -> int:
    """Run every step, also after a failure, and say at the end which ones failed."""
    failed = []
    for name, command in steps:
        print(f"── {name}: {' '.join(command)}", flush=True)
        if uv_run(uv, command):
            failed.append(name)
    if failed:
        print(f"── failed: {', '.join(failed)}", flush=True)
    return 1 if failed else 0


def main() -> int:
    """Dispatch the command line."""
    command, *rest = sys.argv[1:] or ["help"]
    if sys.version_info < (3, 11):
        sys.exit("Rapport needs Python 3.11 or later.")
    if command == "demo":
        return uv_run(find_uv(), ["rapport", "demo", *rest])
    if command == "test":
        if rest:
            return uv_run(find_uv(), ["pytest", *rest])
        return run_steps(find_uv(), CHECKS + TESTS)
    if command == "check":
        return run_steps(find_uv(), CHECKS)
    if command == "exec" and rest:
        return uv_run(find_uv(), rest)
    print(__doc__)
    return 0 if command in {"help", "-h", "--help"} else 2


if __name__ == "__main__":
    sys.exit(main())
