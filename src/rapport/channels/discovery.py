"""Finds the channels: every package beside this file whose `connector` module has `create`.

What it finds also says what form the accounts' settings have; whoever validates a configuration
calls it first.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

import rapport.channels
from rapport.application.configuration.specs import CHANNEL_SETTINGS
from rapport.channels.sdk.connector import Connector


@cache
def connectors() -> dict[str, Connector]:
    """One connector per channel that has one, by the channel's name."""
    found: dict[str, Connector] = {}
    for module in iter_modules(rapport.channels.__path__):
        if not module.ispkg or module.name == "sdk":
            continue
        package = import_module(f"rapport.channels.{module.name}")
        for part in iter_modules(package.__path__):
            if part.name == "connector":
                create = getattr(import_module(f"{package.__name__}.connector"), "create", None)
                if create is not None:
                    connector: Connector = create()
                    found[connector.manifest.channel] = connector
                    CHANNEL_SETTINGS[connector.manifest.channel] = connector.manifest.settings
    return found
