"""`dataclass` for values that are made by the thousand: frozen for whoever reads and type-checks.

A frozen dataclass sets each field through `object.__setattr__`, which makes one of 25 fields take
2.7 µs instead of 0.5 (measured; docs/performance.md). That nothing changes them is checked by mypy;
at run time they are plain, with the equality and hash of frozen ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__all__ = ["dataclass"]

if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    import dataclasses

    def dataclass(*, frozen: bool = False, **options: bool):
        """As `dataclasses.dataclass`."""
        return dataclasses.dataclass(unsafe_hash=frozen, **options)
