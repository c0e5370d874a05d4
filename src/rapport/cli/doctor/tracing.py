"""Whether traces are sent, and whether their collector takes them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from rapport.cli.doctor.checks import Check, check
from rapport.settings import Settings
from rapport.tracing.opening import NotInstalledError, check_installed, endpoint_of, shown

PATIENCE_S = 3.0


async def examine_tracing(settings: Settings, variables: Mapping[str, str]) -> Check:
    """Send the collector a batch without spans."""
    if settings.tracing is None:
        return Check("tracing", "ok", "off; RAPPORT_TRACING switches it on")
    try:
        check_installed()
    except NotInstalledError as error:
        return Check("tracing", "failed", f"{error} The server does not start without it.")
    from rapport.tracing.collector import answers

    endpoint = endpoint_of(settings.tracing, variables)
    taken = await asyncio.to_thread(answers, endpoint, PATIENCE_S)
    words = (
        f"The collector at {shown(endpoint)} takes no spans: they are dropped, and nothing else"
        " suffers. Start it, or correct RAPPORT_TRACING."
    )
    return check(taken, "tracing", "warning", f"on; {shown(endpoint)} takes spans", words)
