"""Asks other systems for workflows: guarded, signed, bounded (C2)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime

import httpx2

from rapport.channels.sdk.guard import Forbidden
from rapport.domain.workflows import Outcome, Run, signature, with_secrets

LARGEST_ANSWER = 256_000
SIGNING_SECRET = "signing_secret"  # noqa: S105 - the name under which it is kept
MULTIPLE, CLIENT_ERROR, SERVER_ERROR, SLOW_DOWN = 300, 400, 500, 429


class Caller:
    """Makes one attempt at a run's request; what comes of it is an outcome, never an exception."""

    def __init__(
        self,
        client: httpx2.AsyncClient,
        secrets_of: Callable[[int], Mapping[str, str]],
        now: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._secrets_of = secrets_of
        self._now = now

    async def carry(self, run: Run) -> Outcome:
        """Ask once. The client resolves and checks the address and follows no redirects."""
        try:
            secrets = self._secrets_of(run.workflow_id)
        except ValueError:
            return _failed("secrets_unreadable", "The workflow's secrets cannot be read.")
        request = self._client.build_request(
            run.call.method,
            run.call.url,
            headers=self._headers(run, secrets),
            content=None if run.call.body is None else run.call.body.encode(),
        )
        try:
            async with asyncio.timeout(run.call.timeout_s):
                answer = await self._client.send(request, stream=True, follow_redirects=False)
                try:
                    body = await _bounded(answer)
                finally:
                    await answer.aclose()
        except Forbidden:
            return _failed("address_refused", "The workflow's address may not be called.")
        except (TimeoutError, httpx2.TimeoutException):
            return _failed("timed_out", "The other system did not answer in time.", again=True)
        except (httpx2.HTTPError, httpx2.InvalidURL):
            return _failed("unreachable", "The other system could not be reached.", again=True)
        return _outcome(answer.status_code, body)

    def _headers(self, run: Run, secrets: Mapping[str, str]) -> dict[str, str]:
        body = (run.call.body or "").encode()
        headers = with_secrets(run.call.headers, secrets)
        headers["Idempotency-Key"] = run.key
        if run.call.body is not None:
            headers.setdefault("Content-Type", "application/json")
        if secret := secrets.get(SIGNING_SECRET):
            timestamp = int(self._now().timestamp())
            headers["X-Rapport-Timestamp"] = str(timestamp)
            headers["X-Rapport-Signature"] = f"sha256={signature(secret, timestamp, run.key, body)}"
        return headers


async def _bounded(answer: httpx2.Response) -> bytes | None:
    """The answer's body; None where it is larger than anybody should send."""
    body = b""
    async for chunk in answer.aiter_bytes():
        body += chunk
        if len(body) > LARGEST_ANSWER:
            return None
    return body


def _outcome(status: int, body: bytes | None) -> Outcome:
    if body is None:
        return _failed("answer_too_large", "The other system's answer is too large.")
    if status >= SERVER_ERROR or status == SLOW_DOWN:
        return Outcome(
            status=status,
            code="failed_there",
            reason=f"The other system failed (status {status}).",
            again=True,
        )
    if status >= CLIENT_ERROR:
        return Outcome(
            status=status,
            code="refused_there",
            reason=f"The other system refused it (status {status}).",
        )
    if status >= MULTIPLE:
        return Outcome(
            status=status, code="redirected", reason="The other system points somewhere else."
        )
    return Outcome(status=status, body=body.decode("utf-8", "replace"))


def _failed(code: str, reason: str, *, again: bool = False) -> Outcome:
    return Outcome(code=code, reason=reason, again=again)
