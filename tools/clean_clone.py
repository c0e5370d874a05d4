#!/usr/bin/env python3
"""Runs the README's commands in a fresh clone, with nothing but Python and git on the PATH.

    python3 tools/clean_clone.py                    test, then demo
    python3 tools/clean_clone.py --only demo        until its addresses answer, then Ctrl-C
    python3 tools/clean_clone.py --only demo --drive "python3 drive.py"
                                                    and a command in between, which finds the
                                                    addresses in RAPPORT_ADDRESSES
    python3 tools/clean_clone.py --cold             with empty download caches

What is committed is what is tried. Standard library only; everything said goes to a log file too.
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TextIO

ROOT = Path(__file__).resolve().parents[1]
ADDRESS = re.compile(r"http://(?:localhost|127\.0\.0\.1|\[::1\]):\d+[^\s\"'<>)\],]*")
ESCAPES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
QUIET_S = 2.0
STOP_S = 30.0


class Trial:
    """One clone in an empty folder, with its environment and its log."""

    def __init__(self, folder: Path, log: TextIO, *, cold: bool) -> None:
        self.clone = folder / "rapport"
        self.log = log
        self.started = time.monotonic()
        tools = folder / "bin"
        tools.mkdir()
        (tools / "python3").symlink_to(Path(sys.executable).resolve())
        (tools / "git").symlink_to(Path(shutil.which("git") or "git").resolve())
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("VIRTUAL", "PYTHON"))}
        self.environment = {**kept, "PATH": str(tools), "PYTHONUNBUFFERED": "1"}
        if cold:
            caches = {"UV_CACHE_DIR": "uv", "npm_config_cache": "npm", "PIP_CACHE_DIR": "pip"}
            for name, cache in caches.items():
                self.environment[name] = str(folder / "cache" / cache)
        self.say(f"cloning {ROOT} into {self.clone}")
        self._git("clone", "--quiet", "--no-hardlinks", str(ROOT), str(self.clone))
        self._git("-C", str(self.clone), "checkout", "--quiet", "--detach", self._head())

    def say(self, text: str) -> None:
        """A line with the seconds since the beginning, to the terminal and the log."""
        line = f"[{time.monotonic() - self.started:6.1f}] {ESCAPES.sub('', text.rstrip())}"
        print(line, flush=True)
        self.log.write(line + "\n")
        self.log.flush()

    def run_command(self, *command: str) -> subprocess.Popen[str]:
        """Start a command in the clone, in a group of its own as a terminal would."""
        self.say(f"$ {shlex.join(command)}")
        return subprocess.Popen(
            [shutil.which(command[0], path=self.environment["PATH"]) or command[0], *command[1:]],
            cwd=self.clone,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )

    def left_running(self) -> list[str]:
        """The processes that still work in or from the clone."""
        listing = subprocess.run(
            ["ps", "-ww", "-axo", "pid=,stat=,args="], capture_output=True, text=True, check=True
        )
        found = []
        for line in listing.stdout.splitlines():
            pid, state, command = line.split(None, 2)
            folder = Path(f"/proc/{pid}/cwd")
            try:
                inside = folder.resolve().is_relative_to(self.clone)
            except OSError:
                inside = False
            if (inside or str(self.clone) in command) and not state.startswith("Z"):
                found.append(line)
        return found

    def _git(self, *arguments: str) -> None:
        subprocess.run(["git", *arguments], check=True)

    def _head(self) -> str:
        head = ["git", "-C", str(ROOT), "rev-parse", "HEAD"]
        return subprocess.run(head, check=True, capture_output=True, text=True).stdout.strip()


def try_test(trial: Trial) -> bool:
    """Whether the test command ends well."""
    process = trial.run_command("python3", "run.py", "test")
    assert process.stdout is not None
    for line in process.stdout:
        trial.say(line)
    code = process.wait()
    trial.say(f"test ended with {code}")
    return code == 0 and nothing_left(trial)


def try_demo(trial: Trial, drive: str | None, patience_s: float) -> bool:
    """Whether the demo comes up, can be driven, and ends without a trace on Ctrl-C."""
    process = trial.run_command("python3", "run.py", "demo")
    listener = Listener(process, trial)
    try:
        ready = until_answering(process, listener, trial, patience_s)
        if ready and drive:
            ready = driven(trial, drive, listener.addresses)
    finally:
        trial.say("Ctrl-C")
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
        try:
            code = process.wait(STOP_S)
            trial.say(f"demo ended with {code}")
            stopped = True
        except subprocess.TimeoutExpired:
            trial.say(f"demo still runs {STOP_S:g} s after Ctrl-C")
            os.killpg(process.pid, signal.SIGKILL)
            stopped = False
        listener.thread.join(5)
    return nothing_left(trial) and ready and stopped


class Listener:
    """Follows what a process prints and collects the addresses in it."""

    def __init__(self, process: subprocess.Popen[str], trial: Trial) -> None:
        self.addresses: list[str] = []
        self.last_line = time.monotonic()
        self._process = process
        self._trial = trial
        self.thread = threading.Thread(target=self._follow, daemon=True)
        self.thread.start()

    def _follow(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._trial.say(line)
            for address in ADDRESS.findall(ESCAPES.sub("", line)):
                if address.rstrip(".;:") not in self.addresses:
                    self.addresses.append(address.rstrip(".;:"))
            self.last_line = time.monotonic()


def until_answering(
    process: subprocess.Popen[str], listener: Listener, trial: Trial, patience_s: float
) -> bool:
    """Wait until the output rests and every address in it answers."""
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        if process.poll() is not None:
            trial.say(f"demo ended by itself with {process.returncode}")
            return False
        at_rest = time.monotonic() - listener.last_line > QUIET_S
        if at_rest and listener.addresses and all(map(answers, listener.addresses)):
            trial.say(f"all answer: {' '.join(listener.addresses)}")
            return True
        time.sleep(0.2)
    silent = [address for address in listener.addresses if not answers(address)]
    trial.say(f"not up after {patience_s:g} s; no answer from: {silent or 'no address printed'}")
    return False


def answers(address: str) -> bool:
    """Whether a server is there that does not fail; asking for a login or a path is an answer."""
    try:
        with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - only http, by ADDRESS
            return True
    except urllib.error.HTTPError as error:
        with error:
            return error.code < 500
    except OSError:
        return False


def driven(trial: Trial, drive: str, addresses: list[str]) -> bool:
    """Whether the given command, with the caller's own PATH, ends well."""
    trial.say(f"$ {drive}")
    result = subprocess.run(
        shlex.split(drive),
        env={**os.environ, "RAPPORT_ADDRESSES": " ".join(addresses)},
        capture_output=True,
        text=True,
        check=False,
    )
    for line in (result.stdout + result.stderr).splitlines():
        trial.say(line)
    return result.returncode == 0


