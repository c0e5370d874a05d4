"""Imports a generated mailbox and prints what was found: `python tools/mailbox_import.py 10000`.

Database, mail server and Rapport run on this machine; every mail is judged by its ground truth.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import sys
import tempfile
from pathlib import Path

from rapport.storage.embedded import EmbeddedPostgres
from rapport.storage.migrations import upgrade

sys.path.insert(0, str(Path(__file__).parent.parent))


async def run(count: int, traps: int, seed: int) -> dict[str, object]:
    """The result, with the most memory that this process had in MB."""
    from tests.mailbox.importing import imported

    with tempfile.TemporaryDirectory(prefix="rapport-mailbox-") as folder:
        async with EmbeddedPostgres(Path(folder) / "postgres") as postgres:
            await upgrade(postgres.dsn)
            data = Path(folder) / "data"
            found = await imported(postgres.dsn, data, count, traps, seed, within_s=3600)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {**found, "seed": seed, "peak_mb": peak}


def main() -> int:
    """Run as the command line says; 1 if any mail is lost, doubled or in a wrong thread."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=10_000)
    parser.add_argument("--traps", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    found = asyncio.run(run(options.count, options.traps, options.seed))
    print(json.dumps(found, indent=2))
    bad = ("lost", "doubled", "spurious", "unmarked", "wrong_thread")
    return 1 if any(found[name] for name in bad) else 0


if __name__ == "__main__":
    sys.exit(main())
