"""The transport over HTTP: time-outs told apart, every exchange logged without secrets."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime
from typing import Any

import httpx2
import msgspec

from rapport.channels.sdk.transport import (
    ProviderAnswer,
    ProviderRequest,
    Unanswered,
    Unreached,
    body_of,
)
from rapport.domain.sending import OutboundFile

LOGGED_BODY = 4000
SHORTEST_SECRET = 6
_SECRET = re.compile(
    r'("(?:access_token|token|secret|password|appsecret_proof)"\s*:\s*")[^"]*|'
    r"((?:access_token|appsecret_proof)=)[^&\s\"]*",
    re.IGNORECASE,
)
OpenFile = Callable[[OutboundFile], AsyncIterator[bytes]]


class HttpTransport:
    """Implements `channels.sdk.transport.Transport` for one attempt; `log` fills as it works."""

    def __init__(
        self,
        client: httpx2.AsyncClient,
        open_file: OpenFile,
        now: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._open = open_file
        self._now = now
        self.log: list[bytes] = []

    def open(self, file: OutboundFile) -> AsyncIterator[bytes]:
        """A stored file's bytes."""
        return self._open(file)

    async def request(
        self,
        request: ProviderRequest,
        *,
        base_url: str,
        authorize: Mapping[str, str] | None = None,
        basic: tuple[str, str] | None = None,
    ) -> ProviderAnswer:
        """See the Protocol; an address that may not be called counts as unreached."""
        url = request.url or base_url.rstrip("/") + "/" + request.path.lstrip("/")
        headers = {**request.headers, **(authorize or {})}
        entry: dict[str, Any] = {
            "at": self._now().isoformat(),
            "request": {"method": request.method, "url": redacted(url), **_shown(request)},
        }
        try:
            answer = await self._client.request(
                request.method,
                url,
                params=dict(request.query) or None,
                headers=headers,
                auth=basic,
                **await self._body(request, headers),
            )
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            self._note(entry, {"error": type(error).__name__})
            raise Unreached(str(error)) from error
        except httpx2.HTTPError as error:
            self._note(entry, {"error": type(error).__name__})
            raise Unanswered(str(error)) from error
        found = ProviderAnswer(
            status=answer.status_code,
            headers={k.lower(): v for k, v in answer.headers.items()},
            body=answer.content,
            json=_json(answer.content),
        )
        shown = redacted(found.body.decode("utf-8", "replace"))
        for secret in _secrets(authorize or {}, basic):
            shown = shown.replace(secret, "…")
        self._note(entry, {"status": found.status, "body": shown[:LOGGED_BODY]})
        return found

    async def _body(self, request: ProviderRequest, headers: dict[str, str]) -> dict[str, Any]:
        if request.upload is not None:
            # The client reads multipart from memory; provider limits keep files to 100 MB.
            data = b"".join([chunk async for chunk in self._open(request.upload.file)])
            file = request.upload.file
            return {
                "data": dict(request.upload.fields),
                "files": {request.upload.field: (file.filename, data, file.media_type)},
            }
        if request.json is not None:
            headers.setdefault("Content-Type", "application/json")
            return {"content": body_of(request)}
        if request.form is not None:
            pairs = request.form.items() if isinstance(request.form, Mapping) else request.form
            data_: dict[str, list[str]] = {}
            for name, value in pairs:
                data_.setdefault(name, []).append(value)
            return {"data": data_}
        return {}

    def _note(self, entry: dict[str, Any], answer: dict[str, Any]) -> None:
        self.log.append(msgspec.json.encode({**entry, "answer": answer}))


def redacted(text: str) -> str:
    """A text without the secrets that providers put into addresses and bodies."""
    return _SECRET.sub(lambda m: (m[1] or m[2]) + "…", text)


def _secrets(authorize: Mapping[str, str], basic: tuple[str, str] | None) -> list[str]:
    """What authorised a request; some providers quote it in their errors."""
    values = [value.rpartition(" ")[2] for value in authorize.values()]
    return [v for v in (*values, basic[1] if basic else "") if len(v) >= SHORTEST_SECRET]


def _shown(request: ProviderRequest) -> dict[str, Any]:
    if request.upload is not None:
        return {"upload": request.upload.file.filename, "size": request.upload.file.size}
    if request.json is not None:
        return {"json": json.loads(redacted(body_of(request).decode()))}
    if request.form is not None:
        return {"form": request.form}
    return {}


def _json(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
