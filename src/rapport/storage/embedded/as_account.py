"""Executes a command as another system account: `python as_account.py UID GID REACH COMMAND …`.

A program of its own, not code between fork and exec: that is unsafe in a process with threads.
REACH 1 keeps, on Linux, the one capability to look into directories that are closed to the
account, so that neither the wheel's programs nor the data need to leave root's home, and no
permission of any directory has to be changed.
"""

import contextlib
import os
import sys

_PR_SET_SECUREBITS, _SECBIT_NO_SETUID_FIXUP = 28, 4
_PR_SET_KEEPCAPS, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE = 8, 47, 2
_CAPABILITY_VERSION_3 = 0x20080522
_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH = 1, 2


def main() -> None:
    """Drop to the account, then become the command."""
    uid, gid, reach, *command = sys.argv[1:]
    if reach == "1":
        _prctl(_PR_SET_KEEPCAPS, 1)
        # Without it access(2), by which PostgreSQL looks for its own files, ignores capabilities.
        # Refused where even root lacks the right to; then only open program folders will do.
        with contextlib.suppress(OSError):
            _prctl(_PR_SET_SECUREBITS, _SECBIT_NO_SETUID_FIXUP)
    os.setgroups([])
    os.setgid(int(gid))
    os.setuid(int(uid))
    if reach == "1":
        _keep_search_capability()
    os.execv(command[0], command)  # noqa: S606 - becoming the command is the purpose


def _prctl(*arguments: int) -> None:
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    padded = [ctypes.c_ulong(value) for value in (*arguments, 0, 0, 0, 0)[:5]]
    if libc.prctl(*padded):
        raise OSError(ctypes.get_errno(), f"prctl{arguments} was refused")


def _keep_search_capability() -> None:
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    sets = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable, twice 32 bits each
    if libc.capget(header, sets):
        raise OSError(ctypes.get_errno(), "capget was refused")
    # Containers often lack the narrow capability but have the wide one.
    narrow = sets[1] & (1 << _CAP_DAC_READ_SEARCH)
    capability = _CAP_DAC_READ_SEARCH if narrow else _CAP_DAC_OVERRIDE
    sets[0] = sets[1] = sets[2] = 1 << capability
    sets[3] = sets[4] = sets[5] = 0
    if libc.capset(header, sets):
        raise OSError(ctypes.get_errno(), "capset was refused")
    _prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability)


if __name__ == "__main__":
    main()
