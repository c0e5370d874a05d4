"""Ports for a demo of a test's own."""

from __future__ import annotations

import os
import socket


def free_row(count: int) -> int:
    """The first of some ports in a row that nobody listens on."""
    # Below the ports that the system hands out to whoever connects or asks for any.
    for first in range(20_000 + os.getpid() % 1000 * 10, 32_000, 10):
        taken = False
        for port in range(first, first + count):
            with socket.socket() as probe:
                taken = taken or probe.connect_ex(("127.0.0.1", port)) == 0
        if not taken:
            return first
    raise AssertionError("no free ports")
