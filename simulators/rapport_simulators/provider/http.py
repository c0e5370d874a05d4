"""HTTP clients that don't read the machine's proxies, cheap to make."""

import functools
import ssl

import httpx2


@functools.cache
def _trusted() -> ssl.SSLContext:
    return ssl.create_default_context()


def http_client(timeout_s: float, connections: int = 100) -> httpx2.AsyncClient:
    """A client; the certificates it trusts are read once per process."""
    return httpx2.AsyncClient(
        timeout=timeout_s,
        trust_env=False,
        verify=_trusted(),
        limits=httpx2.Limits(max_connections=connections, max_keepalive_connections=connections),
    )
