"""Whether a node is traced, and where its spans go; OpenTelemetry is imported only if it is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib import import_module
from urllib.parse import urlsplit, urlunsplit

from rapport.settings import Settings
from rapport.tracing.seams import Seams

ON = "on"
PATH = "/v1/traces"
DEFAULT = "http://localhost:4318"
"""Where the standard says that a collector is."""


class NotInstalledError(Exception):
    """Tracing is set and cannot be: the extra is not installed."""

    code = "tracing_not_installed"

    def __init__(self) -> None:
        super().__init__(
            "RAPPORT_TRACING is set, and OpenTelemetry is not installed."
            " Run: pip install 'rapport[otel]'"
        )


def endpoint_of(tracing: str, variables: Mapping[str, str]) -> str:
    """Where spans are posted: by the setting, or by the standard variables where it says `on`."""
    if tracing != ON:
        return _with_path(tracing)
    if exact := variables.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"):
        return exact
    return _with_path(variables.get("OTEL_EXPORTER_OTLP_ENDPOINT") or DEFAULT)


def shown(endpoint: str) -> str:
    """An endpoint without what may be secret in it."""
    parts = urlsplit(endpoint)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


@asynccontextmanager
async def opened_tracing(
    settings: Settings, roles: frozenset[str], variables: Mapping[str, str]
) -> AsyncIterator[Seams]:
    """The seams of a node with these roles, by settings and `OTEL_…` variables.

    Raises:
        NotInstalledError: it is set, and the extra `otel` is missing.
    """
    if settings.tracing is None:
        yield Seams()
        return
    check_installed()
    from rapport.tracing.collector import tracing_to
    from rapport.tracing.traced import TracedSeams

    async with tracing_to(endpoint_of(settings.tracing, variables), roles, variables) as tracer:
        yield TracedSeams(tracer)


def check_installed() -> None:
    """Import OpenTelemetry.

    Raises:
        NotInstalledError: the extra `otel` is missing.
    """
    try:
        import_module("rapport.tracing.collector")
    except ImportError as error:
        if (error.name or "rapport").startswith("rapport"):
            raise
        raise NotInstalledError from error


def _with_path(base: str) -> str:
    base = base.rstrip("/")
    return base if base.endswith(PATH) else base + PATH
