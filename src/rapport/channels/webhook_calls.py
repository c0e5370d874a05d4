"""Carries deliveries to other systems: guarded, signed, bounded."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

import httpx2

from rapport.application.configuration.integration import WebhookSpec
from rapport.channels.sdk.guard import Forbidden, addresses_of, allowed
from rapport.domain.webhooks import LARGEST_ANSWER, LONGEST_WAIT_S, Answer, Delivery, signature

SECRET = "signing_secret"  # noqa: S105 - the name under which it is kept
PREVIOUS = "previous_secret"
"""Valid beside the other while receivers change over."""
REDIRECTS = range(300, 400)
ASKING = frozenset({429, 503})


class WebhookCaller:
    """Makes one attempt; what comes of it is an answer, never an exception."""

    def __init__(
        self,
        client: httpx2.AsyncClient,
        secrets_of: Callable[[int], Mapping[str, str]],
        now: Callable[[], datetime],
        agent: str = "Rapport",
    ) -> None:
        self._client = client
        self._secrets_of = secrets_of
        self._now = now
        self._agent = agent

    async def carry(self, delivery: Delivery, spec: WebhookSpec) -> Answer:
        """Post once. The client resolves and checks the address and follows no redirects."""
        try:
            stored = self._secrets_of(delivery.endpoint_id)
        except ValueError:
            return Answer(code="secrets_unreadable")
        secrets = [stored[name] for name in (SECRET, PREVIOUS) if stored.get(name)]
        if not secrets:
            return Answer(code="no_secret")
        began = time.perf_counter()
        answer = await self._post(delivery, spec, secrets)
        ms = round((time.perf_counter() - began) * 1000)
        return Answer(
            status=answer.status, body=answer.body, code=answer.code, wait_s=answer.wait_s, ms=ms
        )

    async def _post(self, delivery: Delivery, spec: WebhookSpec, secrets: list[str]) -> Answer:
        body = delivery.body.encode()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": self._agent,
            "X-Rapport-Event": delivery.kind,
            "X-Rapport-Delivery": str(delivery.id),
            "X-Rapport-Attempt": str(delivery.attempts),
            "X-Rapport-Signature": signature(secrets, int(self._now().timestamp()), body),
            **({"X-Rapport-Replay": "true"} if delivery.replayed else {}),
        }
        try:
            async with asyncio.timeout(spec.timeout_s):
                request = self._client.build_request(
                    "POST", spec.url, headers=headers, content=body
                )
                if request.url.scheme == "http" and await _public(request.url.host):
                    return Answer(code="https_only")
                response = await self._client.send(request, stream=True, follow_redirects=False)
                try:
                    text = await _beginning(response)
                finally:
                    await response.aclose()
        except Forbidden:
            return Answer(code="address_refused")
        except (TimeoutError, httpx2.TimeoutException):
            return Answer(code="timed_out")
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, UnicodeError):
            return Answer(code="unreachable")
        status = response.status_code
        return Answer(
            status=status,
            body=text,
            code="redirected" if status in REDIRECTS else None,
            wait_s=self._asked(response) if status in ASKING else None,
        )

    def _asked(self, response: httpx2.Response) -> float | None:
        """`Retry-After` in seconds, whether it is a number or a date."""
        value = response.headers.get("retry-after", "").strip()
        if value.isdecimal():
            return min(float(value[:9]), float(LONGEST_WAIT_S))
        try:
            return max(0.0, (parsedate_to_datetime(value) - self._now()).total_seconds())
        except (ValueError, TypeError):
            return None


async def _public(host: str) -> bool:
    """Whether a host is out in the internet, where bodies must not be readable on the way."""
    return any(allowed(address, ()) for address in await addresses_of(host))


async def _beginning(response: httpx2.Response) -> str:
    """The beginning of an answer; the rest is not waited for."""
    body = b""
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) >= LARGEST_ANSWER:
            break
    return body[:LARGEST_ANSWER].decode("utf-8", "replace")
