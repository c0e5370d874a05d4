"""Which files may be sent, for each direction: the installation's policy and an account's own."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from rapport.application.configuration.spec import Spec
from rapport.domain.policy import FileLimits

MOST_IN_ALL = 5_000_000_000
_OF_OLD = {"enabled", "max_bytes", "max_count", "types"}
"""The fields of `files` before it had two directions."""
COMMON_TYPES = [
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "application/pdf",
    "text/plain",
    "text/csv",
    "application/zip",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
]


class FilePolicy(Spec):
    """Which files may be sent. Types are of the content, found by looking at it."""

    enabled: bool = True
    max_bytes: Annotated[int, Field(ge=1, le=100_000_000)] = 10_000_000
    max_total_bytes: Annotated[int, Field(ge=1, le=MOST_IN_ALL)] = 100_000_000
    max_count: Annotated[int, Field(ge=1, le=50)] = 20
    types: list[str] = Field(default=COMMON_TYPES)

    @model_validator(mode="after")
    def _one_fits(self) -> Self:
        if self.max_total_bytes < self.max_bytes:
            raise ValueError("all files of a message together must be allowed as much as one file")
        return self

    def limits(self) -> FileLimits:
        """The policy as the rules read it."""
        return FileLimits(
            enabled=self.enabled,
            max_bytes=self.max_bytes,
            max_total_bytes=self.max_total_bytes,
            max_count=self.max_count,
            types=frozenset(self.types),
        )


class FilePolicies(Spec):
    """The installation's policy for each direction; it holds where an account has no own."""

    from_customers: FilePolicy = FilePolicy()
    from_agents: FilePolicy = FilePolicy()

    @model_validator(mode="before")
    @classmethod
    def _of_old(cls, value: Any) -> Any:
        # Of old the installation's policy was for agents only.
        return _in_direction(value, "from_agents")


class AccountFiles(Spec):
    """An account's own policies; a direction without one has the installation's."""

    from_customers: FilePolicy | None = None
    from_agents: FilePolicy | None = None

    @model_validator(mode="before")
    @classmethod
    def _of_old(cls, value: Any) -> Any:
        # Of old an account's policy was for customers only.
        return _in_direction(value, "from_customers")

    def customers(self, installation: FilePolicies) -> FilePolicy:
        """What holds for the account's customers."""
        return self.from_customers or installation.from_customers

    def agents(self, installation: FilePolicies) -> FilePolicy:
        """What holds for agents who write on the account."""
        return self.from_agents or installation.from_agents


def _in_direction(value: Any, direction: str) -> Any:
    """A policy as it was written before there were directions, as the one it was for."""
    if not isinstance(value, dict) or _OF_OLD.isdisjoint(value):
        return value
    # There was no limit for all files together: the old ones multiplied are none either.
    largest, most = value.get("max_bytes", 10_000_000), value.get("max_count", 10)
    numbers = isinstance(largest, int) and isinstance(most, int)
    total = min(MOST_IN_ALL, max(1, largest * most)) if numbers else 100_000_000
    return {direction: {"max_count": 10, "max_total_bytes": total, **value}}
