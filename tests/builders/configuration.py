"""A small configuration: one queue, one account, two agents."""

from __future__ import annotations

from typing import Any

from rapport.application.configuration.snapshot import Configuration, Item
from rapport.application.configuration.specs import SPECS

QUEUE, OTHER_QUEUE, ACCOUNT, ENTRY, ANA, BEN = 1, 2, 3, 4, 11, 12


def a_configuration(
    channel: str = "webchat",
    *,
    queue: dict[str, Any] | None = None,
    entry: dict[str, Any] | None = None,
    account: dict[str, Any] | None = None,
) -> Configuration:
    """Specs as an administrator writes them, over defaults that work."""
    things: dict[int, tuple[str, str, dict[str, Any]]] = {
        QUEUE: ("queues", "sales", {"channels": [channel], **(queue or {})}),
        OTHER_QUEUE: ("queues", "help", {"channels": [channel]}),
        ACCOUNT: ("accounts", "shop", {"channel": channel, **(account or {})}),
        ENTRY: ("entry_points", "door", {"account": ACCOUNT, "queue": QUEUE, **(entry or {})}),
        ANA: ("users", "Ana", {"login": "ana"}),
        BEN: ("users", "Ben", {"login": "ben"}),
    }
    return Configuration.of(
        1,
        (
            Item(item_id, kind, name, SPECS[kind].model_validate(spec), 1)
            for item_id, (kind, name, spec) in things.items()
        ),
    )
