"""The custom channel's way out: signed JSON to the account's callback URL."""

from __future__ import annotations

import hashlib
import hmac
import json

import httpx2

from rapport.channels.sdk.connector import AccountConfig
from rapport.domain.sending import (
    AccountBroken,
    OutboundMessage,
    Rejected,
    RetryAfter,
    SendOutcome,
    Sent,
    Unknown,
)

_THROTTLED, _TIMEOUT = 429, 408
_UNAUTHORISED = frozenset({401, 403})


class CustomSender:
    """Implements `channels.sdk.sending.Sender`.

    The body's `id` is the idempotency key: the receiver may see it twice after a retry and must
    take it once.
    """

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self._client = client

    async def send(self, message: OutboundMessage, account: AccountConfig) -> SendOutcome:
        """POST `{"id", "to", "text"}`, signed like the webhook."""
        url = account.settings.get("callback_url")
        secret = account.secrets.get("signing_secret", "")
        if not url or not secret:
            return AccountBroken("not_configured", "The channel has no callback URL or secret.")
        body = json.dumps(
            {"id": str(message.id), "to": message.contact_key, "text": message.text}
        ).encode()
        signature = hmac.digest(secret.encode(), body, hashlib.sha256).hex()
        headers = {
            "Content-Type": "application/json",
            "X-Rapport-Signature": f"sha256={signature}",
            "Idempotency-Key": str(message.id),
        }
        try:
            answer = await self._client.post(str(url), content=body, headers=headers)
        except httpx2.ConnectError:
            return RetryAfter(None, "unreachable")
        except httpx2.TimeoutException:
            return Unknown("timeout")
        except httpx2.HTTPError:
            return Unknown("connection_lost")
        return _outcome(answer)


def _outcome(answer: httpx2.Response) -> SendOutcome:
    status = answer.status_code
    if answer.is_success:
        try:
            external_id = answer.json().get("id")
        except (ValueError, AttributeError):
            external_id = None
        return Sent(str(external_id) if external_id else None)
    if status in {_THROTTLED, _TIMEOUT} or answer.is_server_error:
        after = answer.headers.get("retry-after", "")
        return RetryAfter(float(after) if after.isdecimal() else None, f"http_{status}")
    if status in _UNAUTHORISED:
        return AccountBroken(f"http_{status}", "The receiver refuses our signature.")
    return Rejected(f"http_{status}", "The receiver does not accept this message.")
