"""The SSRF guard: no address that a person can configure reaches into the operator's own network.

The name is resolved here, every address checked, and the connection made to the checked address
itself, so that a second look-up can't answer differently. Redirects pass through it again.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from functools import partial

import httpx2
from typing_extensions import override

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Forbidden(httpx2.ConnectError):
    """The address is private and not among those allowed; nothing was sent."""


def networks(text: str) -> list[Network]:
    """Networks written one after another, with commas.

    Raises:
        ValueError: one of them is none.
    """
    return [ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip()]


def allowed(address: str, private: Sequence[Network]) -> bool:
    """Whether an IP address may be called: public, or in one of these private networks."""
    ip = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    return ip.is_global or any(ip in network for network in private)


async def addresses_of(host: str, port: int = 0) -> list[str]:
    """What a name stands for.

    Raises:
        OSError: nothing.
    """
    look_up = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    found = await asyncio.get_running_loop().run_in_executor(None, look_up)
    return [str(entry[4][0]) for entry in found]


async def allowed_host(private: Sequence[Network], host: str) -> bool:
    """Whether a host may be called that is spoken to without HTTP; an unknown one may be tried."""
    try:
        addresses = await addresses_of(host)
    except (OSError, UnicodeError):
        return True
    return all(allowed(address, private) for address in addresses)


class GuardedTransport(httpx2.AsyncBaseTransport):
    """Wraps a transport; requests to forbidden addresses fail before anything is sent."""

    def __init__(self, inner: httpx2.AsyncBaseTransport, private: Sequence[Network]) -> None:
        self._inner = inner
        self._private = private

    @override
    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Resolve, check, connect to what was checked."""
        host = request.url.host
        try:
            addresses = await addresses_of(host, request.url.port or 0)
        except OSError as error:
            raise httpx2.ConnectError(str(error), request=request) from error
        good = [a for a in addresses if allowed(a, self._private)]
        if not good or len(good) < len(addresses):
            raise Forbidden(f"{host} is not a public address", request=request)
        if host != good[0]:
            request.extensions = {**request.extensions, "sni_hostname": host}
            request.url = request.url.copy_with(host=good[0])
        return await self._inner.handle_async_request(request)

    @override
    async def aclose(self) -> None:
        """Close what it wraps."""
        await self._inner.aclose()


def guarded_client(
    private: Sequence[Network], timeout_s: float = 20, most: int = 200
) -> httpx2.AsyncClient:
    """A client for everything that leaves towards configured addresses."""
    limits = httpx2.Limits(max_connections=most, max_keepalive_connections=most)
    inner = httpx2.AsyncHTTPTransport(limits=limits, retries=0)
    return httpx2.AsyncClient(
        transport=GuardedTransport(inner, private), timeout=timeout_s, follow_redirects=False
    )
