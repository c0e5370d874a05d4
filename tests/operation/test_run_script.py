"""`run.py` in a terminal: what Ctrl-C does to the command that it runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
IN_A_TERMINAL = """
import os, pty, signal, sys
# Who began this in the background may have had it deaf to Ctrl-C, and so all that it runs.
signal.signal(signal.SIGINT, signal.SIG_DFL)
sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))
"""
STOPS_IN_ORDER = """
import threading
try:
    print("it runs", flush=True)
    threading.Event().wait()
except KeyboardInterrupt:
    threading.Event().wait(1)
    print("stopped in order", flush=True)
"""
DIES = """
import threading
print("it runs", flush=True)
threading.Event().wait()
"""


@pytest.mark.parametrize(
    ("command", "code", "last_words"),
    [(STOPS_IN_ORDER, 0, "stopped in order"), (DIES, 130, "KeyboardInterrupt")],
    ids=["stops in order", "dies"],
)
def test_ctrl_c_waits_until_the_command_has_stopped(
    command: str, code: int, last_words: str
) -> None:
    script = [sys.executable, str(ROOT / "run.py"), "exec", "python", "-c", command]
    with subprocess.Popen(
        [sys.executable, "-c", IN_A_TERMINAL, *script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as terminal:
        try:
            assert terminal.stdout is not None
            while "it runs" not in (line := terminal.stdout.readline().decode()):
                assert line
            said, _ = terminal.communicate(b"\x03", timeout=60)
        finally:
            terminal.kill()
    assert terminal.returncode == code
    assert last_words in said.decode()
