"""Requests to providers as values, and what carries them.

A connector describes requests and reads answers; the transport owns sockets, time-outs, the
redacted channel log and uploads.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from dataclasses import field as default_to
from typing import Any, Protocol

import msgspec

from rapport.domain.sending import OutboundFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A multipart body: a stored file under `field`, beside plain fields."""

    file: OutboundFile
    field: str = "file"
    fields: Mapping[str, str] = default_to(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderRequest:
    """One request; at most one of `json`, `form`, `upload`, `hex` is its body.

    `path` is under the account's API address, unless `url` is given. `headers` hold no secret:
    `authorize` adds it as the request leaves. `"{answer.0.id}"` in a string of `json` stands for
    the field `id` of the answer to the part's first request.
    """

    method: str
    path: str = ""
    url: str | None = None
    query: Mapping[str, str] = default_to(default_factory=dict)
    headers: Mapping[str, str] = default_to(default_factory=dict)
    json: Any = None
    form: Mapping[str, str] | tuple[tuple[str, str], ...] | None = None
    upload: Upload | None = None
    hex: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What becomes one message at the provider.

    All requests but the last prepare it (uploads): to repeat them does no harm.
    """

    requests: tuple[ProviderRequest, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderAnswer:
    """The provider's answer; `json` is None where the body isn't JSON. Header names lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    json: Any = None


def body_of(request: ProviderRequest) -> bytes:
    """The JSON body exactly as the transport sends it, for channels that sign it."""
    return msgspec.json.encode(request.json)


class Unreached(Exception):  # noqa: N818 - names the situation
    """No byte of the request has left: it can be tried again without harm."""


class Unanswered(Exception):  # noqa: N818 - names the situation
    """The request may have arrived, no answer came."""


class Transport(Protocol):
    """Carries requests to one account's provider."""

    def open(self, file: OutboundFile) -> AsyncIterator[bytes]:
        """A stored file's bytes, for channels that don't send by HTTP."""

    async def request(
        self,
        request: ProviderRequest,
        *,
        base_url: str,
        authorize: Mapping[str, str] | None = None,
        basic: tuple[str, str] | None = None,
    ) -> ProviderAnswer:
        """Send one request; any HTTP status is an answer.

        Args:
            base_url: What `path` is under.
            authorize: Headers with secrets; never logged.
            basic: User and password for HTTP basic authentication.

        Raises:
            Unreached: nothing was sent.
            Unanswered: it was, or may have been.
        """