def nothing_left(trial: Trial) -> bool:
    """Whether all processes of the clone are gone; they get a moment."""
    deadline = time.monotonic() + 5
    while left := trial.left_running():
        if time.monotonic() > deadline:
            for line in left:
                trial.say(f"left running: {line}")
            return False
        time.sleep(0.1)
    return True


def main() -> int:
    """Dispatch the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", choices=["demo", "test"])
    parser.add_argument("--cold", action="store_true", help="start with empty download caches")
    parser.add_argument("--drive", help="a command to run while the demo is up")
    parser.add_argument("--patience", type=float, default=300.0, help="seconds for the demo")
    parser.add_argument("--log", type=Path, default=ROOT / ".cache" / "clean-clone.log")
    parser.add_argument("--keep", action="store_true", help="leave the clone for inspection")
    options = parser.parse_args()
    options.log.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="rapport-clean-")).resolve()
    outcome = {}
    with options.log.open("w") as log:
        trial = Trial(folder, log, cold=options.cold)
        if options.only != "demo":
            outcome["test"] = try_test(trial)
        if options.only != "test":
            outcome["demo"] = try_demo(trial, options.drive, options.patience)
        for name, good in outcome.items():
            trial.say(f"{name}: {'passed' if good else 'FAILED'}")
    print(f"Log: {options.log}" + (f"; clone: {folder}" if options.keep else ""))
    if not options.keep:
        shutil.rmtree(folder, ignore_errors=True)
    return 0 if all(outcome.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
